"""A right as it stood at the end of a past day: its period, its account, and of each month what had become of it.

What a month was on a day is read from its payment orders, which are never rewritten; what was changed in place is read backwards from the
journal. As known now, the period is the one that holds now; as known then, the one that had been decided by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from parvis.accounting.api import PaymentLine, line_state_then, lines_of_subjects, rejected_by_then
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.periods import month_start

from . import selectors
from .enums import UNPAID, DueState, EntitlementState
from .models import DueLine, Entitlement, PaymentAccount

#: Late months of a past day that are looked at one by one.
MOST_LATE = 2000
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
    _give(row, mutations.values_before(row.ref, view.until), view)
    return True


def rights_then(rows: Iterable[Entitlement], view: PastView) -> list[Entitlement]:
    """Rights of ``selectors.entitlements_of_dossier`` that had been granted by then, each with its period and state of the day. One query."""
    return as_rights_stood([row for row in rows if selectors.known_from(row) <= view.known_day], view)


def as_rights_stood(rows: list[Entitlement], view: PastView) -> list[Entitlement]:
    """Rights that had been granted by then, each with its period and state of the day. One query."""
    held = mutations.values_before_each("entitlement", [row.pk for row in rows], view.until)
    for row in rows:
        _give(row, held.get(row.pk, {}), view)
    return rows


def _give(row: Entitlement, held: dict[str, Any], view: PastView) -> None:
    """``held``: what was changed after the day. A decision that ended the right before the day, but was taken after it, is told on neither
    reading: without it, nothing at all would have been in force."""
    end = dt.date.fromisoformat(held["valid_to"]) if "valid_to" in held else row.valid_to
    if view.known_on is not None or row.valid_to <= view.day < end:
        row.state, row.valid_to = held.get("state", row.state), end
    elif view.day < row.valid_to and row.state != EntitlementState.WAITING:
        row.state = EntitlementState.RUNNING
    if row.first_paid_on is not None and row.first_paid_on > view.known_day:
        row.first_paid_on = None
    if row.continuation_asked_at is not None and row.continuation_asked_at >= view.until:
        row.continuation_asked_at = None


def waiting_then(actor: Actor, view: PastView) -> QuerySet[Entitlement]:
    """Rights that had been granted and ran, and of which the bank had not taken the first payment yet."""
    unpaid = Q(first_paid_on__isnull=True) | Q(first_paid_on__gt=view.known_day)
    return granted_then(actor, view).filter(unpaid)


def granted_then(actor: Actor, view: PastView) -> QuerySet[Entitlement]:
    """Rights by a decision that nothing had replaced by then."""
    replaced = Entitlement.objects.visible_to(selectors.EVERYBODY).filter(replaces=OuterRef("pk"), created_at__lt=view.until)
    rows = Entitlement.objects.visible_to(actor).filter(created_at__lt=view.until, decision__isnull=False)
    return rows.filter(~Exists(replaced))


def waiting_first_then(view: PastView) -> int:
    """As many as ``waiting_then`` in the house. One query."""
    return waiting_then(selectors.EVERYBODY, view).count()


def unpaid_then(view: PastView) -> int | None:
    """As many as ``late_then`` lists; None where that is too much to be read."""
    found = late_then(view)
    return None if found is None else len(found)


def late_then(view: PastView) -> list[DueLine] | None:
    """Months that were owed and late, in the house, the oldest first, each as it stood: rejected by the bank, or of an earlier month of a right
    whose payment had begun. Only what was not paid for good by then is looked at; where that is too much to be read, None. Five queries."""
    month = month_start(view.day)
    rows = DueLine.objects.visible_to(selectors.EVERYBODY).filter(created_at__lt=view.until)
    rows = rows.filter(Q(paid_on__isnull=True) | Q(paid_on__gt=view.known_day))
    rejected = rejected_by_then("due_line", view)[: MOST_LATE + 1]
    late = rows.filter(Q(month__lt=month) | Q(pk__in=rejected)).select_related("entitlement__dossier").order_by("month", "pk")
    lines = list(late[: MOST_LATE + 1])
    if max(len(rejected), len(lines)) > MOST_LATE:
        return None
    give_states(selectors.EVERYBODY, lines, view)
    return [
        line for line in lines if line.state == DueState.REJECTED or (line.month < month and line.state in UNPAID and _begun(line, view))
    ]


def _begun(line: DueLine, view: PastView) -> bool:
    first = line.entitlement.first_paid_on
    return first is not None and first <= view.known_day


def accounts_then(actor: Actor, row: Entitlement, view: PastView) -> list[PaymentAccount]:
    """Accounts up to the day, the one of the day first and marked as the living one."""
    found = [one for one in selectors.accounts_of(actor, row) if one.changed_at < view.until]
    for place, one in enumerate(found):
        one.live = None if place else 1
    return found


def months_then(actor: Actor, row: Entitlement, view: PastView, limit: int) -> list[DueLine]:
    """The months that were owed or paid by then, each as it stood. Four queries."""
    lines = [line for line in selectors.due_lines_of(actor, [row.pk]) if line.created_at < view.until][:limit]
    give_states(actor, lines, view)
    return lines


def give_states(actor: Actor, lines: Sequence[DueLine], view: PastView) -> None:
    """Give each month what had become of it by then. Three queries."""
    attempts: dict[int, list[PaymentLine]] = {}
    for attempt in lines_of_subjects(actor=actor, subjects=[line.ref for line in lines]):
        if attempt.order.prepared_at < view.until:
            attempts.setdefault(attempt.subject_id, []).append(attempt)
    settled_later = _states_before([line.pk for line in lines], view)
    changed = mutations.values_before_each("entitlement", {line.entitlement_id for line in lines}, view.until)
    for line in lines:
        tried = next((one for one in attempts.get(line.pk, []) if line_state_then(one, view) != "cancelled"), None)
        if tried is not None:
            line.state = MADE[line_state_then(tried, view)]
        elif line.pk in settled_later:
            line.state, line.note = settled_later[line.pk], ""
        elif line.state != DueState.HELD and (line.state != DueState.CANCELLED or "state" in changed.get(line.entitlement_id, {})):
            line.state, line.note = DueState.DUE, ""
        line.paid_on = _paid_on(tried) if line.state == DueState.PAID else None
        line.reason_code = tried.reason_code if tried is not None and line.state == DueState.REJECTED else ""
        line.bank_text = tried.bank_text if tried is not None and line.state == DueState.REJECTED else ""
        line.payment_line = tried


def _paid_on(tried: PaymentLine | None) -> dt.date | None:
    return None if tried is None else tried.accepted_on or tried.booked_on


def _states_before(ids: list[int], view: PastView) -> dict[int, str]:
    """Of months that somebody settled later: what they were. One query."""
    changed = mutations.values_before_each("due_line", ids, view.until)
    return {pk: held["state"] for pk, held in changed.items() if held.get("state") is not None}
