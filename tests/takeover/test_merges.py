"""Somebody who was taken over turns out to be known already: what the old system said follows the merge, and its undo (B48)."""

from __future__ import annotations

import pytest

from parvis.aid.models import Entitlement
from parvis.contacts import api as contacts
from parvis.contacts.models import MergeStep, Person
from parvis.takeover.models import Difference, Line, PastPayment, SourceKey
from parvis.takeover.services import old_system, start_rehearsal
from tests.contacts.factories import CHIEF, make_person
from tests.support import actor

from . import shapes
from .factories import outcomes

pytestmark = [pytest.mark.db, pytest.mark.django_db]
READER = actor("chief")


def held(person: Person) -> dict[str, int]:
    """How much of the old system stands with a person."""
    return {
        "lines": Line.unscoped.filter(person_id=person.pk).count(),
        "keys": SourceKey.unscoped.filter(kind="person", target_id=person.pk).count(),
        "payments": PastPayment.unscoped.filter(person_id=person.pk).count(),
        "differences": Difference.unscoped.filter(person_id=person.pk).count(),
        "rights": Entitlement.unscoped.filter(beneficiary=person).count(),
    }


def test_what_was_taken_over_follows_a_merge_and_its_undo() -> None:
    shapes.persons()
    shapes.rights()
    shapes.payments()
    start_rehearsal(actor=shapes.PAYER, source="Ancien", month=shapes.last_month())
    awa = Person.unscoped.get(pk=SourceKey.unscoped.get(kind="person", key="D1").target_id)
    known = make_person("Diallo", "Awa Marie", "1990-07-15")
    # A file of a household with the same number is no link to the person.
    SourceKey.unscoped.filter(kind="household", key="MB").update(target_id=awa.pk)
    whole, nothing = held(awa), dict.fromkeys(held(awa), 0)
    assert whole == {"lines": 3, "keys": 1, "payments": 1, "differences": 1, "rights": 1}

    merge = contacts.merge_persons(actor=CHIEF, kept=known, merged=awa, reason="la même dame, inscrite au guichet")
    assert (held(known), held(awa)) == (whole, nothing)
    assert SourceKey.unscoped.get(kind="household", key="MB").target_id == awa.pk
    assert len(old_system.of_person(READER, known)) == 3
    assert [one["thing"].pk for one in old_system.find_old(READER, "D1")] == [known.pk]
    # The next file of the old system finds the kept one: nothing differs, nothing is written to the other.
    assert outcomes(shapes.rights()) == ["same"] * 6
    assert set(outcomes(shapes.payments())) == {"same"}
    assert {**held(known), "lines": 3} == whole

    contacts.undo_merge(actor=CHIEF, merge=merge)
    assert held(awa) == whole
    assert not MergeStep.unscoped.filter(merge=merge, model__startswith="takeover.", undone=False).exists()
    assert len(old_system.of_person(READER, awa)) >= 3
