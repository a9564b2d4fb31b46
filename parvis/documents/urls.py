from __future__ import annotations

from django.urls import path

from parvis.documents.views import files

app_name = "documents"

urlpatterns = [
    path("documents/<uuid:document_uuid>/", files.download, name="download"),
    path("documents/add/<slug:kind>/<int:number>/", files.add, name="add"),
]
