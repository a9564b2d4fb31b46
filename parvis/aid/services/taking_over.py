"""Rights that ran in another system: they wait while the takeover is rehearsed, and are paid here from the month of go-live on.

No decision is made up for them. Until go-live they are in no list, no order and no deadline: the other system still pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END, month_start, next_month
from parvis.kernel.subject import SubjectRef

from ..calculations import kept_back, months_due
from ..enums import EntitlementState
from ..errors import AidError
from ..models import DueLine, Entitlement, PaymentAccount, Withholding
from .granting import horizon, stream
from .paying import CHUNK, LIST_STREAM


@dataclass(frozen=True)
class RunningRight:
    """A right as another system pays it. ``key``: the same each time it is told; ``to_on``: its last day, None until revised.

    ``withheld``: kept back each month for a debt of which ``withheld_left`` remains (None: not said).
    """

    key: str
    dossier_id: int
    unit_id: int
    person_id: int
    kind: str
    title: Mapping[str, str]
    amount: Decimal
    from_on: date
    to_on: date | None
    payee_name: str
    payee_person_id: int | None
    iban: str
    withheld: Decimal = Decimal("0.00")
    withheld_left: Decimal | None = None
    withheld_reason: str = ""
    told: str = ""
    currency: str = "EUR"


def _provision_key(source: str, key: str) -> str:
    """Of fixed length, the same for the same right of the same system."""
    return "takeover:" + sha256(f"{source}\x00{key}".encode()).hexdigest()[:30]


def find_taken_over(source: str, keys: Sequence[str]) -> dict[str, Entitlement]:
    """Rights of a system by their key there."""
    by_hash = {_provision_key(source, key): key for key in keys}
    found: dict[str, Entitlement] = {}
    hashes = list(by_hash)
    for part in (hashes[start : start + CHUNK] for start in range(0, len(hashes), CHUNK)):
        for row in Entitlement.unscoped.filter(origin=source, provision_key__in=part):
            found[by_hash[row.provision_key]] = row
    return found


def told_differences(row: Entitlement, right: RunningRight) -> dict[str, tuple[str, str]]:
    """What the other system says now and what was taken over before, where they differ: field to (held, told)."""
    account = PaymentAccount.unscoped.filter(entitlement=row, live=1).first()
    kept = Withholding.unscoped.filter(entitlement=row, ended_on__isnull=True).first()
    held = {
        "kind": row.kind,
        "amount": str(row.amount),
        "valid_from": str(row.valid_from),
        "valid_to": "" if row.is_open else str(row.valid_to),
        "payee_name": account.payee_name if account else "",
        "iban": account.iban if account else "",
        "withheld": str(kept.amount if kept else Decimal("0.00")),
        "withheld_left": str(kept.left) if kept and kept.left is not None else "",
        "withheld_reason": kept.reason if kept else "",
        "told": row.origin_text,
    }
    end = _end(right)
    told = {
        "kind": right.kind,
        "amount": str(right.amount),
        "valid_from": str(right.from_on),
        "valid_to": "" if end == OPEN_END else str(end),
        "payee_name": right.payee_name[:191],
        "iban": right.iban,
        "withheld": str(right.withheld),
        "withheld_left": str(right.withheld_left) if right.withheld and right.withheld_left is not None else "",
        "withheld_reason": right.withheld_reason[:191] if right.withheld else "",
        "told": right.told[:191],
    }
    return {name: (held[name], told[name]) for name in held if held[name] != told[name]}


def _end(right: RunningRight) -> date:
    from datetime import timedelta

    return right.to_on + timedelta(days=1) if right.to_on else OPEN_END


@gesture
def take_over_right(*, actor: Actor, source: str, right: RunningRight) -> Entitlement:
    """Open a right as it runs elsewhere, waiting for go-live; told again with other values, it takes these as long as it waits.

    Raises:
        AidError: the sum kept back is not below the amount, or the right is live already and its values differ.
    """
    if right.withheld and right.withheld >= right.amount:
        raise AidError(_("More is kept back than the aid pays."), field="withheld", code="withheld")
    row = find_taken_over(source, [right.key]).get(right.key)
    if row is not None:
        changed = told_differences(row, right)
        if not changed:
            return row
        if row.state != EntitlementState.WAITING:
            raise AidError(_("This right is live: it changes by a decision, no longer by a file."), code="live")
        waits = Entitlement.unscoped.filter(pk=row.pk, state=EntitlementState.WAITING)
        told = waits.update(
            kind=right.kind,
            title=dict(right.title),
            amount=right.amount,
            valid_from=right.from_on,
            valid_to=_end(right),
            first_paid_on=right.from_on,
            origin_text=right.told[:191],
        )
        if not told:  # it went live in this very moment
            raise AidError(_("This right is live: it changes by a decision, no longer by a file."), code="live")
        PaymentAccount.unscoped.filter(entitlement=row).delete()  # never paid from: it only waited
        Withholding.unscoped.filter(entitlement=row).delete()
        verb, values = "entitlement.retold", {name: list(pair) for name, pair in changed.items()}
    else:
        names = display_names([right.person_id])
        row = Entitlement.unscoped.create(
            decision=None,
            line=None,
            origin=source,
            origin_text=right.told[:191],
            provision_key=_provision_key(source, right.key),
            dossier_id=right.dossier_id,
            unit_id=right.unit_id,
            kind=right.kind,
            title=dict(right.title),
            beneficiary_id=right.person_id,
            beneficiary_name=names.get(right.person_id, "?")[:191],
            amount=right.amount,
            currency=right.currency,
            periodicity="month",
            valid_from=right.from_on,
            valid_to=_end(right),
            state=EntitlementState.WAITING,
            first_paid_on=right.from_on,
            created_at=clock.now(),
        )
        verb = "entitlement.taken_over"
        values = {"kind": row.kind, "amount": str(row.amount), "from": row.valid_from, "source": source}  # type: ignore[dict-item]
    if right.iban:
        PaymentAccount.unscoped.create(
            entitlement=row,
            payee_name=right.payee_name[:191],
            payee_person_id=right.payee_person_id,
            iban=right.iban,
            justification="",
            changed_at=clock.now(),
            author_id=actor.account_id,
            author_label=actor.label[:191],
        )
    if right.withheld:
        Withholding.unscoped.create(
            entitlement=row,
            amount=right.withheld,
            left=right.withheld_left,
            reason=(right.withheld_reason or source)[:191],
            created_at=clock.now(),
            author_label=actor.label[:191],
        )
    mutations.record(stream(row.dossier_id), actor=actor, verb=verb, subject=row.ref, values=values)
    row.refresh_from_db()
    return row


@gesture
def drop_taken_over(*, actor: Actor, entitlement: Entitlement) -> None:
    """Take a right back that only waited: nothing was ever paid on it, and nothing is said of it but this.

    Raises:
        AidError: it is live.
    """
    entitlement = Entitlement.unscoped.select_for_update().get(pk=entitlement.pk)  # it may be going live in this very moment
    if entitlement.state != EntitlementState.WAITING:
        raise AidError(_("This right is live: it changes by a decision, no longer by a file."), code="live")
    values = {"kind": entitlement.kind, "amount": str(entitlement.amount), "source": entitlement.origin}
    mutations.record(stream(entitlement.dossier_id), actor=actor, verb="entitlement.dropped", subject=entitlement.ref, values=values)
    PaymentAccount.unscoped.filter(entitlement=entitlement).delete()
    Withholding.unscoped.filter(entitlement=entitlement).delete()
    Entitlement.unscoped.filter(pk=entitlement.pk, state=EntitlementState.WAITING).delete()


@dataclass(frozen=True)
class WouldPay:
    """What this system would pay for a month on one right. ``waiting``: it was taken over and the other system still pays."""

    entitlement_id: int
    person_id: int
    dossier_id: int
    name: str
    kind: str
    gross: Decimal
    withheld: Decimal
    amount: Decimal
    payee_name: str
    iban: str
    waiting: bool


def would_pay(source: str, month: date, person_ids: Sequence[int] = ()) -> list[WouldPay]:
    """For one month: every right taken over from a system, by the rule of the due lines; and what else these persons are due of it.

    Some five reads for each five hundred rights.
    """
    month = month_start(month)
    end = next_month(month)
    rights = list(
        Entitlement.unscoped.filter(
            origin=source, state=EntitlementState.WAITING, periodicity="month", valid_from__lt=end, valid_to__gt=month
        ).order_by("pk")
    )
    others: list[DueLine] = []
    people = sorted({*person_ids, *(row.beneficiary_id for row in rights)})
    for part in (people[start : start + CHUNK] for start in range(0, len(people), CHUNK)):
        others += (
            DueLine.unscoped.filter(month=month, entitlement__beneficiary__in=part, entitlement__periodicity="month")
            .exclude(state="cancelled")
            .select_related("entitlement")
            .order_by("pk")
        )
    ids = [row.pk for row in rights] + [line.entitlement_id for line in others]
    accounts: dict[int, PaymentAccount] = {}
    kept: dict[int, Withholding] = {}
    for part in (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)):
        accounts |= {row.entitlement_id: row for row in PaymentAccount.unscoped.filter(entitlement__in=part, live=1)}
        kept |= {row.entitlement_id: row for row in Withholding.unscoped.filter(entitlement__in=part, ended_on__isnull=True)}
    out = []
    for row in rights:
        held = kept.get(row.pk)
        withheld = kept_back(row.amount, held.amount, held.left, Decimal("0.00")) if held else Decimal("0.00")
        out.append(_would(row, row.amount, withheld, accounts.get(row.pk), True))
    out += [
        _would(line.entitlement, line.amount + line.withheld, line.withheld, accounts.get(line.entitlement_id), False) for line in others
    ]
    return out


def _would(row: Entitlement, gross: Decimal, withheld: Decimal, account: PaymentAccount | None, waiting: bool) -> WouldPay:
    return WouldPay(
        row.pk,
        row.beneficiary_id,
        row.dossier_id,
        row.beneficiary_name,
        row.kind,
        gross,
        withheld,
        gross - withheld,
        account.payee_name if account else "",
        account.iban if account else "",
        waiting,
    )


@gesture
def go_live(*, actor: Actor, source: str, first_month: date) -> int:
    """Every right of a system that waits is paid here from ``first_month`` on; all in one transaction, one line of the journal for all.

    Returns how many. Months before stay the other system's.

    Raises:
        Conflict: the rights changed meanwhile.
    """
    first_month = month_start(first_month)
    rights = list(Entitlement.unscoped.filter(origin=source, state=EntitlementState.WAITING).order_by("pk"))
    at, until = clock.now(), max(horizon(), first_month)
    ids = [row.pk for row in rights]
    kept: dict[int, Withholding] = {}
    for part in (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)):
        changed = Entitlement.unscoped.filter(pk__in=part, state=EntitlementState.WAITING).update(
            state=EntitlementState.RUNNING, pays_from=first_month
        )
        if changed != len(part):
            raise Conflict(_("Somebody else has just changed these rights. Look again."), code="changed")
        kept |= {row.entitlement_id: row for row in Withholding.unscoped.filter(entitlement__in=part, ended_on__isnull=True)}
    lines = []
    for row in rights:
        held, so_far = kept.get(row.pk), Decimal("0.00")
        for month in months_due(max(row.valid_from, first_month), row.valid_to, until):
            withheld = kept_back(row.amount, held.amount, held.left, so_far) if held else Decimal("0.00")
            so_far += withheld
            lines.append(
                DueLine(entitlement=row, month=month, amount=row.amount - withheld, withheld=withheld, currency=row.currency, created_at=at)
            )
    DueLine.unscoped.bulk_create(lines, batch_size=CHUNK)
    digest = sha256("\n".join(f"{row.pk} {row.amount}" for row in rights).encode()).hexdigest()
    mutations.record(
        LIST_STREAM,
        actor=actor,
        verb="entitlements.live",
        subject=SubjectRef("aid_run", int(f"{first_month:%Y%m}")),
        values={"source": source, "rights": len(rights), "lines": len(lines), "sha256": digest},
    )
    return len(rights)
