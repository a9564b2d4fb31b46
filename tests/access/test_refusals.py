"""Each access rule refuses on page, part, list, search, count, export, file and by program; the table in docs/reference/access.md names these tests.

Each test first shows that the way exists (somebody whom the rule lets in gets an answer), then that the rule shuts it. A program is asked
too: the person's token opens every part and class, and what shuts the page shuts the interface.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.contacts.api import hide_address, relate, set_address
from parvis.documents.models import Document
from parvis.dossiers.api import archive_dossier, assign_referent, close_dossier, end_referent, record_situation
from parvis.dossiers.models import Dossier, Referent, SituationFact
from parvis.dossiers.services import grants
from parvis.identity.api import (
    Opening,
    OpeningRefused,
    add_agent_to_sector,
    answer_proxy,
    create_sector,
    link_own_person,
    offer_proxy,
    set_class_rights,
    update_sector,
)
from parvis.identity.models import Account, Proxy
from parvis.journal.models import Entry
from parvis.journal.services import write_down
from parvis.kernel import clock, registries, statements
from parvis.kernel.models import ReadLine
from tests.api.factories import a_program
from tests.contacts.factories import make_person
from tests.documents.factories import scanned_pdf
from tests.dossiers.factories import Centre, make_centre, make_dossier
from tests.identity.factories import SYSTEM, a_unit, an_account, as_actor

from .paths import PROGRAM_WAYS, SECRET, WAYS, File, counted, filled, shown_by, told_to_program

pytestmark = pytest.mark.django_db
REASON = "Appel de l'hôpital, la référente est absente"
ALL = set(WAYS)
PROGRAM = set(PROGRAM_WAYS)
DAY = dt.timedelta(days=1)


@pytest.fixture
def centre(settings, tmp_path) -> Centre:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_centre()


@pytest.fixture
def file(centre: Centre) -> File:
    return filled(centre, make_dossier(centre))


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def in_(account: Account, file: File, *, program: bool = True) -> None:
    """Every way is open: a refusal further down is the rule's doing. ``program``: to a program of this person too."""
    assert shown_by(browser(account), file) == ALL
    assert told_to_program(account, file) == (PROGRAM if program else set())
    assert counted(as_actor(account), file) == (1, 1, 1)


def out(account: Account, file: File) -> None:
    """No way shows it, nothing counts it, and nothing of it was read."""
    before = ReadLine.objects.exclude(subject_type="api_token").count()
    assert shown_by(browser(account), file) == set()
    assert counted(as_actor(account), file) == (0, 0, 0)
    assert told_to_program(account, file) == set()
    assert ReadLine.objects.exclude(subject_type="api_token").count() == before


# The whole file --------------------------------------------------------------------------------------------------------
def test_unit(centre, file):
    in_(centre.colleague, file)
    out(centre.stranger, file)


@pytest.mark.parametrize("name", ["member", "administrator"])
def test_function(centre, file, name):
    in_(centre.colleague, file)
    out(getattr(centre, name), file)


def test_hierarchy_a_chief_sees_below_and_not_beside_nor_above(centre, file):
    below = a_unit("NORD1", parent=centre.north)
    in_(an_account("chief", unit=centre.north), file)
    out(an_account("chief", unit=centre.south), file)
    out(an_account("chief", unit=below), file)
    Dossier.unscoped.filter(pk=file.dossier.pk).update(unit=below)
    in_(centre.chief, file)


def test_sector(centre, file):
    youth, asylum = (create_sector(actor=SYSTEM, code=code, name=code) for code in ("JEUN", "ASYL"))
    grants.set_sectors(actor=centre.actor("chief"), dossier=file.dossier, sectors=[youth])
    in_(centre.colleague, file)
    add_agent_to_sector(actor=SYSTEM, account=centre.colleague, sector=asylum)
    out(centre.colleague, file)
    update_sector(actor=SYSTEM, sector=youth, name={"fr": "Jeunesse"}, reserved=True)
    out(centre.chief, file)
    in_(centre.worker, file)  # its referent, whatever the sector


def test_relation_the_referent_of_yesterday(centre, file):
    assign_referent(actor=centre.actor("chief"), dossier=file.dossier, account=centre.stranger)
    in_(centre.stranger, file)
    with clock.travel(clock.now() + DAY):
        row = Referent.unscoped.get(dossier=file.dossier, account=centre.stranger, live=1)
        end_referent(actor=centre.actor("chief"), referent=row, on=clock.today())
        out(centre.stranger, file)


def test_proxy_expired_ended_or_for_other_files(centre, file):
    other = make_dossier(centre, make_person("Autre", "Paul", "1970-01-01"))
    proxy = offer_proxy(
        actor=centre.actor("colleague"), holder=centre.stranger, valid_from=clock.today(), valid_to=clock.today() + DAY, reason="congé"
    )
    answer_proxy(actor=centre.actor("stranger"), proxy=proxy, accept=True)
    acting = browser(centre.stranger)
    acting.post(reverse("identity:proxy_act", args=[proxy.uuid]))
    assert shown_by(acting, file) == ALL
    assert told_to_program(centre.stranger, file) == set(), "a proxy is not handed to a program"
    Proxy.objects.update(functions="social_worker", only=f"dossier:{other.pk}")
    assert shown_by(acting, file) == set()
    Proxy.objects.update(only="")
    assert shown_by(acting, file) == ALL
    Proxy.objects.update(valid_from=clock.today() - DAY, valid_to=clock.today())
    assert shown_by(acting, file) == set()
    Proxy.objects.update(valid_to=clock.today() + DAY, ended_at=clock.now())
    assert shown_by(acting, file) == set()
    out(centre.stranger, file)


def test_exceptional_opening_expired_or_ended(centre, file):
    grants.break_glass(actor=centre.actor("stranger"), number=file.dossier.number, reason=REASON)
    in_(centre.stranger, file, program=False)  # the reason was given for these eyes, not for a program
    with clock.travel(clock.now() + dt.timedelta(hours=5)):
        out(centre.stranger, file)
    Opening.objects.update(ended_at=clock.now())
    out(centre.stranger, file)


def test_recusal_no_reason_opens_what_it_shuts(centre, file, monkeypatch):
    """Packs, lists, search, counts and minutes: tests/decisions/test_recusal.py. Here: the way around, by an exceptional opening."""
    grants.break_glass(actor=centre.actor("stranger"), number=file.dossier.number, reason=REASON)
    in_(centre.stranger, file, program=False)  # the reason was given for these eyes, not for a program
    monkeypatch.setattr(registries.never_opened, "all", lambda: [lambda actor: [file.dossier.pk]])
    statements.forget()  # the rule itself was changed, which happens in tests only
    out(centre.stranger, file)
    with pytest.raises(OpeningRefused) as refused:
        grants.break_glass(actor=centre.actor("member"), number=file.dossier.number, reason=REASON)
    with pytest.raises(OpeningRefused) as unknown:
        grants.break_glass(actor=centre.actor("member"), number="2026-99999", reason=REASON)
    assert str(refused.value) == str(unknown.value)


# What opens only with a reason -----------------------------------------------------------------------------------------
def test_purpose_an_unusual_reading_shows_nothing_before_its_reason(centre, file):
    me = make_person("Aerts", "Sami", "1985-03-02")
    link_own_person(actor=SYSTEM, account=centre.colleague, person_id=me.pk)
    relate(actor=centre.actor("worker"), person=me, other=file.dossier.lead, kind="sibling")
    client = browser(centre.colleague)
    before = ReadLine.objects.count()
    ways = ["dossiers:detail", "dossiers:situation", "journal:index", "journal:acts", "journal:chronology"]
    asked = [reverse(name, args=[file.dossier.uuid]) for name in ways]
    asked += [f"{asked[3]}?export=csv", f"{asked[4]}?as=pdf", reverse("documents:download", args=[file.document.uuid])]
    for url in asked:
        answer = client.get(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (303, f"/access/why/dossier/{file.dossier.uuid}/"), url
        part = client.get(url, headers={"HX-Request": "true", "HX-Target": "entries"})
        assert (part.status_code, part.content) == (204, b""), url
    program, number = a_program(centre.colleague), file.dossier.number
    by_program = [f"dossiers/{number}{part}" for part in ("", "/members", "/journal", "/documents")]
    by_program += [f"documents/{file.document.uuid}/file", f"persons/{file.dossier.lead.uuid}"]
    for route in by_program:
        assert program.get(route).json()["type"] == "/api/#reason-needed", route
    assert ReadLine.objects.exclude(subject_type="api_token").count() == before
    client.post(f"/access/why/dossier/{file.dossier.uuid}/", {"reason": REASON})
    assert shown_by(client, file) == ALL
    assert told_to_program(centre.colleague, file) == PROGRAM


# Parts of the file -----------------------------------------------------------------------------------------------------
def test_class_of_data(centre, file):
    """Health is for social workers and chiefs: the payer sees the file, and of it neither line, document, count nor column."""
    worker = centre.actor("worker")
    record_situation(
        actor=worker, dossier=file.dossier, kind="health", label=f"{SECRET} traitement", valid_from=clock.today(), person=file.dossier.lead
    )  # fmt: skip
    Document.unscoped.filter(pk=file.document.pk).update(data_class="health")
    for account, sees in ((centre.worker, True), (centre.payer, False)):
        client, actor = browser(account), as_actor(account)
        for name in ("dossiers:detail", "dossiers:situation", "dossiers:changes", "journal:index"):
            body = client.get(reverse(name, args=[file.dossier.uuid])).content.decode()
            assert SECRET in body if sees and name != "dossiers:changes" else sees or SECRET not in body, (account, name)
        assert (client.get(reverse("documents:download", args=[file.document.uuid])).status_code == 200) is sees
        for url in (f"/search/?q={SECRET}", f"/palette/?q={SECRET}"):
            body = client.get(url).content.decode()
            assert sees or not any(f"{SECRET} {word}" in body for word in ("bail", "traitement", "entretien")), (account, url)
        assert Document.objects.visible_to(actor).count() == int(sees)
        assert SituationFact.objects.visible_to(actor).count() == int(sees)
        assert sees or SECRET not in client.get("/dossiers/?export=csv").getvalue().decode()
        program, number = a_program(account), file.dossier.number
        told = program.json(f"dossiers/{number}")
        assert [line["label"] for line in told["situation"]] == ([f"{SECRET} traitement"] if sees else [])
        assert told["counts"]["documents"] == len(program.json(f"dossiers/{number}/documents")["items"]) == int(sees)
        assert program.get(f"documents/{file.document.uuid}/file").status_code == (200 if sees else 404)
        assert (f"{SECRET} entretien" in program.get(f"dossiers/{number}/journal").content.decode()) is sees
        assert (f"{SECRET} bail" in program.get("search", q=SECRET).content.decode()) is sees


def test_class_of_data_follows_the_centre_s_own_table_at_once(centre, file):
    Document.unscoped.filter(pk=file.document.pk).update(data_class="legal")
    client, url = browser(centre.lawyer), reverse("documents:download", args=[file.document.uuid])
    assert client.get(url).status_code == 200
    program, route = a_program(centre.lawyer), f"documents/{file.document.uuid}/file"
    assert program.get(route).status_code == 200
    set_class_rights(actor=SYSTEM, rights={"legal": {"chief"}})
    assert client.get(url).status_code == 404
    assert program.get(route).status_code == 404
    assert Document.objects.visible_to(as_actor(centre.lawyer)).count() == 0


def test_hidden_address(centre, file):
    """Nobody reads it: neither page, part, search by its words, export, sheet nor another household member's card."""
    worker, lead = centre.actor("worker"), file.dossier.lead
    set_address(actor=worker, person=lead, street="Rue du Quetzal", number="4", postal_code="4999", municipality="Valmont")
    pages = [
        f"/persons/{lead.uuid}/", f"/dossiers/{file.dossier.uuid}/", "/dossiers/", "/search/?q=Quetzal", "/palette/?q=Quetzal",
        "/dossiers/?export=csv", "/contacts/", "/contacts/?export=csv", f"/dossiers/{file.dossier.uuid}/members/",
    ]  # fmt: skip
    client = browser(centre.worker)
    assert "Quetzal" in client.get(pages[0]).content.decode(), "shown before it is protected"
    hide_address(actor=worker, person=lead)
    for account in (centre.worker, centre.chief, centre.auditor):
        client = browser(account)
        for url in pages:
            answer = client.get(url)
            if answer.status_code != 404:
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                text = (
                    content.decode()
                    .replace("q=Quetzal", "")
                    .replace('value="Quetzal"', "")
                    .replace("“Quetzal”", "")
                    .replace("« Quetzal »", "")
                )
                assert "Rue du Quetzal" not in text, (account, url)
        program = a_program(account)
        routes = [
            f"persons/{lead.uuid}",
            "persons?q=Quetzal",
            "search?q=Quetzal",
            f"dossiers/{file.dossier.number}",
            f"dossiers/{file.dossier.number}/members",
        ]
        assert [route for route in routes if "Rue du" in program.get(route).content.decode()] == []


def test_restricted_note(centre, file):
    """For its author and the head of service: on no page, part, count, search, export or sheet of a colleague or the auditor."""
    word = "Ouistiti"
    note = write_down(
        actor=centre.actor("worker"), dossier=file.dossier, kind="note", text=f"{word} en confidence", restricted=True, minutes=5
    )
    uuid = file.dossier.uuid
    pages = [
        f"/dossiers/{uuid}/", f"/dossiers/{uuid}/journal/", f"/dossiers/{uuid}/journal/acts/", f"/dossiers/{uuid}/journal/acts/?export=csv",
        f"/dossiers/{uuid}/changes/", f"/search/?q={word}", f"/palette/?q={word}",
    ]  # fmt: skip
    for name, sees in (("worker", True), ("chief", True), ("colleague", False), ("auditor", False), ("clerk", False)):
        client = browser(getattr(centre, name))
        found = [word in client.get(url).content.decode().replace(f"q={word}", "").replace(f'"{word}"', "") for url in pages]
        part = client.get(pages[1], headers={"HX-Request": "true", "HX-Target": "entries"}).content.decode()
        assert (found[1], word in part) == (sees, sees), name
        assert sees or not any(f"{word} en confidence" in client.get(url).content.decode() for url in pages), name
        assert Entry.objects.visible_to(centre.actor(name)).filter(pk=note.pk).count() == int(sees)
        program = a_program(getattr(centre, name))
        told, number = program.get(f"dossiers/{file.dossier.number}/journal").content.decode(), file.dossier.number
        assert (word in told) is sees, name
        count = program.json(f"dossiers/{number}")["counts"]["journal"]
        assert count == Entry.objects.visible_to(centre.actor(name)).filter(dossier=file.dossier).count()
    chronology = browser(centre.worker).get(f"/dossiers/{uuid}/journal/chronology/").content.decode()
    assert word not in chronology, "what a court reads has no restricted note, whoever prints it"


# What takes nothing any more -------------------------------------------------------------------------------------------
WRITES = {
    "situation": ("dossiers:situation_add", {"kind": "income", "label": "Salaire", "valid_from": "2026-01-01", "amount": "100"}),
    "interventions": ("dossiers:interventions", {"role": "social", "service": "Ailleurs", "valid_from": "2026-01-01"}),
    "transfer": ("dossiers:transfer", {"reason": "déménagement"}),
}


@pytest.mark.parametrize("archived", [False, True])
def test_closed_and_archived(centre, file, archived):
    """Read as before; nothing is added. The archive leaves the lists, and search says what it is."""
    close_dossier(actor=centre.actor("chief"), dossier=file.dossier, code="autonomy", reason="")
    client = browser(centre.worker)
    if archived:
        archive_dossier(actor=centre.actor("chief"), dossier=Dossier.unscoped.get(pk=file.dossier.pk))
        assert shown_by(client, file) >= ALL - {"list", "part of the list", "export", "where is it"}
        assert not shown_by(client, file) & {"list", "part of the list", "export"}
        assert told_to_program(centre.worker, file) == PROGRAM - {"list", "changes since"}
    before = (SituationFact.unscoped.count(), Entry.unscoped.count(), Document.unscoped.count())
    for name, (url, data) in WRITES.items():
        data = data | ({"unit": str(centre.south.pk)} if name == "transfer" else {})
        answer = client.post(reverse(url, args=[file.dossier.uuid]), data)
        assert answer.status_code in (404, 422), (name, answer.status_code)
    if archived:
        note = client.post(reverse("journal:add", args=[file.dossier.uuid]), {"kind": "note", "text": "Encore une note"})
        paper = client.post(
            reverse("documents:add", args=["dossier", file.dossier.pk]),
            {"title": "Bail", "kind": "housing", "on": "2026-01-01", "file": SimpleUploadedFile("b.pdf", scanned_pdf(), "application/pdf")},
        )
        assert (note.status_code, paper.status_code) == (422, 422)
    assert (SituationFact.unscoped.count(), Entry.unscoped.count(), Document.unscoped.count()) == before


# Not signed in ---------------------------------------------------------------------------------------------------------
def test_nobody_and_a_citizen_get_nothing(file):
    for name in ("dossiers:detail", "journal:index", "journal:acts"):
        assert Client().get(reverse(name, args=[file.dossier.uuid])).status_code == 302
    for url in ("/dossiers/?export=csv", f"/search/?q={file.dossier.number}", f"/palette/?q={file.dossier.number}"):
        assert Client().get(url)["Location"].startswith("/account/login/")
    assert Client().get(reverse("documents:download", args=[file.document.uuid]))["Location"].startswith("/account/login/")
    for route in ("dossiers", f"dossiers/{file.dossier.number}", f"documents/{file.document.uuid}/file", f"search?q={file.dossier.number}"):
        assert Client().get(f"/api/v1/{route}").status_code == 401


def test_an_exceptional_opening_adds_no_document(centre, file):
    grants.break_glass(actor=centre.actor("stranger"), number=file.dossier.number, reason=REASON)
    sent = {"title": "Bail", "kind": "housing", "on": "2026-01-01", "file": SimpleUploadedFile("b.pdf", scanned_pdf(), "application/pdf")}
    answer = browser(centre.stranger).post(reverse("documents:add", args=["dossier", file.dossier.pk]), sent)
    assert answer.status_code == 422
    assert Document.unscoped.count() == 1
