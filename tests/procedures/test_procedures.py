"""Publishing procedures, and what they read in answers."""

import copy
import json

import pytest

from parvis.form_engine import api as forms
from parvis.procedures import api as procedures
from parvis.procedures import definition as rules
from parvis.procedures import demo
from tests.requests.factories import ANSWERS, ROOT

pytestmark = pytest.mark.django_db

SEED = json.loads((demo.REFERENCE / "aid-request.procedure.json").read_text(encoding="utf-8"))
FORM = json.loads((demo.REFERENCE / "aid-request.form.json").read_text(encoding="utf-8"))


def test_the_seed_is_sound_and_loading_it_twice_publishes_once():
    assert forms.validate_definition(FORM) == []
    demo.load(actor=ROOT)
    demo.load(actor=ROOT)
    version = procedures.latest("aid-request")
    assert (version.number, version.form.number) == (1, 1)
    assert [one.procedure.key for one in procedures.open_procedures()] == ["aid-request"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d.pop("process"), "process"),
        (lambda d: d["title"].pop("de"), "title.de"),
        (lambda d: d["person"].pop("family_name"), "person"),
        (lambda d: d["person"].update(niss="nothing"), "person.niss"),
        (lambda d: d["pieces"].update(ghost="identity"), "pieces.ghost"),
        (lambda d: d["lines"][0].update(terms={}), "lines[0].terms"),
        (lambda d: d["lines"][1].update(key="ris"), "lines[1].key"),
        (lambda d: d["lines"][0].update(when="wnats == 1"), "lines[0].when"),
        (lambda d: d["takes"].append({"key": "x", "kind": "y", "field": "need"}), "takes[6].kind"),
        (lambda d: d.update(lines=[]), "lines"),
    ],
)
def test_faults_are_said_with_their_path_and_nothing_is_published(change, path):
    definition = copy.deepcopy(SEED)
    change(definition)
    form = forms.publish_form(actor=ROOT, definition=FORM)
    with pytest.raises(procedures.InvalidProcedure) as caught:
        procedures.publish_procedure(actor=ROOT, definition=definition, form=form)
    assert caught.value.problems[0].split(": ")[0] == path
    assert not procedures.ProcedureVersion.objects.exists()


def test_a_changed_procedure_is_a_new_number_and_the_old_stays():
    demo.load(actor=ROOT)
    first = procedures.latest("aid-request")
    changed = copy.deepcopy(SEED)
    changed["lines"][0]["label"]["fr"] = "RIS"
    second = procedures.publish_procedure(actor=ROOT, definition=changed)
    assert (second.number, procedures.version(first.pk).definition["lines"][0]["label"]["fr"]) == (2, "Revenu d’intégration")


def test_a_changed_form_is_a_new_number_and_a_draft_keeps_its_own():
    first = forms.publish_form(actor=ROOT, definition=FORM)
    changed = copy.deepcopy(FORM)
    changed["pages"][0]["title"]["fr"] = "Pour qui ?"
    assert forms.publish_form(actor=ROOT, definition=changed).number == 2
    first.refresh_from_db()
    assert first.definition["pages"][0]["title"]["fr"] == "Pour qui est la demande ?"


def test_a_closed_procedure_cannot_be_started():
    demo.load(actor=ROOT)
    procedures.set_open(actor=ROOT, procedure=procedures.latest("aid-request").procedure, is_open=False)
    assert procedures.open_procedures() == []
    with pytest.raises(procedures.UnknownProcedure):
        procedures.latest("aid-request", only_open=True)


def test_what_answers_mean():
    assert rules.applicant_name(SEED, ANSWERS) == "Aya Benali"
    assert rules.piece_kind(SEED, "income_file") == "income" and rules.piece_kind(SEED, "x") == "other"
    assert rules.wants_hearing(SEED, ANSWERS) is True
    assert rules.urgency(SEED, {"urgent": True, "urgent_reason": "x", "urgent_amount": "5.00"}) == rules.Urgency(True, "x", "5.00")


@pytest.mark.parametrize(
    ("wants", "urgent", "kinds"),
    [
        (["income"], False, ["ris"]),
        (["energy"], False, ["social_aid"]),
        (["income", "health"], True, ["ris", "social_aid", "urgent_aid"]),
        ([], None, []),
    ],
)
def test_which_rights_are_asked_for(wants, urgent, kinds):
    lines = rules.normalise(SEED)["lines"]
    assert [line["key"] for line in lines if rules.line_wanted(line, {"wants": wants, "urgent": urgent})] == kinds


def test_a_condition_that_cannot_be_computed_asks_rather_than_loses_a_right():
    assert rules.line_wanted({"when": {"gt": [{"var": "a"}, "text"]}}, {"a": True}) is True
