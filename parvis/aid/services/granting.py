"""Carrying a decision out: rights, what is due month by month, and what replaces what."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from parvis.contacts.api import display_names
from parvis.decisions.api import Provision
from parvis.dossiers.api import referent_of
from parvis.journal.api import add_step
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import CENT
from parvis.kernel.periods import OPEN_END, month_start, next_month
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows.api import open_item

from .. import texts
from ..calculations import claimed_by_month, kept_back, months_due
from ..enums import ClaimState, DebtorKind, DueState, EntitlementState
from ..events import EntitlementOpened
from ..models import Claim, DueLine, Entitlement, PaymentAccount, Withholding


def stream(dossier_id: int) -> str:
    return f"dossier:{dossier_id}"


def horizon() -> date:
    """Months are written up to the next one, so that its payable list exists in time."""
    return next_month(clock.today())


@gesture
def open_entitlement(*, actor: Actor, decision: Any, provision: Provision, title: dict[str, str]) -> Entitlement | None:
    """The right that a provision opens, with what is due. Repeated, it finds what is there. None when nothing is granted."""
    existing = Entitlement.unscoped.filter(decision=decision.pk, provision_key=provision.key).first()
    if existing is not None or provision.amount <= 0:
        return existing
    valid_to = provision.to_on + timedelta(days=1) if provision.to_on else OPEN_END
    if provision.periodicity == "once":
        valid_to = provision.from_on + timedelta(days=1)
    names = display_names([provision.beneficiary_person_id])
    replaced = _replaced(decision, provision)
    old = replaced[0] if replaced else None
    entitlement = Entitlement(
        decision_id=decision.pk,
        provision_key=provision.key,
        dossier_id=decision.dossier_id,
        line_id=decision.line_id,
        unit_id=decision.unit_id,
        kind=provision.kind,
        title=title,
        category=_category(provision),
        beneficiary_id=provision.beneficiary_person_id,
        beneficiary_name=(provision.beneficiary_name or names.get(provision.beneficiary_person_id, "?"))[:191],
        amount=provision.amount,
        currency=provision.currency,
        periodicity=provision.periodicity,
        valid_from=provision.from_on,
        valid_to=valid_to,
        replaces=old,
        created_at=clock.now(),
    )
    # A right already paid goes on: its continuation does not wait for a "first" payment.
    if old is not None and old.first_paid_on is not None and provision.periodicity == "month":
        entitlement.first_paid_on = old.first_paid_on
    entitlement.save(force_insert=True)
    if provision.payee.iban:
        PaymentAccount.unscoped.create(
            entitlement=entitlement,
            payee_name=(provision.payee.name or entitlement.beneficiary_name)[:191],
            payee_person_id=provision.payee.person_id,
            iban=provision.payee.iban,
            bank_account_id=provision.payee.bank_account_id,
            changed_at=clock.now(),
            author_id=actor.account_id,
            author_label=actor.label[:191],
        )
    for one in replaced:
        _close_replaced(actor, one, entitlement)
    settled = _settled(entitlement) if replaced else {}
    if old is not None:
        _tell_overpaid(actor, old, entitlement, settled)
    write_due_lines(entitlement, settled=settled)
    mutations.record(
        stream(entitlement.dossier_id),
        actor=actor,
        verb="entitlement.opened",
        subject=entitlement.ref,
        values={
            "kind": entitlement.kind,
            "amount": str(entitlement.amount),
            "from": entitlement.valid_from,
            "to": None if entitlement.is_open else provision.to_on,
            "decision": decision.number,
        },
    )
    publish(EntitlementOpened(actor=actor, entitlement_id=entitlement.pk, dossier_id=entitlement.dossier_id, decision_id=decision.pk))
    return entitlement


def _category(provision: Provision) -> str:
    told = str(provision.details.get("category") or "")
    return told if told in ("1", "2", "3") else ""


def _replaced(decision: Any, provision: Provision) -> list[Entitlement]:
    """The running right of the same person and aid that this decision takes the place of; of rights taken over, every part."""
    if provision.periodicity != "month":
        return []
    old = (
        Entitlement.unscoped.filter(
            line=decision.line_id,
            beneficiary=provision.beneficiary_person_id,
            kind=provision.kind,
            periodicity="month",
            state__in=(EntitlementState.RUNNING, EntitlementState.ENDED),
        )
        .exclude(decision=decision.pk)
        .order_by("-pk")
        .first()
    )
    if old is not None:
        return [old]
    return list(
        Entitlement.unscoped.filter(
            dossier=decision.dossier_id,
            beneficiary=provision.beneficiary_person_id,
            kind=provision.kind,
            decision__isnull=True,
            state=EntitlementState.RUNNING,
        ).order_by("-pk")
    )


def _settled(new: Entitlement) -> dict[date, Decimal]:
    """What the person keeps of what was paid or ordered already for the months of a right, by whichever of the rights before it: the last one
    may have paid nothing, or the difference only, where another one before it had paid. What was claimed back since is not kept: else a
    right that is granted anew would be paid too little, and the same sum be told as paid too much a second time."""
    before = Q(entitlement__line=new.line_id) | Q(entitlement__dossier=new.dossier_id, entitlement__decision__isnull=True)
    rows = DueLine.unscoped.filter(
        before,
        entitlement__beneficiary=new.beneficiary_id,
        entitlement__kind=new.kind,
        entitlement__periodicity="month",
        state__in=(DueState.PAID, DueState.ORDERED),
    )
    settled: dict[date, Decimal] = {}
    for month, amount, withheld in rows.exclude(entitlement=new.pk).order_by("month", "pk").values_list("month", "amount", "withheld"):
        settled[month] = settled.get(month, Decimal("0.00")) + amount + withheld
    for claim in claims_from_person(new):
        granted = claim.entitlement.amount if claim.entitlement is not None and claim.entitlement.monthly else Decimal("0.00")
        for month, amount in claimed_by_month((claim.amount or 0 * CENT) - claim.waived, claim.period, settled, granted).items():
            settled[month] -= amount
    return {month: amount for month, amount in settled.items() if month >= month_start(new.valid_from) and amount > 0}


def claims_from_person(right: Entitlement) -> list[Claim]:
    """Registered claims that take back from the person what earlier decisions of the same aid had paid. What an institution or another debtor
    refunds is not taken from her."""
    rows = Claim.unscoped.filter(
        Q(debtor_person__isnull=True) | Q(debtor_person=right.beneficiary_id),
        Q(entitlement__isnull=True) | Q(entitlement__kind=right.kind),
        line=right.line_id,
        beneficiary=right.beneficiary_id,
        debtor_kind=DebtorKind.PERSON,
    )
    rows = rows.exclude(decision=right.decision_id).exclude(state=ClaimState.TO_REGISTER)
    return list(rows.select_related("entitlement").order_by("pk"))


def _close_replaced(actor: Actor, old: Entitlement, new: Entitlement) -> None:
    """End the old right where the new one starts. Months already paid or ordered stay."""
    waiting = DueLine.unscoped.filter(entitlement=old, month__gte=month_start(new.valid_from))
    waiting = waiting.exclude(state__in=(DueState.PAID, DueState.ORDERED))
    waiting.update(state=DueState.CANCELLED, note=_("Replaced by a new decision")[:191])
    end = max(min(old.valid_to, new.valid_from), old.valid_from + timedelta(days=1))
    Entitlement.unscoped.filter(pk=old.pk).update(state=EntitlementState.REPLACED, valid_to=end)
    mutations.record(
        stream(old.dossier_id),
        actor=actor,
        verb="entitlement.replaced",
        subject=old.ref,
        values={"state": [old.state, EntitlementState.REPLACED.value], "valid_to": [old.valid_to, end], "by": new.pk},
    )


def _tell_overpaid(actor: Actor, old: Entitlement, new: Entitlement, settled: dict[date, Decimal]) -> None:
    """Too much already paid is never taken back by itself: a person decides (F2). ``settled``: by month, of all rights before
    this one together: one taken over may have been paid in parts."""
    zero = Decimal("0.00")
    too_much = sum((max(paid - (new.amount if month < new.valid_to else zero), zero) for month, paid in settled.items()), zero)
    if too_much > 0:
        open_item(
            actor=actor,
            subject=old.ref,
            title=texts.OVERPAID,
            screen="aid.entitlement",
            owner=referent_of(old.dossier_id),
            queue="social_worker",
            unit_id=old.unit_id,
            dossier_id=old.dossier_id,
            why=in_each_language(_why_overpaid, too_much, old.currency),
            key="overpaid",
        )


def _why_overpaid(too_much: Decimal, currency: str) -> str:
    amount = formats.amount(too_much, currency)
    return _("%(amount)s more was paid than the new decision grants. Nothing is claimed back without a decision.") % {"amount": amount}


def in_language(text: Any, *values: Any) -> str:
    """Texts kept in rows are in the centre's language."""
    from django.conf import settings

    with override(settings.LANGUAGE_CODE):
        return str(text(*values))


def in_each_language(text: Any, *values: Any) -> dict[str, str]:
    """Texts kept in rows that each reader gets in the reader's own language."""
    from django.conf import settings

    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = str(text(*values))
    return found


class Keeping:
    """What is kept back of one month after the other of a right that was taken over with a debt; nothing of any other right."""

    def __init__(self, entitlement: Entitlement) -> None:
        self.right = entitlement.amount
        taken = entitlement.decision_id is None
        self.row = Withholding.unscoped.filter(entitlement=entitlement, ended_on__isnull=True).first() if taken else None
        self.so_far = Decimal("0.00")
        if self.row is not None:
            kept = DueLine.unscoped.filter(entitlement=entitlement).exclude(state=DueState.CANCELLED)
            self.so_far = sum(kept.values_list("withheld", flat=True), Decimal("0.00"))

    def take(self) -> Decimal:
        if self.row is None:
            return Decimal("0.00")
        kept = kept_back(self.right, self.row.amount, self.row.left, self.so_far)
        self.so_far += kept
        return kept


def write_due_lines(entitlement: Entitlement, *, settled: dict[date, Decimal] | None = None, until: date | None = None) -> int:
    """Add the months due that are not there yet. ``settled``: months paid under the right that this one replaces."""
    settled = settled or {}
    at = clock.now()
    if not entitlement.monthly:
        months = [month_start(entitlement.valid_from)]
    else:
        months = list(months_due(entitlement.due_from, entitlement.valid_to, until or horizon()))
        if not months and entitlement.decision_id is not None:
            months = [month_start(entitlement.valid_from)]
    known = set(DueLine.unscoped.filter(entitlement=entitlement).values_list("month", flat=True))
    keeping = Keeping(entitlement)
    rows = []
    for month in months:
        if month in known:
            continue
        amount, words = entitlement.amount, ""
        if month in settled:
            amount = entitlement.amount - settled[month]
            words = str(_("Difference with what was already paid for the month"))
            if amount <= 0:
                continue
        withheld = keeping.take()
        rows.append(
            DueLine(
                entitlement=entitlement,
                month=month,
                amount=amount - withheld,
                withheld=withheld,
                currency=entitlement.currency,
                first=not known and month == months[0] and entitlement.first_paid_on is None,
                supplement=words[:191],
                created_at=at,
            )
        )
    DueLine.unscoped.bulk_create(rows)
    return len(rows)


@gesture
def open_claim(*, actor: Actor, decision: Any, provision: Provision, entitlement: Entitlement | None) -> Claim | None:
    """The recovery that was ticked in the proposal, for the accountant to register. It rests on the decision, not on a job."""
    recover = provision.recover
    if recover is None:
        return None
    existing = Claim.unscoped.filter(decision=decision.pk, provision_key=provision.key).first()
    if existing is not None:
        return existing
    end = recover.to_on or provision.to_on
    debtor = DebtorKind.PERSON if recover.from_person(provision.beneficiary_name) else DebtorKind.INSTITUTION
    claim = Claim.unscoped.create(
        decision_id=decision.pk,
        provision_key=provision.key,
        dossier_id=decision.dossier_id,
        line_id=decision.line_id,
        entitlement=entitlement,
        beneficiary_id=provision.beneficiary_person_id,
        beneficiary_name=provision.beneficiary_name[:191],
        debtor_kind=debtor,
        debtor_name=recover.debtor[:191],
        debtor_person_id=recover.debtor_person_id,
        ground=recover.ground[:300],
        article=texts.ARTICLE[debtor],
        valid_from=recover.from_on,
        valid_to=end + timedelta(days=1) if end else next_month(recover.from_on),
        announced=recover.amount,
        currency=provision.currency,
        created_at=clock.now(),
    )
    mutations.record(
        stream(decision.dossier_id),
        actor=actor,
        verb="claim.decided",
        subject=claim.ref,
        values={"debtor": claim.debtor_name, "amount": str(recover.amount), "decision": decision.number},
    )
    return claim


def note_step(actor: Actor, dossier_id: int, message: str, values: dict[str, Any], subject: SubjectRef | None = None) -> None:
    add_step(actor=actor, dossier_id=dossier_id, message=message, values=values, subject=subject, data_class="money")
