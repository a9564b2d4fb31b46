from django.urls import path

from . import v1, views
from .endpoint import urlpatterns as addresses

assert v1  # declares them
app_name = "api"
urlpatterns = [
    path("api/", views.reference, name="reference"),
    path("api/v1/openapi.json", views.openapi, name="openapi"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<uuid:uuid>/end/", views.revoke, name="revoke"),
    path("admin/applications/", views.applications, name="applications"),
    path("admin/applications/<uuid:uuid>/token/", views.application_token, name="application_token"),
    *addresses(),
]
