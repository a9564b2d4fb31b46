"""What may be attested today: the kinds that templates define, the rights that cover days, the days that none covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F

from parvis.decisions.api import provisions_of
from parvis.documents.api import LetterTemplate
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.periods import Period, month_start, next_month

from .calculations import uncovered
from .enums import DueState, EntitlementState
from .models import DueLine, Entitlement
from .types import keys_resting_on

#: Letter templates whose key begins so are attestations; ``attests`` names the kinds of right that must cover every day.
PREFIX = "attestation."
#: How far back the counter offers months. Any day may be typed.
MONTHS_BACK = 12


@dataclass(frozen=True)
class AttestationKind:
    key: str
    number: int
    title: dict[str, str]
    attests: tuple[str, ...]


def kinds() -> list[AttestationKind]:
    """The newest version of each published template. One query."""
    newest: dict[str, Any] = {}
    for row in LetterTemplate.objects.filter(key__startswith=PREFIX).order_by("key", "number"):
        newest[row.key] = row
    found = [AttestationKind(row.key, row.number, row.title, tuple(row.definition.get("attests") or ())) for row in newest.values()]
    return [kind for kind in found if kind.attests]


def attested_kinds() -> list[str]:
    """Kinds of right that some attestation speaks of."""
    named = {one for kind in kinds() for one in kind.attests}
    return sorted({*named, *keys_resting_on(named)})


@dataclass
class Coverage:
    """The rights of a person that touch a period, cut to it, and the days that none of them covers."""

    wanted: Period
    rights: list[tuple[Entitlement, Period]] = field(default_factory=list)
    gaps: list[Period] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.gaps

    @property
    def longest(self) -> Period | None:
        """What could be attested instead: the longest stretch without a gap."""
        starts = [self.wanted.start, *(gap.end for gap in self.gaps)]
        ends = [*(gap.start for gap in self.gaps), self.wanted.end]
        stretches = [Period(start, end) for start, end in zip(starts, ends, strict=True) if start < end]
        return max(stretches, key=lambda one: one.end - one.start, default=None)


def last_attestable() -> date:
    """First day after what may be attested: the end of this month. What is still to come may change."""
    return next_month(clock.today())


def month_of(day: date) -> Period:
    return Period(month_start(day), next_month(day))


def attestable(actor: Actor, dossier_id: int, since: date) -> list[Entitlement]:
    """Monthly rights of a dossier that touch the days from ``since`` to the end of this month, newest first. A right taken over
    from another program has no decision here: nothing is attested of it."""
    rows = Entitlement.objects.visible_to(actor).filter(
        dossier=dossier_id, decision__isnull=False, periodicity="month", valid_from__lt=last_attestable(), valid_to__gt=since
    )
    # Of a right that another decision took over from its first day on nothing was ever due; its period keeps one day, being one.
    rows = rows.exclude(state=EntitlementState.REPLACED, replaced_by__valid_from__lte=F("valid_from"))
    return list(rows.select_related("decision").order_by("-valid_from", "-pk"))


def coverage(rights: Sequence[Entitlement], wanted: Period, stopped: Iterable[tuple[int, date]] = ()) -> Coverage:
    """``stopped``: right and month that are held or not paid: their days are not covered."""
    lost: dict[int, list[Period]] = {}
    for right_id, month in stopped:
        lost.setdefault(right_id, []).append(month_of(month))
    found = Coverage(wanted)
    covered: list[Period] = []
    for right in sorted(rights, key=lambda one: (one.valid_from, one.pk)):
        if not right.period.overlaps(wanted):
            continue
        cut = Period(max(right.valid_from, wanted.start), min(right.valid_to, wanted.end))
        pieces = uncovered(cut, lost.get(right.pk, ()))
        covered += pieces
        found.rights += [(right, piece) for piece in pieces]
    found.gaps = uncovered(wanted, covered)
    return found


def stopped_months(actor: Actor, rights: Sequence[Entitlement]) -> list[tuple[int, date]]:
    """Months held while a continuation is being decided, or that a person said are not paid. A month that a new decision took over is
    covered by that decision."""
    rows = DueLine.objects.visible_to(actor).filter(entitlement__in=[right.pk for right in rights])
    held = rows.filter(state__in=(DueState.HELD, DueState.CANCELLED)).select_related(None).order_by("month", "pk")
    replaced = {right.pk for right in rights if right.state == EntitlementState.REPLACED}
    return [
        (right_id, month)
        for right_id, month, state in held.values_list("entitlement", "month", "state")
        if state == DueState.HELD or right_id not in replaced
    ]


def category_of(right: Entitlement) -> str:
    """The category that the decision says, as a letter knows it; empty for kinds without."""
    for one in provisions_of(right.decision):
        if one.get("key") == right.provision_key:
            return str((one.get("details") or {}).get("category") or "")
    return ""


def last_day(period: Period) -> date:
    return period.end - timedelta(days=1)
