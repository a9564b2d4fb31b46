from __future__ import annotations

from django.urls import path

from parvis.documents.views import about, files, heads, orphans, templates

app_name = "documents"

urlpatterns = [
    path("documents/<uuid:document_uuid>/", files.download, name="download"),
    path("documents/<uuid:document_uuid>/about/", about.about, name="about"),
    path("documents/kinds/", about.kinds, name="kinds"),
    path("documents/orphans/", orphans.index, name="orphans"),
    path("documents/orphans/<uuid:document_uuid>/", orphans.orphan, name="orphan"),
    path("documents/letter-head/", heads.letter_head, name="letter_head"),
    path("documents/letter-head/logo/", heads.logo, name="letter_head_logo"),
    path("documents/templates/", templates.index, name="templates"),
    path("documents/templates/<str:key>/", templates.template, name="template"),
    path("documents/templates/<str:key>/new/", templates.new, name="template_new"),
    path("documents/templates/<str:key>/<int:number>/", templates.source, name="template_source"),
    path("documents/add/<slug:kind>/<int:number>/", files.add, name="add"),
]
