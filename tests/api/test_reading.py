"""What a program reads: the same as the pages, page by page, and since an instant."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from parvis.aid.api import RunningRight, take_over_right
from parvis.contacts.api import hide_address, set_address
from parvis.dossiers.api import archive_dossier, close_dossier, record_situation
from parvis.dossiers.models import Dossier
from parvis.journal.services import write_down
from parvis.kernel import clock
from tests.access.paths import SECRET, File, filled
from tests.contacts.factories import make_person
from tests.dossiers.factories import Centre, make_centre, make_dossier
from tests.takeover import shapes

from .factories import a_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(settings, tmp_path) -> Centre:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_centre()


@pytest.fixture
def file(centre: Centre) -> File:
    return filled(centre, make_dossier(centre))


def test_me_says_who_asks_and_what_is_open(centre):
    told = a_program(centre.payer, scopes=["dossiers"], classes=["identity", "health", "money"]).json("me")
    assert (told["name"], told["token"], told["scopes"]) == ("Anne Piette", "tableur", ["dossiers"])
    assert told["classes"] == ["identity", "money"], "a payer reads nothing of health: the token adds nothing"
    assert told["functions"] == [{"function": "payer", "unit": None}]
    assert a_program(centre.worker).json("me")["functions"] == [{"function": "social_worker", "unit": "NORD"}]
    assert told["last_day"] == (clock.today() + dt.timedelta(days=29)).isoformat()


def test_a_dossier_with_situation_members_journal_and_file(centre, file):
    record_situation(
        actor=centre.actor("worker"), dossier=file.dossier, kind="resource", label="Salaire", amount=Decimal("1314.2"), periodicity="month",
        valid_from=clock.today(),
    )  # fmt: skip
    program, number = a_program(centre.worker), file.dossier.number
    told = program.json(f"dossiers/{number}")
    assert (told["number"], told["unit"], told["status"], told["referent"]) == (number, "NORD", "open", "Amélie Lambrecht")
    assert told["lead"] == {"id": str(file.dossier.lead.uuid), "name": file.dossier.lead.index.display_name}
    assert [(one["label"], one["amount"], one["last_day"]) for one in told["situation"]] == [("Salaire", "1314.20", None)]
    assert told["counts"] == {"journal": len(program.json(f"dossiers/{number}/journal")["items"]), "documents": 1}
    assert [one["role"] for one in program.json(f"dossiers/{number}/members")["items"]] == ["applicant"]
    entries = program.json(f"dossiers/{number}/journal")["items"]
    assert f"{SECRET} entretien" in [one["text"] for one in entries]
    [paper] = program.json(f"dossiers/{number}/documents")["items"]
    assert paper["title"] == f"{SECRET} bail"
    answer = program.get(paper["file"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
    assert answer.content.startswith(b"%PDF")
    assert program.json(f"dossiers/{number}", on="2001-01-01")["situation"] == []


def test_a_right_taken_over_names_its_system_where_others_name_their_decision(centre, file):
    right = RunningRight(
        key="R1", dossier_id=file.dossier.pk, unit_id=file.dossier.unit_id, person_id=file.dossier.lead_id, kind="aid.ris", title={"fr": "RIS"},
        amount=Decimal("1314.20"), from_on=clock.today(), to_on=None, payee_name="", payee_person_id=None, iban="",
    )  # fmt: skip
    take_over_right(actor=centre.actor("worker"), source="Ancien", right=right)
    [told] = a_program(centre.worker).json("entitlements")["items"]
    assert (told["decision"], told["origin"], told["amount"], told["state"]) == (None, "Ancien", "1314.20", "waiting")


def test_pages_follow_one_another_and_none_is_told_twice(centre):
    numbers = [make_dossier(centre, make_person("Page", f"Numéro{n}", "1980-01-01")).number for n in range(5)]
    program = a_program(centre.worker)
    seen, after = [], ""
    for _page in range(4):
        told = program.json("dossiers", limit=2, **({"after": after} if after else {}))
        seen += [one["number"] for one in told["items"]]
        after = told["next"]
        if after is None:
            break
    assert seen == numbers
    assert program.get("dossiers", after="%%%").status_code == 422


def test_since_tells_what_was_written_since_and_no_other(centre):
    quiet = make_dossier(centre, make_person("Calme", "Paul", "1970-01-01"))
    busy = make_dossier(centre, make_person("Actif", "Anne", "1971-01-01"))
    program = a_program(centre.worker)
    later = clock.now() + dt.timedelta(hours=2)
    with clock.travel(later):
        assert program.json("dossiers", since=(later - dt.timedelta(minutes=5)).isoformat())["items"] == []
        write_down(actor=centre.actor("worker"), dossier=busy, kind="note", text="du nouveau", minutes=5)
        told = program.json("dossiers", since=(later - dt.timedelta(minutes=5)).isoformat())
        assert [one["number"] for one in told["items"]] == [busy.number]
        assert program.json(f"dossiers/{quiet.number}/journal", since=later.isoformat())["items"] == []
    with clock.travel(later + dt.timedelta(minutes=30)):
        # The instant of a page, given back, misses nothing that was written while it was read.
        assert [one["number"] for one in program.json("dossiers", since=told["as_of"])["items"]] == [busy.number]


def test_persons_are_those_of_the_holder_s_dossiers_and_search_finds_as_the_box_does(centre, file):
    stranger = make_person("Zabulon", "Isidore", "1950-05-05")
    program = a_program(centre.worker)
    assert [one["id"] for one in program.json("persons")["items"]] == [str(file.dossier.lead.uuid)]
    assert [one["id"] for one in program.json("persons", q="zabulon")["items"]] == [str(stranger.uuid)]
    hits = program.json("search", q=file.dossier.number)["items"]
    assert f"/dossiers/{file.dossier.uuid}/" in [one["page"] for one in hits]
    told = program.json(f"persons/{file.dossier.lead.uuid}")
    assert (told["birth_date"], told["address_hidden"]) == ("1987-08-14", False)


def test_without_identity_the_search_finds_nothing_under_somebody_s_name(centre, file):
    name = file.dossier.lead.index.display_name
    found = a_program(centre.worker).json("search", q=SECRET)["items"]
    assert {"notes", "documents"} <= {one["kind"] for one in found} and name in str(found)
    found = a_program(centre.worker, classes=["social", "health", "money", "legal"]).json("search", q=SECRET)["items"]
    assert name not in str(found) and not {one["kind"] for one in found} & {"notes", "documents", "decisions"}


def test_a_hidden_address_is_told_to_nobody(centre, file):
    worker, lead = centre.actor("worker"), file.dossier.lead
    set_address(actor=worker, person=lead, street="Rue du Quetzal", number="4", postal_code="4999", municipality="Valmont")
    program = a_program(centre.worker)
    assert "Rue du Quetzal" in str(program.json(f"persons/{lead.uuid}")["address"])
    hide_address(actor=worker, person=lead)
    told = program.json(f"persons/{lead.uuid}")
    assert (told["address_hidden"], told["address"], told["phone"]) == (True, [], "")


def test_the_archive_is_asked_for_by_name_and_what_was_destroyed_is_gone(centre, file):
    number, chief = file.dossier.number, centre.actor("chief")
    close_dossier(actor=chief, dossier=file.dossier, code="autonomy", reason="")
    archive_dossier(actor=chief, dossier=Dossier.unscoped.get(pk=file.dossier.pk))
    program = a_program(centre.worker)
    assert program.json("dossiers")["items"] == []
    assert [one["number"] for one in program.json("dossiers", status="archived")["items"]] == [number]
    Dossier.unscoped.filter(pk=file.dossier.pk).update(destroyed_on=clock.today())
    assert program.json("dossiers", status="archived")["items"] == []
    assert program.get(f"dossiers/{number}").json()["type"] == "/api/#destroyed"


def test_a_right_that_was_taken_over_is_told_without_a_decision(centre):
    shapes.persons()
    shapes.rights()
    told = {one["beneficiary"]: one for one in a_program(centre.auditor, classes=["identity", "money"]).json("entitlements")["items"]}
    assert (told["Awa Diallo"]["decision"], told["Awa Diallo"]["origin"], told["Awa Diallo"]["amount"]) == (None, "Ancien", "1314.20")
