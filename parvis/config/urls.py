"""Every context brings its own URLs, under its own namespace."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include(f"parvis.{name}.urls"))
    for name in settings.CONTEXTS
    if name in {a.rsplit(".", 1)[-1] for a in settings.INSTALLED_APPS} and find_spec(f"parvis.{name}.urls")
]
if settings.PARVIS_IS_DEMO and find_spec("parvis.identity.demo_urls"):
    urlpatterns.append(path("", include("parvis.identity.demo_urls")))
if settings.PARVIS_IS_DEMO and find_spec("parvis.portal.demo_urls"):
    urlpatterns.append(path("", include("parvis.portal.demo_urls")))

handler400 = "parvis.config.views.bad_request"
handler403 = "parvis.config.views.forbidden"
handler404 = "parvis.config.views.not_found"
handler500 = "parvis.config.views.server_error"
