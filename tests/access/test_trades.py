"""B26 in its words: a nurse, a social worker and an accountant open the same file, each sees only the panels allowed; a chief sees below, not
beside. By the page, by the address of each part, and by program."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.documents.models import Document
from parvis.dossiers.api import open_dossier, record_situation
from parvis.dossiers.models import Dossier
from parvis.identity.api import create_unit
from parvis.identity.models import Account
from parvis.journal.api import add_entry
from parvis.journal.models import Entry
from tests.api.factories import a_program
from tests.contacts.factories import make_person
from tests.dossiers.factories import Centre, make_centre, make_dossier
from tests.dossiers.test_former import HEALTH, MONEY, SOCIAL, fresh, paper
from tests.identity.factories import SYSTEM, an_account, as_actor

pytestmark = pytest.mark.django_db
NOTE = "Discussion du plan de remboursement"


@pytest.fixture
def centre(settings, tmp_path) -> Centre:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_centre()


@pytest.fixture
def nurse(centre: Centre) -> Account:
    return an_account("nurse", unit=centre.north, name="Chloé Mertens")


@pytest.fixture
def accountant(centre: Centre) -> Account:
    return an_account("accountant", name="Thierry Maes")


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    """One file with something of health, of social life and of money, and a paper of each of the first two."""
    made, worker = make_dossier(centre), centre.actor("worker")
    record_situation(actor=worker, dossier=fresh(made), kind="health", label=HEALTH)
    record_situation(actor=worker, dossier=fresh(made), kind="housing", label=SOCIAL)
    record_situation(actor=worker, dossier=fresh(made), kind="resource", label=MONEY, amount=Decimal("900"), periodicity="month")
    add_entry(actor=worker, dossier=fresh(made), kind="interview", text=NOTE)
    paper(worker, made, "Bail", "social")
    paper(worker, made, "Rapport médical", "health")
    return fresh(made)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(account: Account, dossier: Dossier, name: str = "dossiers:detail") -> tuple[int, str]:
    answer = signed_in(account).get(reverse(name, args=[dossier.uuid]))
    return answer.status_code, answer.content.decode()


def panels_of(html: str) -> set[str]:
    return set(re.findall(r'<div id="panel-([a-z_.]+)"', html))


def test_three_trades_open_the_same_file_and_each_sees_its_own_panels(centre, dossier, nurse, accountant) -> None:
    told = {}
    for name, account in (("nurse", nurse), ("worker", centre.worker), ("accountant", accountant)):
        status, html = page(account, dossier)
        assert status == 200, name
        told[name] = (panels_of(html), {word for word in (HEALTH, SOCIAL, MONEY, NOTE, "Bail", "Rapport médical") if word in html})
    assert told["worker"][1] == {HEALTH, SOCIAL, MONEY, NOTE, "Bail", "Rapport médical"}
    assert told["nurse"][1] == {HEALTH, "Rapport médical"}
    assert told["accountant"][1] == set()
    assert "health" in told["nurse"][0] and "health" not in told["worker"][0] | told["accountant"][0]
    assert {"situation", "documents"} <= told["worker"][0]
    assert not {"situation", "documents", "decisions", "requests", "aids", "payments"} & told["nurse"][0]
    assert not {"situation", "documents", "decisions", "requests"} & told["accountant"][0]


def test_the_same_by_the_address_of_each_part(centre, dossier, nurse, accountant) -> None:
    papers = {row.title: row for row in Document.unscoped.filter(dossier_id=dossier.pk) | Document.unscoped.filter(subject_id=dossier.pk)}
    ways: dict[str, tuple[Any, ...]] = {
        "note": (reverse("journal:entry", args=[Entry.unscoped.get(text=NOTE).uuid]),),
        "lease": (reverse("documents:download", args=[papers["Bail"].uuid]),),
        "report": (reverse("documents:download", args=[papers["Rapport médical"].uuid]),),
    }
    opened = {
        name: {way for way, (url,) in ways.items() if signed_in(account).get(url).status_code == 200}
        for name, account in (("nurse", nurse), ("worker", centre.worker), ("accountant", accountant))
    }
    assert opened == {"worker": {"note", "lease", "report"}, "nurse": {"report"}, "accountant": set()}
    for account, words in ((nurse, {HEALTH}), (accountant, {MONEY})):
        for name in ("dossiers:situation", "journal:index", "journal:acts", "journal:chronology", "dossiers:sheet"):
            _status, html = page(account, dossier, name)
            assert {word for word in (HEALTH, SOCIAL, MONEY, NOTE) if word in html} <= words, (account.display_name, name)


def test_the_same_by_program(centre, dossier, nurse, accountant) -> None:
    lines = {
        name: {line["label"] for line in a_program(account).json(f"dossiers/{dossier.number}")["situation"]}
        for name, account in (("nurse", nurse), ("worker", centre.worker), ("accountant", accountant))
    }
    assert lines == {"worker": {HEALTH, SOCIAL, MONEY}, "nurse": {HEALTH}, "accountant": {MONEY}}
    titles = {
        name: {row["title"] for row in a_program(account).json(f"dossiers/{dossier.number}/documents")["items"]}
        for name, account in (("nurse", nurse), ("worker", centre.worker), ("accountant", accountant))
    }
    assert titles == {"worker": {"Bail", "Rapport médical"}, "nurse": {"Rapport médical"}, "accountant": set()}
    assert NOTE not in a_program(nurse).get(f"dossiers/{dossier.number}/journal").content.decode()
    narrowed = a_program(nurse, classes=["identity"]).json(f"dossiers/{dossier.number}")
    assert narrowed["situation"] == [], "a token may open less than its holder, never more"


def test_what_a_nurse_writes_is_about_health_and_is_read_by_who_reads_health(centre, dossier, nurse) -> None:
    entry = add_entry(actor=as_actor(nurse), dossier=dossier, kind="visit", text="Pansement refait")
    assert entry.data_class == "health"
    readers = {name for name in ("worker", "chief", "lawyer", "auditor", "stranger") if _reads(as_actor(getattr(centre, name)), entry)}
    assert readers == {"worker", "chief"}
    assert signed_in(nurse).get(reverse("journal:entry", args=[entry.uuid])).status_code == 200
    assert add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="x").data_class == "social"


def _reads(actor: Any, entry: Entry) -> bool:
    return Entry.objects.visible_to(actor).filter(pk=entry.pk).exists()


def test_a_nurse_has_a_home_and_opens_nothing_of_another_service(centre, dossier, nurse) -> None:
    elsewhere = an_account("nurse", unit=centre.south, name="Ada Lemmens")
    assert signed_in(nurse).get("/desk/").status_code == 200
    assert page(elsewhere, dossier)[0] == 404
    assert a_program(elsewhere).get(f"dossiers/{dossier.number}").status_code == 404
    before = (dossier.version, Entry.unscoped.count())
    client = signed_in(elsewhere)
    client.post(reverse("journal:add", args=[dossier.uuid]), {"kind": "note", "text": "x"})
    client.post(reverse("dossiers:situation_add", args=[dossier.uuid]), {"kind": "health", "label": "x"})
    signed_in(nurse).post(reverse("dossiers:situation_add", args=[dossier.uuid]), {"kind": "health", "label": "x"})
    assert (fresh(dossier).version, Entry.unscoped.count()) == before


def test_a_chief_sees_below_and_not_beside(centre, dossier) -> None:
    team = create_unit(
        actor=SYSTEM, code="NORD-A", name={"fr": "Équipe A", "nl": "Team A", "de": "Team A", "en": "Team A"}, parent=centre.north
    )
    member = an_account("social_worker", unit=team, name="Rita Simons")
    below = open_dossier(actor=as_actor(member), person=make_person("Sous", "Paul"), unit=team)
    beside = open_dossier(actor=centre.actor("stranger"), person=make_person("Côté", "Anne"), unit=centre.south)
    chief = Account.objects.get(pk=centre.chief.pk)
    seen = {
        name: (page(chief, one)[0], a_program(chief).get(f"dossiers/{one.number}").status_code)
        for name, one in (("own", dossier), ("below", below), ("beside", beside))
    }
    assert seen == {"own": (200, 200), "below": (200, 200), "beside": (404, 404)}
    listed = signed_in(chief).get("/dossiers/").content.decode()
    assert below.number in listed and beside.number not in listed
