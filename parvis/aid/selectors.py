"""Shared reads. Each takes who looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from parvis.accounting.api import Double
from parvis.contacts.api import is_payable
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.periods import month_start, next_month
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.textmatch import sort_key

from .calculations import Difference, Paid, axis_floor, by_cause, differences, starts_inside_month, waterfall
from .enums import BLOCKING, PAYABLE, UNPAID, Check, ClaimState, DueState, EntitlementState
from .models import Claim, DueLine, Entitlement, PaymentAccount

ZERO = Decimal("0.00")
#: Figures of the backlog are the same for everybody.
EVERYBODY = system_actor("backlog")


# Entitlements ---------------------------------------------------------------------------------------------------------
_RIGHTS, _ACCOUNTS = Statement("aid.rights"), Statement("aid.accounts")


def entitlements_of_dossier(actor: Actor, dossier_id: int) -> list[Entitlement]:
    """Running first, then the past, newest first; each with number, address and day of its decision."""

    def read(at: dict[str, Any]) -> QuerySet[Entitlement]:
        rows = Entitlement.objects.visible_to(actor).filter(dossier=at["dossier"]).order_by("-valid_from", "-pk")
        return rows.annotate(decision_number=F("decision__number"), decision_uuid=F("decision__uuid"), decided_on=F("decision__decided_on"))

    rows = _RIGHTS.rows(actor, read, dossier=dossier_id)
    return sorted(rows, key=lambda row: row.state != EntitlementState.RUNNING)


def known_from(row: Any) -> date:
    """The day from which a right of ``entitlements_of_dossier`` was known here: its decision's; that of its takeover, when it has none."""
    return row.decided_on or clock.date_of(row.created_at)


def entitlements_of_decision(actor: Actor, decision_id: int) -> list[Entitlement]:
    return list(Entitlement.objects.visible_to(actor).filter(decision=decision_id).select_related("decision", "dossier").order_by("pk"))


def entitlements_of_line(actor: Actor, line_id: int) -> list[Entitlement]:
    """Of the latest decision on a request line."""
    rows = list(
        Entitlement.objects.visible_to(actor)
        .filter(line=line_id, state=EntitlementState.RUNNING)
        .select_related("decision", "dossier", "unit")
        .order_by("-decision", "pk")
    )
    return [row for row in rows if row.decision_id == rows[0].decision_id] if rows else []


def living_accounts(actor: Actor, entitlement_ids: Iterable[int]) -> dict[int, PaymentAccount]:
    rows = _ACCOUNTS.rows(
        actor,
        lambda at: PaymentAccount.objects.visible_to(actor).filter(one_of("entitlement", at["rights"]), live=1).order_by(),
        rights=sorted(set(entitlement_ids)),
    )
    return {row.entitlement_id: row for row in rows}


def accounts_on(actor: Actor, entitlement_ids: Iterable[int], day: date | None = None) -> dict[int, PaymentAccount]:
    """The account of each right at the end of a day; of today without one."""
    if day is None:
        return living_accounts(actor, entitlement_ids)
    after = datetime.combine(day + timedelta(days=1), time(), clock.zone())
    rows = PaymentAccount.objects.visible_to(actor).filter(entitlement__in=list(entitlement_ids), changed_at__lt=after)
    return {row.entitlement_id: row for row in rows.order_by("changed_at", "pk")}


def accounts_of(actor: Actor, entitlement: Entitlement) -> list[PaymentAccount]:
    return list(PaymentAccount.objects.visible_to(actor).filter(entitlement=entitlement).order_by("-changed_at", "-pk"))


def due_lines_of(actor: Actor, entitlement_ids: Sequence[int], *, limit: int | None = None) -> list[DueLine]:
    rows = (
        DueLine.objects.visible_to(actor)
        .filter(entitlement__in=list(entitlement_ids))
        .select_related("entitlement", "payment_line__order")
        .order_by("-month", "-pk")
    )
    return list(rows[:limit] if limit else rows)


def begun(actor: Actor, rights: Iterable[Entitlement]) -> set[int]:
    """Rights whose first month is still owed although a later one is paid: the bank rejected the first one, and the runs went on."""
    waiting = [right.pk for right in rights if right.first_paid_on is None and right.state == EntitlementState.RUNNING]
    if not waiting:
        return set()
    rows = DueLine.objects.visible_to(actor).filter(entitlement__in=waiting, state=DueState.PAID)
    return set(rows.order_by().values_list("entitlement", flat=True).distinct())


# First payments and backlog -------------------------------------------------------------------------------------------
def waiting_first(actor: Actor, after: str = "") -> QuerySet[Entitlement]:
    """Rights decided whose first payment the bank has not taken yet, oldest decision first; ``after``: "day,id" of the last one seen."""
    rows = (
        Entitlement.objects.visible_to(actor)
        .filter(first_paid_on__isnull=True, state=EntitlementState.RUNNING)
        .select_related("decision", "dossier", "unit")
        .order_by("decision__decided_on", "pk")
    )
    return follows(rows, after, "decision__decided_on")


def follows(rows: QuerySet[Any], cursor: str, field: str) -> QuerySet[Any]:
    """The rows that follow "day,id" in the order of a day; a cursor that cannot be read starts at the top."""
    day, _sep, pk = cursor.partition(",")
    try:
        first = date.fromisoformat(day)
    except ValueError:
        return rows
    return rows.filter(Q(**{f"{field}__gt": first}) | Q(**{field: first, "pk__gt": int(pk)})) if pk.isdecimal() else rows


def count_waiting_first(actor: Actor) -> int:
    return waiting_first(EVERYBODY).count()


def unpaid(actor: Actor, today: date | None = None, after: str = "") -> QuerySet[DueLine]:
    """Owed and late: rejected by the bank, or of an earlier month, where a first payment was already made. ``after``: as ``waiting_first``."""
    month = month_start(today or clock.today())
    # Listed first, from the index on state: joined at once, the embedded database would start from all that was ever granted.
    late = DueLine.objects.visible_to(EVERYBODY).filter(state__in=UNPAID).filter(Q(state=DueState.REJECTED) | Q(month__lt=month))
    rows = (
        DueLine.objects.visible_to(actor)
        .filter(pk__in=late.order_by().values("pk"))
        .filter(Q(state=DueState.REJECTED) | Q(entitlement__first_paid_on__isnull=False))
        .select_related("entitlement__dossier", "payment_line__order")
        .order_by("month", "pk")
    )
    return follows(rows, after, "month")


def count_unpaid(actor: Actor) -> int:
    """As many as ``unpaid`` lists, from the index on state: joined to the entitlements, the embedded database would start from all of these."""
    from django.db.models import Exists, OuterRef

    begun = Entitlement.objects.visible_to(EVERYBODY).filter(pk=OuterRef("entitlement"), first_paid_on__isnull=False).order_by()
    late = Q(Exists(begun), month__lt=month_start(clock.today()))
    return DueLine.objects.visible_to(EVERYBODY).filter(state__in=UNPAID).filter(Q(state=DueState.REJECTED) | late).count()


# The monthly run ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RunLine:
    due: DueLine
    account: PaymentAccount | None
    checks: tuple[Check, ...]
    explanation: str = ""

    @property
    def blocked(self) -> bool:
        return any(check in BLOCKING for check in self.checks)

    @property
    def payable(self) -> bool:
        return self.due.state in PAYABLE and not self.blocked


@dataclass(frozen=True)
class Run:
    """What a month costs, what changed since the one before, and what somebody must look at."""

    month: date
    lines: tuple[RunLine, ...]
    before_total: Decimal
    before_count: int
    differences: tuple[Difference, ...]
    same: int
    doubles: tuple[Double, ...] = field(default=())

    @property
    def total(self) -> Decimal:
        return sum((line.due.amount for line in self.lines), ZERO)

    @property
    def delta(self) -> Decimal:
        return self.total - self.before_total

    @property
    def to_check(self) -> list[RunLine]:
        return [line for line in self.lines if line.checks and line.due.state in (*PAYABLE, DueState.HELD)]

    @property
    def payable(self) -> list[RunLine]:
        return [line for line in self.lines if line.payable]

    @property
    def payable_total(self) -> Decimal:
        return sum((line.due.amount for line in self.payable), ZERO)

    @property
    def causes(self):  # type: ignore[no-untyped-def]
        return by_cause(self.differences)

    @property
    def floor(self) -> Decimal:
        return axis_floor(self.before_total, self.causes)

    @property
    def bars(self):  # type: ignore[no-untyped-def]
        return waterfall(self.before_total, self.causes, self.total)


def _of_month(actor: Actor, month: date) -> list[DueLine]:
    rows = DueLine.objects.visible_to(actor).filter(month=month).exclude(state=DueState.CANCELLED)
    found = rows.select_related("entitlement__decision", "entitlement__dossier", "payment_line__order").order_by("pk")
    return sorted(found, key=lambda line: (sort_key(line.entitlement.beneficiary_name), line.pk))


def compared_by(right: Entitlement) -> tuple[int, str]:
    """What is the same from one month to the next: person and aid. What is paid once is compared with nothing."""
    return right.beneficiary_id, right.kind if right.monthly else f"{right.kind}#{right.pk}"


def _as_paid(lines: Sequence[DueLine]) -> list[Paid]:
    return [Paid(compared_by(line.entitlement), line.amount, line.entitlement.beneficiary_name, line.pk) for line in lines]


def run_of(actor: Actor, month: date) -> Run:
    """The payable list of a month, with its differences. It exists without anybody having done anything."""
    month = month_start(month)
    now, before = _of_month(actor, month), _of_month(actor, next_month(month, -1))
    accounts = living_accounts(actor, {line.entitlement_id for line in now})
    return run_from(month, now, before, accounts, _last_ibans(actor, {line.entitlement_id for line in now}))


def run_from(
    month: date, now: Sequence[DueLine], before: Sequence[DueLine], accounts: dict[int, PaymentAccount], last_iban: dict[int, str]
) -> Run:
    """The list of a month from its lines, those of the month before, and the accounts."""
    found = differences(_as_paid(before), _as_paid(now))
    twice = _twice(now, accounts)
    lines = tuple(
        RunLine(line, accounts.get(line.entitlement_id), _checks(line, accounts.get(line.entitlement_id), last_iban, twice)) for line in now
    )
    keys = {compared_by(line.entitlement) for line in [*now, *before]}
    return Run(month, lines, sum((line.amount for line in before), ZERO), len(before), tuple(found), len(keys) - len(found))


def _twice(lines: Sequence[DueLine], accounts: dict[int, PaymentAccount]) -> set[int]:
    """Lines of the same person, aid and account in the month, unless one is a supplement with words."""
    groups: dict[tuple[int, str, str], list[DueLine]] = defaultdict(list)
    for line in lines:
        account = accounts.get(line.entitlement_id)
        if account is not None and not line.supplement:
            groups[line.entitlement.beneficiary_id, line.entitlement.kind, account.iban].append(line)
    return {line.pk for group in groups.values() if len(group) > 1 for line in group}


def same_month(actor: Actor, line: DueLine, limit: int = 10) -> list[DueLine]:
    """What the same person has of the same aid for the same month, beside this line."""
    rows = DueLine.objects.visible_to(actor).filter(
        month=line.month, entitlement__beneficiary=line.entitlement.beneficiary_id, entitlement__kind=line.entitlement.kind
    )
    found = rows.exclude(pk=line.pk).exclude(state=DueState.CANCELLED)
    return list(found.select_related("entitlement__decision", "payment_line__order").order_by("pk")[:limit])


def _last_ibans(actor: Actor, entitlement_ids: set[int]) -> dict[int, str]:
    """The account on which each entitlement was paid last."""
    rows = (
        DueLine.objects.visible_to(actor)
        .filter(entitlement__in=entitlement_ids, state=DueState.PAID)
        .order_by("month", "pk")
        .values_list("entitlement", "payment_line__payee_iban")
    )
    return dict(rows)


def _checks(line: DueLine, account: PaymentAccount | None, last_iban: dict[int, str], twice: set[int]) -> tuple[Check, ...]:
    found: list[Check] = []
    if line.state in (DueState.PAID, DueState.ORDERED, DueState.CANCELLED):
        return ()
    if account is None:
        found.append(Check.NO_ACCOUNT)
    elif last_iban.get(line.entitlement_id, account.iban) != account.iban:
        found.append(Check.ACCOUNT)
    if line.pk in twice:
        found.append(Check.DOUBLE)
    if line.state == DueState.HELD:
        found.append(Check.HELD)
    if line.beyond:
        found.append(Check.BEYOND)
    if line.state == DueState.REJECTED:
        found.append(Check.REJECTED)
    if line.first and line.entitlement.monthly and starts_inside_month(line.entitlement.valid_from):
        found.append(Check.PART_MONTH)
    if line.first and not is_payable(line.entitlement.beneficiary_id):
        found.append(Check.SPECIMEN)
    return tuple(found)


# Claims ---------------------------------------------------------------------------------------------------------------
def claims(actor: Actor, *, after: str = "", limit: int = 100) -> list[Claim]:
    """Newest first; ``after`` is the id of the last one seen. One more than ``limit`` says that there are others."""
    rows = Claim.objects.visible_to(actor).select_related("dossier", "decision", "voucher", "letter")
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    return list(rows.order_by("-pk")[: limit + 1])


def claim_of_line(actor: Actor, line_id: int) -> Claim | None:
    rows = Claim.objects.visible_to(actor).filter(line=line_id)
    return rows.filter(state=ClaimState.TO_REGISTER).order_by("pk").first() or rows.order_by("-pk").first()
