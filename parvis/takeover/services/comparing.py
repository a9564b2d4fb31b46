"""The rehearsal of a month: comparing person by person, and explaining what differs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, F
from django.utils.translation import gettext as _

from parvis.aid.api import would_pay
from parvis.contacts.api import Person, display_names, resolve_person
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import month_start
from parvis.kernel.subject import SubjectRef

from .. import access
from ..calculations import Found, New, Old, compare, plain
from ..enums import DifferenceState, ImportState, RehearsalState
from ..errors import NotReady
from ..models import Difference, Import, PastPayment, Rehearsal
from ..reading.money import ONCE
from ._common import STREAM

ZERO = Decimal("0.00")
SHORTEST_WORDS = 10
CHUNK = 500


def ref(rehearsal: Rehearsal) -> SubjectRef:
    return SubjectRef("rehearsal", rehearsal.pk)


def months_to_compare() -> list[tuple[str, dt.date, int]]:
    """Sources and months of which payments were taken over, latest first, with how many payments."""
    rows = PastPayment.unscoped.filter(live=1).order_by().values_list("source", "month").annotate(n=Count("pk"))
    return sorted(rows.order_by("-month", "source")[:60], key=lambda one: (-one[1].toordinal(), one[0]))


@gesture
def start_rehearsal(*, actor: Actor, source: str, month: dt.date) -> Rehearsal:
    """Compare a month of a source for the first time; the one there is, when it was begun already.

    Raises:
        NotAllowed: not for this person.
        NotReady: no payment of that month was taken over.
    """
    _require(actor)
    month = month_start(month)
    if not PastPayment.unscoped.filter(source=source, month=month, live=1).exists():
        raise NotReady(_("No payment of this month was taken over from this system."), code="empty")
    row = Rehearsal.unscoped.filter(source=source, month=month).first()
    if row is None:
        row = Rehearsal.unscoped.create(source=source, month=month, created_at=clock.now())
    return compare_again(actor=actor, rehearsal=row) if row.state == RehearsalState.OPEN else row


@gesture
def compare_again(*, actor: Actor, rehearsal: Rehearsal) -> Rehearsal:
    """Compare what the old system paid with what would be paid here now. What differs no more is corrected; an explanation stays as long
    as the values that it explains.

    Raises:
        NotAllowed, NotReady: live already.
    """
    _require(actor)
    return recompare(actor=actor, rehearsal=rehearsal)


def recompare(*, actor: Actor, rehearsal: Rehearsal) -> Rehearsal:
    rehearsal = _open(rehearsal)
    at = clock.now()
    olds, once = _olds(rehearsal)
    people = sorted({int(one.who[1:]) for one in olds if one.who.startswith("p")})
    news = [
        New(
            f"p{one.person_id}",
            one.kind,
            one.name,
            one.gross,
            one.withheld,
            one.amount,
            one.payee_name,
            one.iban,
            one.entitlement_id,
            one.waiting,
        )
        for one in would_pay(rehearsal.source, rehearsal.month, people)
    ]
    # A right decided here is part of it only where the old system paid the same aid to the person, or a right of it was taken over.
    concerned = {(one.who, one.aid) for one in olds} | {(one.who, one.aid) for one in news if one.waiting}
    news = [one for one in news if (one.who, one.aid) in concerned]
    result = compare(olds, news)
    known = {row.mark: row for row in Difference.unscoped.filter(rehearsal=rehearsal)}
    fresh, changed = [], []
    for found in result.found:
        row = known.pop(found.mark, None)
        if row is None:
            fresh.append(_row(rehearsal, found, at))
        elif row.sign != found.sign or row.state == DifferenceState.CORRECTED:
            _fill(row, found)
            row.state, row.words, row.by_id, row.by_label, row.at = DifferenceState.UNEXPLAINED, "", None, "", None
            changed.append(row)
    for row in known.values():
        if row.state != DifferenceState.CORRECTED:
            row.state, row.at = DifferenceState.CORRECTED, at
            changed.append(row)
    Difference.unscoped.bulk_create(fresh, batch_size=CHUNK)
    fields = ["sign", "kind", "name", "old", "new", "before", "now", "state", "words", "by_id", "by_label", "at"]
    Difference.unscoped.bulk_update(changed, fields, batch_size=200)
    counts = {
        "persons": result.persons,
        "same": result.same,
        "payments": len(olds),
        "once": once,
        "rights": sum(1 for one in news if one.waiting),
        "before": str(sum((one.amount for one in olds), ZERO)),
        "now": str(sum((one.amount for one in news), ZERO)),
        **_states(rehearsal),
    }
    if not Rehearsal.unscoped.filter(pk=rehearsal.pk, state=RehearsalState.OPEN, round=rehearsal.round).update(
        counts=counts, compared_at=at, compared_by=actor.label[:191], round=F("round") + 1
    ):
        raise NotReady(_("Somebody else has just compared this month. Look again."), code="state")
    rehearsal.refresh_from_db()
    mutations.record(STREAM, actor=actor, verb="takeover.compare", subject=ref(rehearsal), values=counts)
    return rehearsal


def _olds(rehearsal: Rehearsal) -> tuple[list[Old], int]:
    """Payments of the month; what is paid once is not expected again, and only counted."""
    rows = list(PastPayment.unscoped.filter(source=rehearsal.source, month=rehearsal.month, live=1).order_by("pk"))
    merged = _merged({row.person_id for row in rows if row.person_id})
    for row in rows:
        row.person_id = merged.get(row.person_id or 0, row.person_id)
    names: dict[int, str] = {}
    ids = sorted({row.person_id for row in rows if row.person_id})
    for part in (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)):
        names |= display_names(part)
    out = []
    for row in rows:
        if row.kind == ONCE:
            continue
        who = f"p{row.person_id}" if row.person_id else f"k{row.person_key}"
        name = names.get(row.person_id or 0, "") or row.name
        aid = row.kind or f"?{row.aid}"
        out.append(Old(who, aid, name, row.gross, row.withheld, row.paid, row.payee_name, row.iban, row.pk, row.communication))
    return out, len(rows) - len(out)


def _merged(ids: set[int]) -> dict[int, int]:
    """Files of two persons that became one since: where each of them is now."""
    found: dict[int, int] = {}
    wanted = sorted(ids)
    for part in (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)):
        for pk in Person.unscoped.filter(pk__in=part, merged_into__isnull=False).values_list("pk", flat=True):
            found[pk] = resolve_person(pk) or pk
    return found


def _row(rehearsal: Rehearsal, found: Found, at: dt.datetime) -> Difference:
    row = Difference(rehearsal=rehearsal, mark=found.mark, found_at=at)
    row.person_id = int(found.who[1:]) if found.who.startswith("p") else None
    row.person_key = "" if row.person_id else found.who[1:][:100]
    row.aid = found.aid[:120]
    return _fill(row, found)


def _fill(row: Difference, found: Found) -> Difference:
    row.sign, row.kind, row.name = found.sign, found.kind, found.name[:191]
    row.old, row.new = [plain(one) for one in found.old], [plain(one) for one in found.new]
    row.before, row.now = found.before, found.now
    return row


def _states(rehearsal: Rehearsal) -> dict[str, Any]:
    rows = Difference.unscoped.filter(rehearsal=rehearsal).order_by().values_list("state").annotate(n=Count("pk"))
    found: Counter[str] = Counter({state: n for state, n in rows})
    return {"open": found["open"], "explained": found["explained"], "corrected": found["corrected"]}


def unexplained(rehearsal: Rehearsal) -> int:
    return Difference.unscoped.filter(rehearsal=rehearsal, state=DifferenceState.UNEXPLAINED).count()


@gesture
def explain(*, actor: Actor, rehearsal: Rehearsal, ids: Sequence[int], words: str, expected: int | None = None) -> int:
    """Say in words why these differences are as they should be. Who said it stands beside them. Returns how many.

    Args:
        expected: the round of the comparison that was looked at: after another one the values may be others.

    Raises:
        NotAllowed: not for this person.
        NotReady: no words, none chosen, or one of them is corrected by now or of another month.
    """
    _require(actor)
    rehearsal = _open(rehearsal)
    if expected is not None and rehearsal.round != expected:
        raise NotReady(_("The list changed meanwhile. Look at it again."), code="changed")
    words = " ".join(words.split())
    if len(words) < SHORTEST_WORDS:
        raise NotReady(_("Explain it in words that somebody else understands in a year."), field="words", code="words")
    wanted = sorted(set(ids))
    if not wanted:
        raise NotReady(_("Choose at least one difference."), code="none")
    changed = 0
    for part in (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)):
        changed += (
            Difference.unscoped.filter(pk__in=part, rehearsal=rehearsal)
            .exclude(state=DifferenceState.CORRECTED)
            .update(
                state=DifferenceState.EXPLAINED,
                words=words[:400],
                by_id=actor.account_id,
                by_label=actor.label[:191],
                at=clock.now(),
            )
        )
    if changed != len(wanted):
        raise NotReady(_("The list changed meanwhile. Look at it again."), code="changed")
    Rehearsal.unscoped.filter(pk=rehearsal.pk).update(counts={**rehearsal.counts, **_states(rehearsal)})
    mutations.record(STREAM, actor=actor, verb="takeover.explain", subject=ref(rehearsal), values={"differences": wanted}, note=words[:191])
    rehearsal.refresh_from_db()
    return changed


def imports_under_way(source: str) -> bool:
    """A file of this source is being written just now: what is compared is not yet what it will be."""
    return Import.unscoped.filter(source=source, state__in=(ImportState.APPLYING, ImportState.UNDOING)).exists()


def _require(actor: Actor) -> None:
    if not access.may_compare(actor):
        raise NotAllowed(_("Comparing with the old system needs the function “payment preparer”, or an administrator of the whole centre."))


def _open(rehearsal: Rehearsal) -> Rehearsal:
    """As it stands now."""
    row = Rehearsal.unscoped.get(pk=rehearsal.pk)
    if row.state != RehearsalState.OPEN:
        raise NotReady(_("This month is live: its comparison is closed."), code="live")
    return row
