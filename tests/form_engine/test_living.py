"""Choices that live on beside a published form: those of the day, those that were shown, those that are no longer offered (A6, A14)."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from parvis.dossiers.models import Code
from parvis.dossiers.services import custom
from parvis.form_engine import api as forms
from parvis.kernel.actor import system_actor

from .factories import field, form, option, page, rows

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")
MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)


@pytest.fixture(autouse=True)
def courses() -> None:
    made = custom.create_code_list(actor=ROOT, label={"fr": "Cours"}, key="courses")
    for value, label, start, end in (
        ("FRA", {"fr": "Français", "nl": "Frans", "de": "Französisch", "en": "French"}, date(2020, 1, 1), None),
        ("SEW", {"fr": "Couture"}, date(2020, 1, 1), APRIL),
        ("PC", {"fr": "Informatique"}, APRIL, None),
    ):
        custom.add_code(actor=ROOT, code_list=made, value=value, label=label, valid_from=start, valid_to=end)


def asks(**more: Any) -> dict[str, Any]:
    return form(page("one", field("course", "choice", required=True, **{"list": "codes:courses", **more})))


def offered(definition: Any, answers: dict[str, Any], day: date, **more: Any) -> list[str]:
    state = forms.resolve(definition, answers, today=day, **more)
    return [one["value"] for one in state.pages[0].fields[0].field["options"]]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"list": "codes:nothing"}, "pages[0].fields[0].list"),
        ({"list": "ghosts"}, "pages[0].fields[0].list"),
        ({"list": 3}, "pages[0].fields[0].list"),
        ({"list": "aids:x"}, "pages[0].fields[0].list"),
        ({"list_before": "none"}, "pages[0].fields[0].list_before"),
        ({"options": "x"}, "pages[0].fields[0].options"),
    ],
)
def test_a_list_that_is_not_there_is_a_fault_with_its_place(more: dict[str, Any], path: str) -> None:
    (fault,) = forms.validate_definition(asks(**more))
    assert fault.split(": ")[0] == path


def test_a_question_offers_the_codes_of_the_day_between_its_own_without_being_published_again() -> None:
    definition = asks(options=[option("none"), option("other")], list_before="other")
    assert forms.validate_definition(definition) == []
    frozen = forms.publish_form(actor=ROOT, definition=definition).definition
    before = copy.deepcopy(frozen)
    assert offered(frozen, {}, MARCH) == ["none", "FRA", "SEW", "other"]
    assert offered(frozen, {}, APRIL) == ["none", "FRA", "PC", "other"]
    made = Code.objects.get(value="FRA").code_list
    custom.add_code(actor=ROOT, code_list=made, value="NEW", label={"fr": "Neuf"}, valid_from=date(2020, 1, 1))
    assert offered(frozen, {}, MARCH) == ["none", "FRA", "SEW", "NEW", "other"]
    assert frozen == before
    # Of its own options only, when the list is the only source and holds nothing yet.
    assert offered(forms.normalise(asks()), {}, date(2019, 1, 1)) == []


def test_each_reader_has_the_name_in_the_own_language_and_a_borrowed_one_says_so() -> None:
    state = forms.resolve(forms.normalise(asks()), {"course": "SEW"}, today=MARCH)
    said = {}
    for code in ("fr", "nl", "de", "en"):
        with translation.override(code):
            said[code] = forms.show(state.pages[0].fields[0].field, "SEW")
    assert said == {"fr": "Couture", "nl": "Couture (fr)", "de": "Couture (fr)", "en": "Couture (fr)"}
    with translation.override("nl"):
        assert forms.show(state.pages[0].fields[0].field, "FRA") == "Frans"


def test_an_answer_that_is_no_longer_offered_keeps_its_name_and_is_told_in_words() -> None:
    definition = forms.normalise(asks())
    with translation.override("en"):
        assert forms.problems(forms.resolve(definition, {"course": "SEW"}, today=MARCH), today=MARCH) == []
        state = forms.resolve(definition, {"course": "SEW"}, today=APRIL)
        assert state.pages[0].fields[0].text == "Couture (fr)"
        (problem,) = forms.problems(state, today=APRIL)
        assert (problem.path, problem.text) == (
            "course",
            "“Couture (fr)” was offered until 31/03/2026. Choose another answer.",
        )
        # One of a list that is gone, or that never was: never an answer that nobody can read.
        (unknown,) = forms.problems(forms.resolve(definition, {"course": "XX"}, today=APRIL), today=APRIL)
        assert unknown.text == "An answer that you chose is no longer offered. Choose another one."
    post = QueryDict("shown=course&f-course=PC")
    assert forms.read_page(forms.resolve(definition, {"course": "SEW"}, today=APRIL).pages[0], post, {"course": "SEW"}) == {"course": "PC"}
    forged = QueryDict("shown=course&f-course=PC")
    assert forms.read_page(forms.resolve(definition, {}, today=MARCH).pages[0], forged, {}) == {"course": {"raw": "PC"}}


def test_what_was_sent_keeps_the_choices_that_were_shown() -> None:
    definition = forms.normalise(asks(options=[option("none")]))
    shown = forms.shown_lists(forms.resolve(definition, {"course": "SEW"}, today=MARCH))
    assert [one["value"] for one in shown["course"]] == ["FRA", "SEW"]
    sewing = Code.objects.get(value="SEW")
    custom.change_code(actor=ROOT, code=sewing, label={"fr": "Atelier textile"}, valid_to=MARCH)
    state = forms.resolve(definition, {"course": "SEW"}, today=APRIL, shown=shown)
    with translation.override("fr"):
        assert state.pages[0].fields[0].text == "Couture"
    assert offered(definition, {"course": "SEW"}, APRIL, shown=shown) == ["none", "FRA", "SEW"]
    assert forms.problems(state, today=APRIL) == []
    # Sent before the question had a list: nothing is looked up today.
    assert offered(definition, {}, APRIL, shown={}) == ["none"]


def test_several_choices_and_rows_take_from_lists_too() -> None:
    definition = forms.normalise(
        form(
            page(
                "one",
                field("wants", "choices", list="codes:courses"),
                rows("people", field("name"), field("course", "choice", list="codes:courses", options=[option("none")])),
            )
        )
    )
    assert forms.validate_definition(definition) == []
    answers = {"wants": ["FRA", "SEW"], "people": [{"name": "Aya", "course": "SEW"}, {"name": "Tom", "course": "none"}]}
    with translation.override("fr"):
        state = forms.resolve(definition, answers, today=APRIL)
        assert [one.path for one in forms.problems(state, today=APRIL)] == ["wants", "people-0-course"]
        assert state.pages[0].fields[1].rows[0].digest == "Aya · Couture"
    shown = forms.shown_lists(forms.resolve(definition, answers, today=MARCH))
    assert {path: [one["value"] for one in found] for path, found in shown.items()} == {
        "wants": ["FRA", "SEW"],
        "people.course": ["FRA", "SEW"],
    }
    kept = forms.resolve(definition, answers, today=APRIL, shown=shown)
    assert kept.pages[0].fields[1].rows[0].fields[1].text == "Couture"
