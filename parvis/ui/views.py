"""Language, theme, gallery."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from parvis.ui import shell
from parvis.ui.gallery import samples
from parvis.ui.http import local_url, page, screen

YEAR = 365 * 24 * 3600
MARK = Path(__file__).parent / "static" / "ui-own" / "mark.svg"


def _back(request: HttpRequest) -> HttpResponse:
    target = local_url(request, request.POST.get("next") or request.headers.get("Referer"))
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response


def _keep(response: HttpResponse, request: HttpRequest, name: str, value: str, *, script_reads: bool = False) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=not script_reads)


@screen(public=True, methods=("POST",), name="ui.language")
def language(request: HttpRequest) -> HttpResponse:
    """Choose the interface language; kept in this browser."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)
        _keep(response, request, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@screen(public=True, methods=("POST",), name="ui.theme")
def theme(request: HttpRequest) -> HttpResponse:
    """Choose colours or density; kept in this browser. With JavaScript the page changes at once and the cookie is the script's."""
    response = _back(request)
    for name, cookie, allowed in (("theme", shell.THEME_COOKIE, shell.THEMES), ("density", shell.DENSITY_COOKIE, shell.DENSITIES)):
        value = request.POST.get(name, "")
        if value in allowed:
            _keep(response, request, cookie, value, script_reads=True)
    return response


@screen(public=True, name="ui.icon")
def icon(request: HttpRequest) -> HttpResponse:
    """The mark, where a browser looks for it by itself: beside a PDF or a picture no page can say where it is."""
    response = HttpResponse(MARK.read_bytes(), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@screen(public=True, name="ui.gallery", parts=("gallery-grid",))
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state. It shows invented data only, so it is open."""
    return page(request, "ui/gallery.html", samples(request))
