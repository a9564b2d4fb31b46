"""The agenda item is complete: the account to be paid and what was decided and paid before are parts of its pack (C1, C10)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from parvis.aid.models import DueLine
from parvis.contacts import api as contacts
from parvis.decisions import api
from parvis.decisions.models import MemberPack, Pack
from tests.decisions import factories as made

from . import factories as f

OTHER = "BE71096123456769"


@pytest.fixture
def case(world):
    """A right that was paid, and a further proposal of the same file before the committee."""
    centre, _team = world
    first = f.granted(centre)
    DueLine.unscoped.filter(entitlement__decision=first, month=date(2026, 3, 1)).update(state="paid", paid_on=date(2026, 3, 27))
    line_id = first.line_id
    provision = f.to_another(f.one_off(line_id, key="g2"), "Immo du Parc")
    further = made.validated(centre, line_id=line_id, provision=provision)
    session = made.opened(centre, [further], days=8)
    return centre, first, further, session


def pack_of(session, proposal):
    return json.loads(MemberPack.unscoped.get(item=made.item_of(session, proposal)).content)


def test_the_first_decision_has_an_account_and_no_history(world):
    centre, _team = world
    decision = f.granted(centre)
    pack = json.loads(Pack.unscoped.get(decision=decision).content)
    assert pack["history"] == {"decisions": [], "payments": []}
    (account,) = pack["banking"]
    assert account == {
        "holder": "Aya Benali",
        "account": "BE68 •••• •••• 7034",
        "own": True,
        "since": made.SINCE.isoformat(),
        "source": "agent",
        "noted_by": made.ROOT.label,
        "noted_on": "2026-03-02",
    }


def test_the_pack_of_the_members_tells_the_account_the_decisions_and_the_payments(case):
    centre, first, further, session = case
    pack = pack_of(session, further)
    (account,) = pack["banking"]
    assert (account["holder"], account["account"], account["own"], account["since"], account["source"]) == (
        "Immo du Parc", "BE71 •••• •••• 6769", False, None, "",
    )  # fmt: skip
    assert [row["number"] for row in pack["history"]["decisions"]] == [first.number]
    assert pack["history"]["decisions"][0]["grants"][0]["amount"] == "1314.20"
    paid = [row for row in pack["history"]["payments"] if row["state"] == "paid"]
    assert [(row["month"], row["amount"], row["paid_on"], row["words"]["de"]) for row in paid] == [
        ("2026-03-01", "1314.20", "2026-03-27", "Gezahlt"),
    ]  # fmt: skip
    assert len(pack["history"]["payments"]) <= 6
    decision = api.decide(actor=centre.secretary, item=made.item_of(session, further), outcome="granted")
    frozen = json.loads(Pack.unscoped.get(decision=decision).content)
    assert (frozen["banking"], frozen["history"]) == (pack["banking"], pack["history"])


def test_the_item_shows_them_masked_from_the_pack_alone(client, case, django_assert_max_num_queries):
    centre, first, further, session = case
    url = reverse("decisions:item", args=[session.uuid, made.item_of(session, further).uuid])
    client.force_login(centre.account("anciaux"))
    client.get(url)
    with django_assert_max_num_queries(25):
        text = client.get(url).content.decode()
    aside = text[text.index('class="com-side"') :]
    assert "Compte à payer" in aside and "BE71 •••• •••• 6769" in aside and OTHER not in text.replace(" ", "")
    assert "absent du dossier" in aside and "N’est pas le compte de la personne" in aside
    assert "Décidé et payé auparavant" in aside and first.number in aside and "mars 2026" in aside
    # what changes in the file afterwards changes nothing of what the members were given
    person = contacts.Person.unscoped.get(pk=further.person_id)
    contacts.add_bank_account(actor=made.ROOT, person=person, iban=OTHER, holder="Autre")
    DueLine.unscoped.filter(entitlement__decision=first).update(note="changé")
    assert "absent du dossier" in client.get(url).content.decode()


def test_a_pack_from_before_these_parts_opens_all_the_same(client, case):
    _centre, _first, further, session = case
    row = MemberPack.unscoped.get(item=made.item_of(session, further))
    old = json.loads(row.content)
    del old["banking"], old["history"]
    from parvis.decisions.views.committee import _banking, _history

    assert _banking(old) == [] and _history(old, "fr")["any"] is False
