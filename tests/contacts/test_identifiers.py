"""Numbers as validated values; masked by function; shown whole once, with a reason that stays."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.contacts import api
from parvis.contacts.models import BankAccount, Identifier
from parvis.kernel import identifiers
from parvis.kernel.errors import NotAllowed
from parvis.kernel.identifiers import InvalidIdentifier
from parvis.kernel.models import MutationLine
from tests.identity.factories import an_account

from .factories import MEMBER, WORKER, make_person, niss

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("kind", "typed", "bare", "shown"),
    [
        ("avs", "756.9217.0769.85", "7569217076985", "756.9217.0769.85"),
        ("nir", "2 95 10 99 126 111 93", "295109912611193", "2 95 10 99 126 111 93"),
    ],
)
def test_a_foreign_number_is_checked_and_printed_in_groups(kind: str, typed: str, bare: str, shown: str) -> None:
    person = make_person()
    row = api.add_identifier(actor=WORKER, person=person, kind=kind, value=typed)
    assert (row.value, identifiers.format_number(kind, row.value)) == (bare, shown)
    assert identifiers.mask_number(kind, row.value) == f"•••{bare[-3:]}"
    with pytest.raises(InvalidIdentifier):
        api.add_identifier(actor=WORKER, person=make_person("Autre"), kind=kind, value=typed[:-1] + ("1" if typed[-1] != "1" else "2"))
    assert Identifier.unscoped.count() == 1


def test_a_qr_iban_is_no_account_on_which_aid_can_be_paid() -> None:
    """Without the reference of a QR-bill the bank sends the payment back: refused where it is typed, whoever types it."""
    assert identifiers.parse_iban("CH93 0076 2011 6238 5295 7") == "CH9300762011623852957"
    with pytest.raises(InvalidIdentifier) as caught:
        identifiers.parse_iban("CH44 3199 9123 0008 8901 2")
    assert caught.value.code == "qr_iban" and "QR-IBAN" in str(caught.value.message)
    person = make_person()
    with pytest.raises(InvalidIdentifier) as caught:
        api.add_bank_account(actor=WORKER, person=person, iban="CH44 3199 9123 0008 8901 2")
    assert caught.value.field == "iban" and not BankAccount.unscoped.filter(person=person).exists()


def test_a_masked_number_is_shown_once_with_a_reason_that_is_written_down(client: Any) -> None:
    number = niss("1980-05-17", 4)
    person = make_person(national_number=number)
    whole = identifiers.format_niss(number)
    row = Identifier.unscoped.get()
    client.force_login(an_account("payer"))
    url = f"/persons/{person.uuid}/number/?row={row.pk}"
    assert whole not in client.get(f"/persons/{person.uuid}/").content.decode()
    assert whole not in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert not MutationLine.objects.filter(verb="person.identifier.reveal").exists()
    assert whole in client.post(url, {"reason": "contrôle du paiement rejeté"}).content.decode()
    line = MutationLine.objects.get(verb="person.identifier.reveal")
    assert (line.subject_id, "contrôle du paiement rejeté" in line.body, number in line.body) == (person.pk, True, False)
    assert whole not in client.get(f"/persons/{person.uuid}/").content.decode()


def test_whoever_sees_no_person_reveals_nothing(client: Any) -> None:
    person = make_person(national_number=niss("1980-05-17", 4))
    row = Identifier.unscoped.get()
    with pytest.raises(NotAllowed):
        api.reveal_number(actor=MEMBER, row=row, reason="curiosité")
    for function in ("committee_member", "administrator", "president"):
        client.force_login(an_account(function))
        assert client.post(f"/persons/{person.uuid}/number/?row={row.pk}", {"reason": "curiosité"}).status_code == 404
    assert not MutationLine.objects.filter(verb="person.identifier.reveal").exists()
