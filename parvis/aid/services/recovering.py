"""Money claimed back: registered by the accountant, limited to the overlap, booked, told by letter, collected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from parvis.accounting import api as accounting
from parvis.accounting.api import Leg
from parvis.decisions import api as decisions
from parvis.kernel import clock, jobs, mutations, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import CENT
from parvis.kernel.periods import Period, next_month
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.ui import formats

from .. import texts
from ..access import may_register_claims
from ..calculations import left_to_claim, overlap_total
from ..enums import ClaimState, DebtorKind, DueState, EntitlementState
from ..errors import AidError
from ..events import ClaimRegistered
from ..models import Claim, ClaimReceipt, DueLine, Entitlement
from .granting import note_step, stream
from .handing_back import hand_back

NEW_DECISION = gettext_lazy("A claim from the person needs a new decision, taken after the person could be heard.")
#: Our reading of article 20, not a ruling: said wherever it refuses or warns.
LAWYER = gettext_lazy("This is how Parvis reads the law: have the centre’s lawyer confirm it.")
PAY_WITHIN = Term(30, "calendar", True)


def months_concerned(claim: Claim) -> QuerySet[DueLine]:
    """Months of the aid that is claimed back from the person, whatever became of them."""
    if claim.entitlement is not None:
        return DueLine.unscoped.filter(
            entitlement__line=claim.line_id, entitlement__kind=claim.entitlement.kind, entitlement__beneficiary=claim.beneficiary_id
        )
    return DueLine.unscoped.filter(entitlement__dossier=claim.dossier_id, entitlement__beneficiary=claim.beneficiary_id)


def paid_months(claim: Claim) -> dict[date, Decimal]:
    """What the person was paid, month by month, of the aid that is claimed back."""
    rows = months_concerned(claim).filter(state__in=(DueState.PAID, DueState.ORDERED))
    out: dict[date, Decimal] = {}
    for month, amount in rows.values_list("month", "amount"):
        out[month] = out.get(month, Decimal("0.00")) + amount
    return out


def overlap(claim: Claim) -> Decimal:
    return overlap_total(paid_months(claim), claim.period)


def left(claim: Claim, period: Period | None = None) -> Decimal:
    """What may still be claimed for a period: what was paid, less what other claims take of it already; from the person also less what a later
    decision grants for the same months."""
    paid = paid_months(claim)
    if claim.debtor_kind == DebtorKind.PERSON:
        for right in _granted_since(claim):
            paid = {
                month: max(amount - right.amount, Decimal("0.00")) if Period(month, next_month(month)).overlaps(right.period) else amount
                for month, amount in paid.items()
            }
    return left_to_claim(paid, [(other.period, other.amount or Decimal("0.00")) for other in _others(claim)], period or claim.period)


def _granted_since(claim: Claim) -> list[Entitlement]:
    """The right that a later decision granted in the place of the one on which the claim rests; one that was replaced in turn no longer counts."""
    if claim.entitlement is None:
        return []
    rows = Entitlement.unscoped.filter(
        line=claim.line_id,
        kind=claim.entitlement.kind,
        beneficiary=claim.beneficiary_id,
        periodicity="month",
        decision__gt=claim.decision_id,
    )
    return list(rows.exclude(state=EntitlementState.REPLACED).order_by("-pk")[:1])


def _others(claim: Claim) -> list[Claim]:
    """Registered claims of what was paid to the same person for the same aid, whoever owes them."""
    rows = Claim.unscoped.filter(beneficiary=claim.beneficiary_id).exclude(state=ClaimState.TO_REGISTER).exclude(pk=claim.pk)
    if claim.entitlement is not None:
        rows = rows.filter(Q(entitlement__isnull=True) | Q(entitlement__kind=claim.entitlement.kind), line=claim.line_id)
    else:
        rows = rows.filter(dossier=claim.dossier_id)
    return list(rows.order_by("pk"))


def proposed_amount(claim: Claim) -> Decimal:
    """What can be claimed today: the announced amount, at most what is left of what was paid for the same period."""
    return min(claim.announced, left(claim))


def unheard_of(claim: Claim, debtor_kind: str = "") -> decisions.Unheard | None:
    """Why the person may not be claimed from, or must be warned about: not told of the right to be heard. Institutions are not concerned."""
    if (debtor_kind or claim.debtor_kind) != DebtorKind.PERSON:
        return None
    return decisions.recovery_unheard(claim.decision)


@gesture
def register_claim(
    *,
    actor: Actor,
    claim: Claim,
    amount: Decimal,
    valid_from: date | None = None,
    valid_to: date | None = None,
    debtor_name: str = "",
    debtor_kind: str = "",
    debtor_reference: str = "",
    debtor_address: str = "",
    article: str = "",
    ahead: bool = False,
) -> Claim:
    """Register a decided claim: number, booking as a receivable, letter in a job.

    Args:
        valid_to: first day after the period.
        ahead: for an advance still running, announce the whole amount to the institution before it is all paid.

    Raises:
        NotAllowed: only an accountant registers.
        AidError: no amount, more than decided, more than was paid for the period, or the person could not be heard where the law asks it.
        Conflict: registered meanwhile.
    """
    if not may_register_claims(actor):
        raise NotAllowed(_("Registering a claim needs the function “accountant”."))
    start, end = valid_from or claim.valid_from, valid_to or claim.valid_to
    if end <= start:
        raise AidError(_("The end lies before the start."), field="valid_to", code="period")
    if amount <= 0 or amount != amount.quantize(CENT):
        raise AidError(_("The amount must be above zero and in whole cents."), field="amount", code="amount")
    if amount > claim.announced:
        raise AidError(
            _("The decision announced %(amount)s: more needs a new decision.")
            % {"amount": formats.amount(claim.announced, claim.currency)},
            field="amount",
            code="announced",
        )
    limit = left(claim, Period(start, end))
    if amount > limit and not (ahead and claim.debtor_kind == DebtorKind.INSTITUTION):
        paid = overlap_total(paid_months(claim), Period(start, end))
        text = (
            _("Only %(limit)s was paid for this period: a claim cannot go beyond it.")
            if limit == paid
            else _(
                "Of the %(paid)s paid for this period only %(limit)s is left to claim: the rest is claimed already, or granted by a later decision."
            )
        )
        sums = {"limit": formats.amount(limit, claim.currency), "paid": formats.amount(paid, claim.currency)}
        raise AidError(text % sums, field="amount", code="overlap")
    unheard = unheard_of(claim, debtor_kind)
    if unheard is not None and unheard.barred:
        raise AidError(f"{unheard.text} {NEW_DECISION} {LAWYER}", code="heard")
    today = clock.today()
    number = f"R{today.year}-{numbers.allot('aid.claim', today.year):04d}"
    voucher = accounting.post(
        actor=actor,
        book="public",
        journal="REC",
        booked_on=today,
        text=gettext_noop("Recovery %(number)s, %(debtor)s"),
        values={"number": number, "debtor": debtor_name.strip() or claim.debtor_name},
        legs=[
            Leg("receivable", debit=amount, dossier_id=claim.dossier_id, person_id=claim.beneficiary_id, label=number),
            Leg("revenue:recovery", credit=amount, dossier_id=claim.dossier_id, person_id=claim.beneficiary_id, label=number),
        ],
        subject=claim.ref,
        currency=claim.currency,
    )
    changed = Claim.unscoped.filter(pk=claim.pk, state=ClaimState.TO_REGISTER).update(
        state=ClaimState.REGISTERED,
        number=number,
        amount=amount,
        valid_from=start,
        valid_to=end,
        debtor_name=(debtor_name.strip() or claim.debtor_name)[:191],
        debtor_kind=debtor_kind or claim.debtor_kind,
        debtor_reference=debtor_reference.strip()[:120],
        debtor_address=debtor_address.strip()[:300],
        article=(article.strip() or claim.article)[:191],
        voucher=voucher,
        registered_at=clock.now(),
        registered_by_label=actor.label[:191],
        pay_by=PAY_WITHIN.due(today),
    )
    if not changed:
        fresh = Claim.unscoped.get(pk=claim.pk)
        raise Conflict(_("This claim has already been registered."), who=fresh.registered_by_label, when=fresh.registered_at, code="state")
    claim.refresh_from_db()
    mutations.record(
        stream(claim.dossier_id),
        actor=actor,
        verb="claim.registered",
        subject=claim.ref,
        values={"number": number, "amount": str(amount), "debtor": claim.debtor_name, "voucher": voucher.number, "limit": str(limit)},
    )
    note_step(
        actor,
        claim.dossier_id,
        texts.STEP_CLAIM,
        {"number": number, "amount": formats.amount(amount, claim.currency, "fr"), "debtor": claim.debtor_name},
        claim.ref,
    )
    publish(
        ClaimRegistered(
            actor=actor,
            process_subject=SubjectRef("request_line", claim.line_id),
            outcome="registered",
            claim_id=claim.pk,
            number=number,
            line_id=claim.line_id,
            dossier_id=claim.dossier_id,
            amount=amount,
        )
    )
    jobs.enqueue("aid.claim_letter", claim.ref)
    return claim


@gesture
def record_receipt(*, actor: Actor, claim: Claim, amount: Decimal, on: date, reference: str) -> ClaimReceipt:
    """Money came in for a claim. The statement's reference is kept once.

    Raises:
        NotAllowed: only an accountant records it.
        AidError: not registered, more than is open, in the future, or the reference is known.
    """
    if not may_register_claims(actor):
        raise NotAllowed(_("Recording money received needs the function “accountant”."))
    if claim.state != ClaimState.REGISTERED:
        raise AidError(_("This claim is not open."), code="state")
    if on > clock.today():
        raise AidError(_("This day lies in the future."), field="on", code="future")
    if not reference.strip():
        raise AidError(_("Give the reference of the bank statement."), field="reference", code="reference")
    if amount <= 0 or amount > claim.open_amount:
        raise AidError(
            _("At most %(amount)s is still open.") % {"amount": formats.amount(claim.open_amount, claim.currency)},
            field="amount",
            code="amount",
        )
    voucher = accounting.post(
        actor=actor,
        book="public",
        journal="BNK",
        booked_on=on,
        text=gettext_noop("Received for %(number)s, %(reference)s"),
        values={"number": claim.number or "", "reference": reference.strip()},
        legs=[
            Leg("bank", debit=amount),
            Leg("receivable", credit=amount, dossier_id=claim.dossier_id, person_id=claim.beneficiary_id, label=claim.number or ""),
        ],
        subject=claim.ref,
        currency=claim.currency,
    )
    try:
        with transaction.atomic():
            receipt = ClaimReceipt.unscoped.create(
                claim=claim,
                on=on,
                amount=amount,
                reference=reference.strip()[:120],
                voucher=voucher,
                recorded_at=clock.now(),
                author_label=actor.label[:191],
            )
    except IntegrityError:
        raise AidError(_("This reference was already recorded for this claim."), field="reference", code="reference_known") from None
    changed = Claim.unscoped.filter(pk=claim.pk, collected=claim.collected).update(collected=F("collected") + amount)
    if not changed:
        raise Conflict(_("Somebody else has just recorded money for this claim."), code="stale")
    claim.refresh_from_db()
    if claim.open_amount == 0:
        Claim.unscoped.filter(pk=claim.pk).update(state=ClaimState.SETTLED, settled_at=clock.now())
        claim.refresh_from_db()
        hand_back(actor=actor, claim=claim)
    mutations.record(
        stream(claim.dossier_id),
        actor=actor,
        verb="claim.received",
        subject=claim.ref,
        values={"amount": str(amount), "reference": receipt.reference, "voucher": voucher.number, "open": str(claim.open_amount)},
    )
    return receipt
