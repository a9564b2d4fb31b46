"""A right as it stood at the end of a past day: its period, its account, and of each month what had become of it.

What a month was on a day is read from its payment orders, which are never rewritten; what was changed in place is read backwards from the
journal. As known now, the period is the one that holds now; as known then, the one that had been decided by then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from parvis.accounting.api import PaymentLine, line_state_then, lines_of_subjects
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.models import MutationValue

from . import selectors
from .enums import ClaimState, DueState, EntitlementState
from .models import Claim, DueLine, Entitlement, PaymentAccount

#: What the state of an attempt to pay makes of the month.
MADE = {
    "prepared": DueState.ORDERED,
    "released": DueState.ORDERED,
    "sent": DueState.ORDERED,
    "accepted": DueState.PAID,
    "booked": DueState.PAID,
    "rejected": DueState.REJECTED,
    "cancelled": DueState.DUE,
}


def as_it_stood(row: Entitlement, view: PastView) -> bool:
    """Give the right in hand its period and state of the day, for a page that only reads. False: it was not granted yet. One query."""
    if row.created_at >= view.until:
        return False
    held = mutations.values_before(row.ref, view.until)
    if view.known_on is not None:
        row.state = held.get("state", row.state)
        if "valid_to" in held:
            row.valid_to = dt.date.fromisoformat(held["valid_to"])
    elif view.day < row.valid_to and row.state != EntitlementState.WAITING:
        row.state = EntitlementState.RUNNING
    if row.first_paid_on is not None and row.first_paid_on > view.known_day:
        row.first_paid_on = None
    if row.continuation_asked_at is not None and row.continuation_asked_at >= view.until:
        row.continuation_asked_at = None
    return True


def accounts_then(actor: Actor, row: Entitlement, view: PastView) -> list[PaymentAccount]:
    """Accounts up to the day, the one of the day first and marked as the living one."""
    found = [one for one in selectors.accounts_of(actor, row) if one.changed_at < view.until]
    for place, one in enumerate(found):
        one.live = None if place else 1
    return found


def months_then(actor: Actor, row: Entitlement, view: PastView, limit: int) -> list[DueLine]:
    """The months that were owed or paid by then, each as it stood. Three queries."""
    lines = [line for line in selectors.due_lines_of(actor, [row.pk]) if line.created_at < view.until][:limit]
    attempts: dict[int, list[PaymentLine]] = {}
    for attempt in lines_of_subjects(actor=actor, subjects=[line.ref for line in lines]):
        if attempt.order.prepared_at < view.until:
            attempts.setdefault(attempt.subject_id, []).append(attempt)
    settled_later = _states_before([line.pk for line in lines], view)
    replaced_later = "state" in mutations.values_before(row.ref, view.until)
    for line in lines:
        tried = next((one for one in attempts.get(line.pk, []) if line_state_then(one, view) != "cancelled"), None)
        if tried is not None:
            line.state = MADE[line_state_then(tried, view)]
        elif line.pk in settled_later:
            line.state, line.note = settled_later[line.pk], ""
        elif line.state != DueState.HELD and (line.state != DueState.CANCELLED or replaced_later):
            line.state, line.note = DueState.DUE, ""
        line.paid_on = _paid_on(tried) if line.state == DueState.PAID else None
        line.reason_code = tried.reason_code if tried is not None and line.state == DueState.REJECTED else ""
        line.bank_text = tried.bank_text if tried is not None and line.state == DueState.REJECTED else ""
        line.payment_line = tried
    return lines


def _paid_on(tried: PaymentLine | None) -> dt.date | None:
    return None if tried is None else tried.accepted_on or tried.booked_on


def _states_before(ids: list[int], view: PastView) -> dict[int, str]:
    """Of months that somebody settled later: what they were. One query."""
    rows = MutationValue.objects.filter(
        line__subject_type="due_line", line__subject_id__in=ids, line__recorded_at__gte=view.until, field="state", old__isnull=False
    )
    found: dict[int, str] = {}
    for pk, old in rows.order_by("line__recorded_at", "line").values_list("line__subject_id", "old"):
        found.setdefault(pk, old)
    return found


def claims_then(actor: Actor, row: Entitlement, view: PastView) -> list[Any]:
    found = list(Claim.objects.visible_to(actor).filter(entitlement=row, created_at__lt=view.until))
    for claim in found:
        if claim.registered_at is None or claim.registered_at >= view.until:
            claim.state, claim.number, claim.amount = ClaimState.TO_REGISTER, None, None
        elif claim.state == ClaimState.SETTLED and claim.settled_at is not None and claim.settled_at >= view.until:
            claim.state = ClaimState.REGISTERED
    return found
