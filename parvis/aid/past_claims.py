"""Recoveries as they stood at the end of a past day: which had been decided and registered, what had come in, what the ledger said.

Money counts as in the ledger: from the day on which it was booked; as known then, only what had been written by then. What the accountant
changed at the registration is, before it, what the decision said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum, prefetch_related_objects

from parvis.decisions.api import provision_from_json
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.periods import Period, next_month

from . import texts
from .calculations import overlap_total
from .enums import ClaimState, DebtorKind, DueState
from .models import Claim, ClaimReceipt, ClaimWaiver, Entitlement
from .past import give_states
from .selectors import EVERYBODY
from .services.recovering import months_concerned

ZERO = Decimal("0.00")


def receipts_then(rows: QuerySet[Any], view: PastView) -> QuerySet[Any]:
    """Money that had come in by the day."""
    rows = rows.filter(on__lte=view.day)
    return rows if view.known_on is None else rows.filter(recorded_at__lt=view.known_on)


def waivers_then(rows: QuerySet[Any], view: PastView) -> QuerySet[Any]:
    """What decisions had given up by the day."""
    rows = rows.filter(voucher__booked_on__lte=view.day)
    return rows if view.known_on is None else rows.filter(at__lt=view.known_on)


def listed_then(actor: Actor, view: PastView, *, after: str = "", limit: int = 100) -> list[Claim]:
    """As ``selectors.claims``: newest first, one more than ``limit``. Three queries."""
    rows = _decided_then(actor, view).select_related("dossier", "decision__decided_version", "voucher", "letter")
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: limit + 1])
    give(actor, found, view)
    return found


def claims_then(actor: Actor, row: Entitlement, view: PastView) -> list[Claim]:
    """Those of a right."""
    found = list(_decided_then(actor, view).filter(entitlement=row).select_related("decision__decided_version"))
    give(actor, found, view)
    return found


def of_dossier_then(actor: Actor, claims: Sequence[Claim], view: PastView) -> list[Claim]:
    """Of claims of a file those that had been decided by then. Three queries, none where there are none."""
    found = [claim for claim in claims if claim.created_at < view.until]
    if found:
        prefetch_related_objects(found, "decision__decided_version")
        give(actor, found, view)
    return found


def _decided_then(actor: Actor, view: PastView) -> QuerySet[Claim]:
    return Claim.objects.visible_to(actor).filter(created_at__lt=view.until)


def give(actor: Actor, claims: Sequence[Claim], view: PastView) -> None:
    """Give each claim its state, its money and its debtor of the day, for a page that only reads. They come with their decision and what
    it decided. Two queries."""
    rows = receipts_then(ClaimReceipt.objects.visible_to(actor).filter(claim__in=[claim.pk for claim in claims]), view)
    received = dict(rows.order_by().values("claim").annotate(sum=Sum("amount")).values_list("claim", "sum")) if claims else {}
    waived: dict[int, Decimal] = {}
    for one in waivers_then(ClaimWaiver.objects.visible_to(actor).filter(claim__in=[claim.pk for claim in claims]), view) if claims else ():
        waived[one.claim_id] = waived.get(one.claim_id, ZERO) + one.amount
    for claim in claims:
        claim.collected, claim.waived = received.get(claim.pk, ZERO), waived.get(claim.pk, ZERO)
        if claim.registered_at is None or claim.registered_at >= view.until:
            _not_registered(claim)
        else:
            closed = claim.state if claim.state in (ClaimState.SETTLED, ClaimState.WAIVED) else _closed(claim)
            claim.state = ClaimState.REGISTERED if claim.open_amount else closed


def _closed(claim: Claim) -> ClaimState:
    return ClaimState.SETTLED if claim.collected == claim.amount else ClaimState.WAIVED


def _not_registered(claim: Claim) -> None:
    """What the decision announced, before the accountant registered it."""
    claim.state, claim.number, claim.amount, claim.voucher, claim.letter = ClaimState.TO_REGISTER, None, None, None, None
    claim.registered_at, claim.registered_by_label, claim.pay_by = None, "", None
    claim.debtor_reference, claim.debtor_address = "", ""
    for data in claim.decision.decided_version.provisions:
        if data.get("key") != claim.provision_key:
            continue
        provision = provision_from_json(data)
        if (recover := provision.recover) is None:
            continue
        end = recover.to_on or provision.to_on
        claim.valid_from, claim.valid_to = recover.from_on, end + timedelta(days=1) if end else next_month(recover.from_on)
        claim.debtor_name = recover.debtor[:191]
        claim.debtor_kind = DebtorKind.PERSON if recover.from_person(provision.beneficiary_name) else DebtorKind.INSTITUTION
        claim.article = texts.ARTICLE[claim.debtor_kind]


def overlap_then(claim: Claim, view: PastView) -> Decimal:
    """What had been paid or ordered by then for the period of the claim."""
    lines = list(months_concerned(claim).filter(created_at__lt=view.until).order_by("pk"))
    give_states(EVERYBODY, lines, view)
    paid: dict[date, Decimal] = {}
    for line in lines:
        if line.state in (DueState.PAID, DueState.ORDERED):
            paid[line.month] = paid.get(line.month, ZERO) + line.amount
    return overlap_total(paid, Period(claim.valid_from, claim.valid_to))
