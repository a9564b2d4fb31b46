"""Dossiers and contacts: situation, members, names, addresses, accounts, visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.journal import api as journal
from parvis.kernel import clock
from parvis.kernel.actor import Actor

from ..provisions import Payee
from .common import READER, kept, kept_names


def situation(actor: Actor, dossier_id: int, day: date) -> list[dict[str, Any]]:
    """Every line of the situation that holds on a day, with its source, as plain values to freeze."""
    return [
        {
            "id": row.pk,
            "item": str(row.item),
            "kind": str(row.kind),
            "label": row.label,
            "person_id": row.person_id,
            "amount": str(row.amount) if row.amount is not None else None,
            "currency": row.currency,
            "periodicity": str(row.periodicity),
            "details": row.details,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat(),
            "source": str(row.source),
            "source_ref": row.source_ref,
            "author": row.author_label,
            "recorded_on": clock.date_of(row.recorded_at).isoformat(),
        }
        for row in dossiers.situation_at(dossier_id, day)
        if str(row.kind) != "health"
    ]


def members(actor: Actor, dossier_id: int) -> list[dict[str, Any]]:
    rows = dossiers.members_at(dossier_id)
    names = person_names([row.person_id for row in rows])
    return [
        {
            "id": row.pk,
            "person_id": row.person_id,
            "name": names.get(row.person_id, "?"),
            "role": str(row.role),
            "in_household": row.in_household,
        }
        for row in rows
    ]


def person(actor: Actor, person_id: int) -> Any:
    """The card as the centre knows it: who reads it here already passed the scope of the case."""
    return contacts.person_card(READER, person_id)


def person_name(actor: Actor, person_id: int | None) -> str:
    return person_names([person_id]).get(person_id, "") if person_id else ""


def person_names(person_ids: Iterable[int]) -> dict[int, str]:
    ids = set(person_ids)
    known = kept_names()
    if not ids.issubset(known):
        known |= contacts.display_names(ids - set(known))
    return {pk: known[pk] for pk in ids if pk in known}


@kept
def postal_lines(person_id: int, day: date) -> tuple[str, ...]:
    """Where the notification of a decision of that day goes (A16)."""
    return contacts.postal_lines(person_id, day, "notification")


def is_hidden(person_id: int) -> bool:
    """Protected today: the address is shown to nobody."""
    return bool(contacts.hidden_person_ids([person_id], clock.today()))


def bank_accounts(actor: Actor, person_id: int | None) -> list[Payee]:
    return _accounts([person_id]) if person_id else []


def household_accounts(actor: Actor, dossier_id: int, person_id: int | None) -> list[Payee]:
    """Accounts of the beneficiary first, then of the others in the dossier (a landlord's is typed)."""
    others = [row.person_id for row in dossiers.members_at(dossier_id) if row.person_id != person_id]
    return _accounts([*([person_id] if person_id else []), *others])


def _accounts(person_ids: list[int]) -> list[Payee]:
    found = contacts.bank_accounts_of(person_ids)
    names = person_names(person_ids)
    return [
        Payee(name=getattr(row, "holder", "") or names.get(pk, ""), iban=row.iban, person_id=pk, bank_account_id=row.pk)
        for pk in dict.fromkeys(person_ids)
        for row in found.get(pk, [])
    ]


def known_accounts(person_ids: Iterable[int]) -> dict[tuple[int, str], Any]:
    """Accounts of these persons today by person and number, with since when and from which source each is known."""
    ids = set(person_ids)
    found = contacts.bank_accounts_of(ids) if ids else {}
    return {(pk, row.iban): row for pk, rows in found.items() for row in rows}


def visits(actor: Actor, dossier_id: int) -> list[dict[str, Any]]:
    """Days of visits and interviews, without their text."""
    rows = (
        journal.Entry.objects.visible_to(READER)
        .filter(dossier=dossier_id, kind__in=("visit", "interview"))
        .order_by("-happened_at", "-pk")[:10]
    )
    return [{"kind": str(row.kind), "on": clock.date_of(row.happened_at).isoformat(), "author": row.author_label} for row in rows]
