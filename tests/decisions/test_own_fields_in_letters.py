"""An own field in a letter: in the language of the letter, by the rights of its author (A14, B48)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from parvis.decisions import api, letters
from parvis.decisions.models import ProposalVersion
from parvis.documents.api import LetterTemplate, publish_template
from parvis.dossiers.services import custom
from parvis.kernel.actor import system_actor

from .factories import Centre, make_centre, make_line, once

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")


@pytest.fixture
def centre() -> Centre:
    """A list, a field of the class social and one of health; the letter of one-off aid names both."""
    centre = make_centre()
    row = custom.create_code_list(actor=ROOT, label={"fr": "Tuteurs"}, key="tutors")
    custom.add_code(actor=ROOT, code_list=row, value="TE", label={"fr": "Tuteur communal", "nl": "Gemeentelijke coach"})
    kind = custom.general_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"en": "Energy"}, group="other")
    for label, data_class in (("Tutor", "social"), ("Illness", "health")):
        choice = {"type": "choice", "code_list": "tutors"} if label == "Tutor" else {"type": "text"}
        custom.add_field(actor=ROOT, kind=kind, section="energy", label={"en": label}, data_class=data_class, **choice)
    definition = LetterTemplate.objects.filter(key="one_off.grant").latest("number").definition
    text = dict.fromkeys(("fr", "nl", "de", "en"), "Tuteur : {own_tutor}. Santé : {own_illness}.")
    definition["blocks"].append({"key": "tutor", "kind": "legal", "text": text})
    publish_template(actor=ROOT, key="one_off.grant", definition=definition)
    return centre


def paragraph(blocks: list[dict[str, Any]]) -> str:
    return next(block["text"] for block in blocks if block["key"] == "tutor")


def drafted(centre: Centre, language: str, answers: dict[str, str]) -> tuple[Any, ProposalVersion]:
    line_id = make_line(centre, language=language)
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[once(line_id)])
    custom.write_custom(actor=ROOT, dossier=proposal.dossier, section="energy", answers=answers)
    return proposal, api.latest(proposal)


@pytest.mark.parametrize(("language", "name"), [("fr", "Tuteur communal"), ("nl", "Gemeentelijke coach"), ("de", "Tuteur communal (fr)")])
def test_the_letter_says_the_value_in_its_own_language(centre: Centre, language: str, name: str) -> None:
    proposal, latest = drafted(centre, language, {"tutor": "TE", "illness": "asthme"})
    composed = letters.compose(
        actor=centre.worker, proposal=proposal, provisions=[once(proposal.line_id)], own={}, previous=latest.blocks, outcome="granted"
    )
    assert paragraph(composed) == f"Tuteur : {name}. Santé : asthme."


def test_what_is_not_noted_stays_pending(centre: Centre) -> None:
    _proposal, latest = drafted(centre, "fr", {"tutor": "TE"})
    assert paragraph(latest.blocks) == "Tuteur : ⟦own_tutor⟧. Santé : ⟦own_illness⟧."


def test_a_class_hidden_from_the_author_is_not_in_the_letter(centre: Centre) -> None:
    proposal, latest = drafted(centre, "fr", {"tutor": "TE", "illness": "asthme"})
    blind = replace(centre.worker, class_rights=frozenset({("social", function) for function in centre.worker.functions}))
    composed = letters.compose(
        actor=blind, proposal=proposal, provisions=[once(proposal.line_id)], own={}, previous=latest.blocks, outcome="granted"
    )
    assert paragraph(composed) == "Tuteur : Tuteur communal. Santé : ⟦own_illness⟧."


def test_a_field_of_the_person_is_said_of_the_applicant(centre: Centre) -> None:
    kind = custom.persons_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"en": "Coaching"}, group="other")
    custom.add_field(
        actor=ROOT, kind=kind, section="coaching", label={"en": "Coach"}, type="choice", data_class="social", code_list="tutors"
    )
    definition = LetterTemplate.objects.filter(key="one_off.grant").latest("number").definition
    definition["blocks"][-1]["text"] = dict.fromkeys(("fr", "nl", "de", "en"), "Coach : {own_coach}.")
    publish_template(actor=ROOT, key="one_off.grant", definition=definition)
    line_id = make_line(centre, language="nl")
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[once(line_id)])
    person = proposal.dossier.lead
    custom.write_person_custom(actor=ROOT, person=person, section="coaching", answers={"coach": "TE"})
    composed = letters.compose(
        actor=centre.worker, proposal=proposal, provisions=[once(line_id)], own={}, previous=api.latest(proposal).blocks, outcome="granted"
    )
    assert paragraph(composed) == "Coach : Gemeentelijke coach."
