from __future__ import annotations

from django.urls import path

from parvis.rules.views import parameters

app_name = "rules"

urlpatterns = [
    path("rules/parameters/", parameters.index, name="parameters"),
    path("rules/parameters/<str:key>/", parameters.detail, name="parameter"),
    path("rules/parameters/<str:key>/add/", parameters.add, name="add_parameter"),
]
