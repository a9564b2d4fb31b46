from django.urls import path

from . import views

app_name = "journal"
urlpatterns = [
    path("dossiers/<uuid:uuid>/journal/", views.index, name="index"),
    path("dossiers/<uuid:uuid>/journal/add/", views.add, name="add"),
]
