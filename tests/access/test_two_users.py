"""Two users edit the same record: both keep their work. The second sees who was first, when, and both values, and chooses.

Proposal: tests/decisions/test_pages.py and test_proposals.py. A person's facts: tests/contacts/test_persons.py. Organisations:
tests/contacts/test_organisations.py. Referent: tests/dossiers/test_services.py. Rights to classes: tests/identity/test_rights.py. Delay of
the person's list: tests/dossiers/test_transparency.py. Here: notes, the situation, its end, own data, the address.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from parvis.dossiers.api import record_situation, situation_at
from parvis.dossiers.models import CustomFact, Dossier, SituationFact
from parvis.dossiers.services import custom as services
from parvis.journal.models import Entry
from parvis.kernel import clock
from tests.dossiers.factories import Centre, make_centre, make_dossier

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
