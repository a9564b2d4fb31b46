"""Language, theme, the day of view, gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui import fields, past, shell, typed
from parvis.ui.gallery import samples
from parvis.ui.http import done, invalid, local_url, page, screen

YEAR = 365 * 24 * 3600
MARK = Path(__file__).parent / "static" / "ui-own" / "mark.svg"


class PastForm(forms.Form):
    """The day to look at, and with which knowledge."""

    on = fields.day_field(gettext_lazy("Day"))
    known = forms.ChoiceField(
        label=gettext_lazy("With which knowledge?"),
        choices=[
            ("then", gettext_lazy("as it was known that day: what was entered later is left out")),
            ("now", gettext_lazy("as it is known now: later corrections of that day count")),
        ],
        widget=forms.RadioSelect,
    )

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if not past.FIRST_DAY <= day < clock.today():
            raise forms.ValidationError(_("Choose a day before today."))
        return day


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


def _reads(actor: Actor) -> bool:
    return actor.is_agent


@screen(access=_reads, methods=("GET", "POST"), name="ui.past")
def past_day(request: HttpRequest) -> HttpResponse:
    """Choose the day on which everything is read, until one goes back to today."""
    view = past.of(request)
    back = local_url(request, request.POST.get("next") or request.GET.get("next"), "")
    form = PastForm(
        request.POST or None, initial={"on": view.day if view else None, "known": "now" if view and view.known is None else "then"}
    )
    context = {"form": form, "back": back, "view": view, "places": _places(request)}
    if request.method == "POST":
        if not form.is_valid():
            return invalid(request, "ui/past.html", context)
        past.begin(request, form.cleaned_data["on"], then=form.cleaned_data["known"] == "then")
        return done(request, back if back and past.reads_day(_name_of(back)) else reverse("ui:past"))
    return page(request, "ui/past.html", context)


@screen(access=_reads, methods=("POST",), name="ui.past_end")
def past_end(request: HttpRequest) -> HttpResponse:
    """Back to today, where one was."""
    past.end(request)
    return done(request, local_url(request, request.POST.get("next"), shell.address("desk:home") or "/"), _("You are back to today."))


@screen(access=_reads, name="ui.typed")
def typed_forms(request: HttpRequest) -> HttpResponse:
    """What was typed before a question was asked: nothing of it was sent, and one click sends it."""
    return page(request, "ui/typed.html", {"forms": typed.waiting(request), "again": typed.AGAIN})


def _name_of(path: str) -> str:
    try:
        return resolve(path.split("?")[0].split("#")[0]).view_name
    except Resolver404:
        return ""


def _places(request: HttpRequest) -> list[shell.Entry]:
    """Entries of the menu that can go back."""
    return [entry for entry in shell.of(request).menu if past.reads_day(_name_of(entry.url))]
