from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, end_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, mask_iban, parse_iban

from .. import access, selectors
from ..errors import NotPayable
from ..events import PersonChanged
from ..models import BankAccount, Person
from ._common import record_person, write_person_fact
from .indexing import index_numbers


@gesture
def add_bank_account(
    *,
    actor: Actor,
    person: Person,
    iban: str,
    holder: str = "",
    valid_from: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> BankAccount:
    """An account on which the person may be paid. ``holder`` defaults to the person's name.

    Raises:
        InvalidIdentifier: not an IBAN, or wrong check digits.
        NotPayable: the person is only known by a specimen card.
    """
    _require(actor)
    if not selectors.is_payable(person.pk):
        raise NotPayable(_("This person comes from a specimen card, and a specimen is never paid."), field="iban", code="specimen")
    try:
        bare = parse_iban(iban)
    except InvalidIdentifier as error:
        error.field = "iban"
        raise
    name = " ".join(holder.split()) or selectors.display_names([person.pk]).get(person.pk, "")
    start = valid_from or clock.today()
    others = BankAccount.unscoped.filter(person=person).at(start).exclude(iban=bare).order_by("-valid_from", "-pk")
    until_now = others.values_list("iban", flat=True).first()
    row: BankAccount = write_person_fact(
        BankAccount,
        actor=actor,
        person=person,
        aspect="bank_account",
        verb="person.bank_account",
        key={"iban": bare},
        values={"holder": name[:120]},
        valid_from=start,
        instead_of={"iban": until_now} if until_now else None,
        source=source,
        source_ref=source_ref,
        expected=expected,
    )
    index_numbers(person)
    return row


@gesture
def end_bank_account(*, actor: Actor, account: BankAccount, on: dt.date, expected: int | None = None) -> BankAccount:
    """The account serves until the day before ``on``."""
    _require(actor)
    closed: BankAccount = end_fact(account, valid_to=on, anchor=account.person, actor=actor, expected=expected)
    record_person(actor, "person.bank_account.end", account.person, {mask_iban(account.iban): [None, on]})
    publish(PersonChanged(actor=actor, person_id=account.person_id, aspect="bank_account"))
    return closed


def _require(actor: Actor) -> None:
    if not access.can_edit_bank_account(actor):
        raise NotAllowed(_("Only social workers and their head change bank accounts."))
