"""The centre's own bank accounts: dated, never renumbered, each change in the journal."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import InvalidIdentifier, parse_iban
from parvis.kernel.subject import SubjectRef

from ..access import may_keep_accounts
from ..enums import Book, Channel
from ..errors import OrderRefused
from ..models import CentreAccount
from .ledger import STREAM, account_for

BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
LOGGED = ("label", "holder", "bic", "enterprise_number", "town", "channel", "valid_from", "valid_to")


def ref_of(account: CentreAccount) -> SubjectRef:
    return SubjectRef("centre_account", account.pk)


def channels() -> list[tuple[str, str]]:
    """How orders may leave from an account. The simulated bank is offered in demonstration and test instances only."""
    if settings.PARVIS_KIND == "production":
        return [(value, str(label)) for value, label in Channel.choices if value != Channel.SIMULATOR]
    return [(value, str(label)) for value, label in Channel.choices]


def _require(actor: Actor) -> None:
    if not may_keep_accounts(actor):
        raise NotAllowed(_("Only an administrator or an accountant may change the centre's bank accounts."))


def _checked(**values: Any) -> dict[str, Any]:
    """The values, bare.

    Raises:
        OrderRefused: one of them is wrong, with its field.
    """
    clean = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    if not clean["label"]:
        raise OrderRefused(_("Give the account a name that people here recognise."), field="label", code="label")
    if not clean["holder"]:
        raise OrderRefused(_("Say to whose name the account is: the bank checks it."), field="holder", code="holder")
    clean["bic"] = re.sub(r"\s", "", clean["bic"]).upper()
    if clean["bic"] and not BIC.fullmatch(clean["bic"]):
        raise OrderRefused(_("A BIC has 8 or 11 signs, for example GKCCBEBB. It may stay empty."), field="bic", code="bic")
    number = re.sub(r"[\s.]|^BE", "", clean["enterprise_number"].upper())
    if not number.isdecimal() or len(number) != 10 or int(number[:8]) % 97 != 97 - int(number[8:]):
        raise OrderRefused(_("An enterprise number has 10 digits and right check digits."), field="enterprise_number", code="enterprise")
    clean["enterprise_number"] = number
    if clean["channel"] not in dict(channels()):
        raise OrderRefused(_("Choose how orders leave."), field="channel", code="channel")
    start, end = clean["valid_from"], clean["valid_to"]
    if start and end and end <= start:
        raise OrderRefused(_("The end lies before the start."), field="valid_to", code="period")
    return clean


@gesture
def open_centre_account(
    *,
    actor: Actor,
    iban: str,
    label: str,
    holder: str,
    enterprise_number: str,
    valid_from: date,
    valid_to: date | None = None,
    book: str = Book.PUBLIC,
    bic: str = "",
    town: str = "",
    country: str = "BE",
    channel: str = Channel.DOWNLOAD,
) -> CentreAccount:
    """Add a bank account. The account of the same book that paid until then ends where this one starts; its orders keep it.

    Args:
        valid_to: first day on which it no longer pays.

    Raises:
        NotAllowed: neither administrator nor accountant.
        OrderRefused: a value is wrong, or the IBAN is already known.
    """
    _require(actor)
    try:
        bare = parse_iban(iban)
    except InvalidIdentifier as error:
        raise OrderRefused(str(error), field="iban", code="iban") from None
    if book not in Book.values:
        raise OrderRefused(_("Choose the book."), field="book", code="book")
    if CentreAccount.objects.filter(iban=bare).exists():
        raise OrderRefused(_("This account is already in the list: change its dates there."), field="iban", code="known")
    values = _checked(
        label=label,
        holder=holder,
        bic=bic,
        enterprise_number=enterprise_number,
        town=town,
        channel=channel,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    for other in CentreAccount.objects.filter(book=book, active=True).order_by("pk"):
        if (other.valid_to is None or other.valid_to > valid_from) and (other.valid_from is None or other.valid_from < valid_from):
            _write(actor, other, {"valid_to": valid_from})
    account = CentreAccount.objects.create(
        iban=bare,
        book=book,
        country=country,
        gl_account=account_for(book, "bank"),
        **{**values, "holder": values["holder"][:70], "label": values["label"][:120], "town": values["town"][:35]},
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="centre_account.opened",
        subject=ref_of(account),
        values={"iban": bare, "book": book, **{name: getattr(account, name) for name in LOGGED}},
    )
    return account


@gesture
def change_centre_account(
    *,
    actor: Actor,
    account: CentreAccount,
    label: str,
    holder: str,
    enterprise_number: str,
    valid_from: date | None,
    valid_to: date | None,
    bic: str = "",
    town: str = "",
    channel: str = Channel.DOWNLOAD,
) -> CentreAccount:
    """Change how an account is named and reached, or from and until when it pays. Its number never changes: open another one.

    Raises:
        NotAllowed: neither administrator nor accountant.
        OrderRefused: a value is wrong.
    """
    _require(actor)
    values = _checked(
        label=label,
        holder=holder,
        bic=bic,
        enterprise_number=enterprise_number,
        town=town,
        channel=channel,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return _write(actor, account, values)


def _write(actor: Actor, account: CentreAccount, values: dict[str, Any]) -> CentreAccount:
    """Keep what differs, with old and new value; nothing is written when nothing differs."""
    changed = {name: [getattr(account, name), value] for name, value in values.items() if getattr(account, name) != value}
    if not changed:
        return account
    for name, (_old, new) in changed.items():
        setattr(account, name, new)
    account.save(update_fields=list(changed))
    mutations.record(STREAM, actor=actor, verb="centre_account.changed", subject=ref_of(account), values=changed)
    return account


@gesture
def set_centre_account(
    *,
    actor: Actor,
    iban: str,
    label: str,
    holder: str,
    enterprise_number: str,
    gl_role: str = "bank",
    book: str = "public",
    bic: str = "",
    town: str = "",
    country: str = "BE",
    channel: str = Channel.DOWNLOAD,
) -> CentreAccount:
    """Add an account without dates, or change one: for reference data of demonstration and test instances."""
    _require(actor)
    values = {
        "book": book,
        "label": label,
        "holder": holder[:70],
        "bic": bic,
        "enterprise_number": enterprise_number,
        "town": town[:35],
        "country": country,
        "gl_account": account_for(book, gl_role),
        "channel": channel,
    }
    account, made = CentreAccount.objects.update_or_create(iban=parse_iban(iban), defaults=values)
    mutations.record(
        STREAM, actor=actor, verb="centre_account.set", subject=ref_of(account), values={"iban": account.iban, "label": label, "new": made}
    )
    return account


def _began(row: CentreAccount) -> tuple[date, int]:
    return (row.valid_from, row.pk) if row.valid_from else (date.min, -row.pk)


def in_force(accounts: list[CentreAccount]) -> dict[str, CentreAccount]:
    """Per book, the account from which it pays today: the one that began last, of two that began the same day the one entered last.

    Without a first day the account that was there first pays on: a second one of that kind was never chosen.
    """
    today = clock.today()
    held: dict[str, CentreAccount] = {}
    for row in sorted((row for row in accounts if row.holds_on(today)), key=_began):
        held[row.book] = row
    return held
