"""Two users edit the same record: both keep their work. The second sees who was first, when, and both values, and chooses.

Proposal: tests/decisions/test_pages.py and test_proposals.py. A person's facts: tests/contacts/test_persons.py. Organisations:
tests/contacts/test_organisations.py. Referent: tests/dossiers/test_services.py. Rights to classes: tests/identity/test_rights.py. Delay of
the person's list: tests/dossiers/test_transparency.py. Here: notes, the situation, its end, own data, and every form that
changes a thing in place.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounting.services.accounts import open_centre_account
from parvis.accounting.services.ledger import set_account
from parvis.aid.services.types import add_aid_type
from parvis.decisions.services.committees import found_committee
from parvis.documents.models import Document
from parvis.dossiers.api import record_situation, situation_at
from parvis.dossiers.models import CustomFact, Dossier, SituationFact
from parvis.dossiers.services import custom as services
from parvis.identity.api import create_sector
from parvis.journal.models import Entry
from parvis.journal.services.texts import save_text
from parvis.kernel import clock
from tests.dossiers.factories import Centre, make_centre, make_dossier
from tests.identity.factories import SYSTEM, as_actor

from .paths import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return make_dossier(centre)


def browser(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def hidden(body: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body))


def test_two_notes_written_at_once_are_two_notes(centre, dossier):
    url = reverse("journal:add", args=[dossier.uuid])
    for account, text in ((centre.worker, "A appelé à 9 h"), (centre.colleague, "A rappelé à 9 h")):
        assert browser(account).post(url, {"kind": "call", "text": text}).status_code == 303
    told = Entry.unscoped.filter(kind="call").order_by("pk").values_list("text", "author_label")
    assert list(told) == [("A appelé à 9 h", "Amélie Lambrecht"), ("A rappelé à 9 h", "Sami Aerts")]


def wage(centre, dossier, amount: str, **more) -> SituationFact:
    dossier.refresh_from_db()
    return record_situation(
        actor=centre.actor("worker"), dossier=dossier, kind="resource", label="Salaire", amount=Decimal(amount), periodicity="month", **more
    )  # fmt: skip


def test_the_second_who_changes_a_line_is_shown_this_line_not_another_one(centre, dossier):
    row = wage(centre, dossier, "600", valid_from=dt.date(2026, 1, 1))
    seen = Dossier.unscoped.get().version
    wage(centre, dossier, "777")  # another line, later: its amount is no answer
    wage(centre, dossier, "650", item=row.item, valid_from=row.valid_from)
    wage(centre, dossier, "888")
    sent = {"kind": "resource", "label": "Salaire", "amount": "700", "periodicity": "month", "valid_from": "2026-01-01", "source": "agent"}
    page = browser(centre.colleague).post(reverse("dossiers:situation_edit", args=[dossier.uuid, row.item]), sent | {"version": seen})
    body = page.content.decode()
    assert page.status_code == 409
    assert "Amélie Lambrecht" in body and "650" in body and "700" in body
    assert "888" not in body and "777" not in body
    assert sorted(one.amount for one in situation_at(dossier.pk)) == [Decimal("650"), Decimal("777"), Decimal("888")]


def test_the_second_who_ends_a_line_sees_it_and_can_go_on(centre, dossier):
    row = wage(centre, dossier, "600", valid_from=dt.date(2026, 1, 1))
    seen = Dossier.unscoped.get().version
    wage(centre, dossier, "650", item=row.item, valid_from=row.valid_from)
    client, url = browser(centre.colleague), reverse("dossiers:situation_end", args=[dossier.uuid, row.item])
    answer = client.post(url, {"last_day": "2026-11-30", "version": seen})
    assert answer.status_code == 409 and "Amélie Lambrecht" in answer.content.decode()
    assert len(situation_at(dossier.pk)) == 1
    again = client.post(url, hidden(answer.content.decode()) | {"last_day": "2026-11-30"})
    assert again.status_code == 303
    assert SituationFact.unscoped.get(item=row.item, live=1).valid_to == dt.date(2026, 12, 1)


def test_own_data_the_second_chooses_field_by_field(centre, dossier):
    admin = centre.actor("administrator")
    kind = services.general_kind(actor=admin)
    services.add_section(actor=admin, kind=kind, title={"fr": "Divers", "en": "Other"}, group="other", dated=False)
    for name in ("Commune", "École"):
        services.add_field(actor=admin, kind=kind, section="other", label={"fr": name, "en": name}, type="text", data_class="social")
    client = browser(centre.colleague)
    url = reverse("dossiers:own_edit", args=[dossier.uuid, "other"])
    first = client.get(url).context
    commune, school = first["at"].fields
    shown = [commune.path, school.path]
    services.write_custom(
        actor=centre.actor("worker"), dossier=Dossier.unscoped.get(), section="other", answers={commune.key: "Monthey", school.key: "Bas"}
    )
    answer = client.post(url, {"shown": shown, commune.id: "Sion", school.id: "", "version": first["version"]})
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Amélie Lambrecht" in body and "Monthey" in body and "Sion" in body and "Bas" in body
    held = CustomFact.unscoped.filter(live=1).order_by("pk").values_list("value", flat=True)
    assert list(held) == ["Monthey", "Bas"]
    again = client.post(url, {"shown": shown, commune.id: "Sion", school.id: "Bas", "version": Dossier.unscoped.get().version})
    assert again.status_code == 303
    now = {fact.field: fact.value for fact in CustomFact.unscoped.filter(live=1).at(clock.today())}
    assert now == {commune.key: "Sion", school.key: "Bas"}


# Forms that change a thing in place ------------------------------------------------------------------------------------------
def as_read(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send of the form on a page that nobody touched."""
    carried = html.unescape(hidden(client.get(url).content.decode())["seen"])
    return {"seen": carried, **json.loads(carried)}


def things(centre: Centre) -> dict[str, tuple[str, str, str, str, str]]:
    """Address of each form, and two of its fields with another value."""
    admin = as_actor(centre.administrator)
    kind = services.general_kind(actor=admin)
    services.add_section(actor=admin, kind=kind, title={"fr": "Logement"}, group="other")
    services.add_field(actor=admin, kind=kind, section="logement", label={"fr": "Étage"}, type="text", data_class="social")
    codes = services.create_code_list(actor=admin, label={"fr": "Chauffage"})
    code = services.add_code(actor=admin, code_list=codes, value="gaz", label={"fr": "Gaz"})
    committee = found_committee(actor=admin, name={"fr": "Comité"}, prefix="CX", quorum=3)
    set_account(actor=SYSTEM, book="public", code="550000", name={"fr": "Banque"}, kind="asset", role="bank")
    account = open_centre_account(
        actor=admin, iban="BE68539007547034", label="Compte", holder="CPAS", enterprise_number="0200000043", valid_from=clock.today()
    )
    text = save_text(actor=admin, kind="call", titles={"fr": "Appel"}, texts={"fr": "A appelé"})
    aid = add_aid_type(actor=admin, label={"fr": "Autre aide"}, rests_on="free_once")
    sector = create_sector(actor=admin, code="JEUN", name="Jeunesse")
    return {
        "account": (reverse("identity:admin_account", args=[centre.worker.uuid]), "display_name", "Amélie L.", "email", "al@cpas.example"),
        "unit": (reverse("identity:unit", args=[centre.north.uuid]), "name_fr", "Nord-Est", "name_nl", "Noordoost"),
        "sector": (reverse("identity:sector", args=[sector.uuid]), "name_fr", "Jeunes", "reserved", "on"),
        "committee": (reverse("decisions:committee", args=[committee.uuid]), "name_fr", "Comité spécial", "quorum", "5"),
        "bank account": (reverse("accounting:centre_account", args=[account.uuid]), "label", "Compte courant", "town", "Valmont"),
        "aid": (reverse("aid:type", args=[aid.uuid]), "label_fr", "Aide autre", "label_nl", "Andere hulp"),
        "code": (reverse("dossiers:code", args=[code.uuid]), "label_fr", "Gaz naturel", "label_nl", "Aardgas"),
        "field": (reverse("dossiers:change_field", args=[kind.key, "etage"]), "label_fr", "Niveau", "listed", "on"),
        "text": (reverse("journal:text", args=[text.uuid]), "title_fr", "Appel reçu", "text_fr", "La personne a appelé"),
    }


def test_a_form_that_changes_a_thing_in_place_keeps_what_both_typed(centre):
    """The second who sends reverts nothing of the first; the same field is asked with both values, and the choice is kept."""
    client = browser(centre.administrator)
    for made_up in ("²", "[]", '{"name_fr": 1}', "[" * 100_000):
        unit = reverse("identity:unit", args=[centre.south.uuid])
        assert client.post(unit, {"name_fr": "Sud", "is_active": "on", "seen": made_up}).status_code == 303
    for name, (url, one, mine, other, theirs) in things(centre).items():
        first, second = as_read(client, url), as_read(client, url)
        assert client.post(url, first | {one: mine}).status_code == 303, name
        assert client.post(url, second | {other: theirs}).status_code == 303, name
        now = as_read(client, url)
        assert (now[one], now[other]) == ([mine], [theirs]), name

        assert client.post(url, now | {one: f"{mine} 2"}).status_code == 303, name
        answer = client.post(url, now | {one: f"{mine} 3"})
        body = html.unescape(answer.content.decode())
        assert (answer.status_code, f"{mine} 2" in body, f"{mine} 3" in body) == (409, True, True), name
        assert as_read(client, url)[one] == [f"{mine} 2"], "nothing is saved before the choice"
        again = {key: html.unescape(value) for key, value in hidden(answer.content.decode().split('id="conflict"')[1]).items()}
        assert client.post(url, again | {one: f"{mine} 3"}).status_code == 303, name
        assert (as_read(client, url)[one], as_read(client, url)[other]) == ([f"{mine} 3"], [theirs]), name


def test_two_who_sort_a_file_into_sectors_keep_what_each_ticked(centre, dossier):
    youth, asylum = (create_sector(actor=as_actor(centre.administrator), code=code, name=code) for code in ("JEUN", "ASYL"))
    client, url = browser(centre.chief), reverse("dossiers:sector", args=[dossier.uuid])
    first, second = as_read(client, url), as_read(client, url)
    assert client.post(url, first | {"sectors": [youth.pk]}).status_code == 303
    assert client.post(url, second | {"sectors": [asylum.pk]}).status_code == 303
    assert sorted(as_read(client, url)["sectors"]) == sorted([str(youth.pk), str(asylum.pk)])


def test_two_who_say_what_a_paper_is_the_second_is_told(centre, dossier):
    paper = filled(centre, dossier).document
    client, url = browser(centre.worker), reverse("documents:about", args=[paper.uuid])
    first, second = as_read(client, url), as_read(client, url)
    assert client.post(url, first | {"kind": "income"}).status_code == 303
    answer = client.post(url, second)
    assert answer.status_code == 409, "who leaves it as proposed says so too"
    assert "Amélie Lambrecht" in answer.content.decode()
    assert Document.unscoped.get(pk=paper.pk).kind == "income"
