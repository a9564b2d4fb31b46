"""Dates, amounts, clocks and names are printed by the same helpers, in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from parvis.kernel import clock
from parvis.ui import clocks, formats

DAY = date(2026, 3, 9)


def drawn(source: str, **context: object) -> str:
    return Template("{% load parvis %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "value", "currency", "text"),
    [
        ("fr", Decimal("1044.51"), "EUR", "1\u00a0044,51\u00a0€"),
        ("fr", Decimal("-40"), "EUR", "\u221240,00\u00a0€"),
        ("nl", Decimal("15770.41"), "EUR", "15.770,41\u00a0€"),
        ("de", Decimal("0"), "CHF", "0,00\u00a0CHF"),
        ("en", Decimal("1234567.005"), "EUR", "1.234.567,00\u00a0€"),
        ("fr", None, "EUR", ""),
    ],
)
def test_amounts(language: str, value: Decimal | None, currency: str, text: str) -> None:
    with translation.override(language):
        assert drawn("{{ v|amount:c }}", v=value, c=currency) == text


@pytest.mark.parametrize(
    ("language", "style", "text"),
    [
        ("fr", "", "01/02/2026"),
        ("fr", "long", "1er février 2026"),
        ("fr", "full", "dimanche 1er février 2026"),
        ("nl", "long", "1 februari 2026"),
        ("de", "", "01.02.2026"),
        ("de", "long", "1. Februar 2026"),
        ("en", "full", "Sunday 1 February 2026"),
        ("fr", "month", "février 2026"),
    ],
)
def test_days(language: str, style: str, text: str) -> None:
    with translation.override(language):
        assert drawn("{{ d|day:s }}", d=date(2026, 2, 1), s=style) == text


def test_a_moment_is_told_in_the_centre_s_zone() -> None:
    instant = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert drawn("{{ m|moment }}", m=instant) == "02/07/2026\u00a000:30"
    with clock.travel(datetime(2026, 7, 2, 8, 0, tzinfo=UTC)):
        assert drawn('{{ m|moment:"near" }}', m=instant) == "aujourd’hui 00:30"
        assert drawn('{{ m|moment:"near" }}', m=datetime(2026, 7, 1, 12, 5, tzinfo=UTC)) == "hier 14:05"


def test_a_period_shows_its_last_day_included() -> None:
    assert drawn("{% period a b %}", a=date(2026, 2, 1), b=date(2026, 3, 1)) == "du 01/02/2026 au 28/02/2026"
    assert drawn("{% period a b %}", a=date(2026, 2, 1), b=date(9999, 12, 31)) == "à partir du 01/02/2026"
    assert drawn("{{ b|last_day }}", b=date(9999, 12, 31)) == ""


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (19, "open", "J-19 pour décider"),
        (8, "open", "J-8 pour décider"),
        (7, "soon", "J-7 pour décider"),
        (3, "soon", "J-3 pour décider"),
        (2, "urgent", "J-2 pour décider"),
        (0, "urgent", "Aujourd’hui pour décider"),
        (-1, "late", "J+1 pour décider"),
    ],
)
def test_a_clock_says_days_and_what_for(left: int, state: str, words: str) -> None:
    due = date.fromordinal(DAY.toordinal() + left)
    face = clocks.read(due, "decide", started_on=date.fromordinal(due.toordinal() - 30), today=DAY)
    assert (face.state, f"{face.days} {face.what}") == (state, words)


def test_a_clock_says_in_words_what_the_ring_draws() -> None:
    markup = drawn("{% clock d 'decide' started_on=s today=t %}", d=date(2026, 3, 15), s=date(2026, 2, 13), t=DAY)
    assert 'class="clock clock--soon"' in markup
    assert 'stroke-dasharray="80 100"' in markup
    assert "encore 6 jours, échéance le 15 mars 2026" in markup


def test_a_clock_that_is_met_or_held() -> None:
    term = SimpleNamespace(due_on=date(2026, 3, 15), kind="decide", started_on=date(2026, 2, 13), met_on=date(2026, 3, 6), held=False)
    assert (clocks.read(term, today=DAY).state, clocks.read(term, today=DAY).days, clocks.read(term, today=DAY).what) == (
        "done",
        "Tenu",
        "pour décider, en 21 jours",
    )
    term.met_on, term.held = None, True
    assert (clocks.read(term, today=DAY).state, clocks.read(term, today=DAY).days) == ("hold", "Suspendu")


@pytest.mark.parametrize(("language", "text"), [("fr", "Loyer"), ("nl", "Huur"), ("de", "Loyer")])
def test_a_label_falls_back_to_a_language_that_has_it(language: str, text: str) -> None:
    with translation.override(language):
        assert drawn("{% t l %}|{{ l|t }}", l={"fr": "Loyer", "nl": "Huur", "de": ""}) == f"{text}|{text}"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Marie-Ange Nzeyimana-Vandenbroucke", "MN"), ("Karim van der Straeten", "KS"), ("Sami", "SA"), ("", "?"), ("élodie", "ÉL")],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_an_icon_speaks_only_when_it_has_a_label() -> None:
    assert (
        drawn('{% icon "check" "sm" %}')
        == '<svg class="ico ico--sm" aria-hidden="true"><use href="/static/ui/icons.svg#i-check"></use></svg>'
    )
    assert 'role="img" aria-label="Pr&quot;sent"' in drawn('{% icon "check" "" label %}', label='Pr"sent')


def test_the_query_tag_keeps_the_other_parameters() -> None:
    request = RequestFactory().get("/x/", {"q": "é", "sort": "name", "after": "9"})
    assert drawn('{% query sort="-name" after=None %}', request=request) == "?q=%C3%A9&amp;sort=-name"
    assert drawn("{% query q=None sort=None after=None %}", request=request) == "/x/"


def test_names_are_escaped_in_components() -> None:
    markup = drawn('{% include "ui/components/person.html" with name=n url="/p/" %}', n="<b>Anne</b>")
    assert "<b>" not in markup and "&lt;b&gt;Anne" in markup


def test_a_colon_is_spaced_as_the_language_wants() -> None:
    assert drawn("{{ 'Loyer'|colon }}") == "Loyer\u00a0:"
    with translation.override("nl"):
        assert drawn("{{ 'Huur'|colon }}") == "Huur:"


def test_a_term_that_was_met_too_late_is_late_and_says_by_how_much() -> None:
    """F5: 34 days for a term of 30 is never drawn as kept."""
    term = SimpleNamespace(kind="decide", started_on=date(2026, 1, 5), due_on=date(2026, 2, 4), met_on=date(2026, 2, 8), started_by="")
    face = clocks.read(term)
    assert (face.state, face.days, face.what, face.css) == ("late", "4 jours de retard", "pour décider, fait en 34 jours", "clock--late")
    term.met_on = date(2026, 2, 5)
    assert clocks.read(term).days == "1 jour de retard"
    term.met_on = date(2026, 2, 4)
    assert (clocks.read(term).state, clocks.read(term).what) == ("done", "pour décider, en 30 jours")
