"""Pages that show each manner of ``ui.http`` without a context above it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.models import Sequence
from parvis.ui import http
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen


class NumberForm(forms.Form):
    series = forms.CharField(label="Série", max_length=20)
    year = forms.IntegerField(label="Année", min_value=2000)


def clerk(actor: Any) -> bool:
    return bool(actor.has("clerk"))


@screen(access=clerk, methods=("GET", "POST"), parts=("numbers",), creates=True, name="test.numbers")
def numbers(request: HttpRequest) -> HttpResponse:
    form = NumberForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                if form.cleaned_data["series"] == "forbidden":
                    raise DomainError("Cette série est fermée.", field="series")
                if form.cleaned_data["series"] == "closed":
                    raise DomainError("Le registre est clos.")
                Sequence.objects.create(series=form.cleaned_data["series"], year=form.cleaned_data["year"], last=0)
                return done(request, "numbers", "Série ouverte.")
        return invalid(request, "uitest/numbers.html", {"form": form, "rows": _rows()})
    return page(request, "uitest/numbers.html", {"form": form, "rows": _rows()})


def _rows() -> list[Sequence]:
    return list(Sequence.objects.filter(year__gte=2000).order_by("series", "pk"))


@screen(access=clerk, methods=("POST",), name="test.refuse")
def refuse(request: HttpRequest) -> HttpResponse:
    raise DomainError("Le dossier est clos.")


@screen(access=clerk, methods=("GET", "POST"), name="test.notallowed")
def not_allowed(request: HttpRequest) -> HttpResponse:
    raise NotAllowed("Seule la présidente signe.")


@screen(access=clerk, methods=("POST",), name="test.conflict")
def clash(request: HttpRequest) -> HttpResponse:
    error = Conflict(
        "Fiche modifiée.", who="Ingrid Peeters", yours={"rent": "620.00", "phone": "1"}, theirs={"rent": "635.00", "phone": "1"}
    )
    return conflict(request, error, labels={"rent": "Loyer"}, refresh={"version": 8})


@screen(public=True, name="test.open")
def opened(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ouvert")


@screen(public=True, access=lambda actor: actor.kind == "citizen", name="test.citizen")
def citizen(request: HttpRequest) -> HttpResponse:
    return HttpResponse("citoyen")


SERIES = Grid(
    key="series",
    name="Séries",
    columns=[
        Column("series", "Série", sort="series", main=True),
        Column("year", "Année", sort="year", kind="number", value=lambda row: row.year or None),
        Column("last", "Montant", kind="amount", sort="last", total="last", data_class="money"),
    ],
    filters=[
        Filter("year", "Année", apply=lambda rows, v: rows.filter(year=v), choices=[("2025", "2025"), ("2026", "2026")], default="2026")
    ],
    search=lambda rows, text: rows.filter(series__contains=text),
    default_sort="series",
    row_url=lambda row: f"/series/{row.pk}/",
    page_size=3,
)


@screen(access=clerk, parts={"series": "ui/components/grid.html"}, name="test.grid")
def series(request: HttpRequest) -> HttpResponse:
    grid = SERIES.read(request, Sequence.objects.all())
    return grid.export() or page(request, "uitest/grid.html", {"grid": grid})


DESK = """{% extends "ui/desk.html" %}{% load parvis %}{% block title %}Bureau{% endblock %}
{% block heading %}<div><h1>Bonjour Amélie</h1></div>{% endblock %}
{% block content %}<ul class="card todo" data-rows>{% for i in "ab" %}<li><a class="btn btn--sm" href="#r{{ i }}" id="r{{ i }}">Tâche {{ i }}</a></li>{% endfor %}</ul>
<button class="btn" type="button" data-key="a" id="agree">Accorder</button><output id="out"></output>{% endblock %}"""
PORTAL = """{% extends "ui/portal.html" %}{% load parvis %}{% block title %}Loyer{% endblock %}
{% block content %}<form method="post" novalidate>{% csrf_token %}{% idempotency %}{% field form.year question=True help="En quatre chiffres" %}
<button class="btn btn--primary btn--lg">Continuer</button></form>{% endblock %}"""


def _drawn(source: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(engines["django"].from_string(source).render({"form": NumberForm()}, request))

    return screen(public=True, name="test.drawn")(view)


urlpatterns = [
    path("", include("parvis.ui.urls")),
    path("numbers/", numbers, name="numbers"),
    path("refuse/", refuse),
    path("not-allowed/", not_allowed),
    path("clash/", clash),
    path("open/", opened),
    path("citizen/", citizen),
    path("series/", series),
    path("deskpage/", _drawn(DESK)),
    path("portalpage/", _drawn(PORTAL)),
    path("", include("parvis.portal.urls")),  # where the head of its pages leads
]
handler404 = "parvis.config.views.not_found"
assert http.screen
