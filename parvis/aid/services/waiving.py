"""A recovery given up, all or part of it: proposed by the worker, decided like any other thing by the committee or its delegate, then booked.

Nobody else gives a claim up, and no job does (F2): a page can only propose it.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.accounting import api as accounting
from parvis.accounting.api import Leg
from parvis.decisions import api as decisions
from parvis.documents import api as documents
from parvis.dossiers.api import Dossier, referent_of
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import CENT
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.ui import formats
from parvis.workflows.api import open_item

from .. import texts
from ..access import may_tell_settled
from ..enums import ClaimState
from ..errors import AidError
from ..events import ClaimWaived
from ..letters import other_debtor
from ..models import Claim, ClaimWaiver
from .granting import note_step, stream

KIND = "aid.waiver"
LETTER = "recovery.waived"
#: Books what was decided; who decided stands in the journal and in the decision.
BOOKER = system_actor("aid.waiver")


def claim_named(provision: decisions.Provision) -> Claim | None:
    """The claim that a provision gives up, if it is one of its person."""
    number = str(provision.details.get("claim") or "")
    return Claim.unscoped.filter(number=number, beneficiary=provision.beneficiary_person_id).first() if number else None


def check_amount(claim: Claim | None, amount: Decimal) -> AidError | None:
    """Why this sum of a claim cannot be given up; None when it can."""
    if claim is None or claim.state != ClaimState.REGISTERED:
        return AidError(_("This recovery is not open: there is nothing to give up."), field="amount", code="state")
    if amount <= 0 or amount != amount.quantize(CENT):
        return AidError(_("The amount must be above zero and in whole cents."), field="amount", code="amount")
    if amount > claim.open_amount:
        return AidError(
            _("At most %(amount)s is still open.") % {"amount": formats.amount(claim.open_amount, claim.currency)},
            field="amount",
            code="amount",
        )
    return None


@gesture
def propose_waiver(*, actor: Actor, claim: Claim, amount: Decimal) -> decisions.Proposal:
    """Draft the proposal to give up so much of a claim, on a line of its own that is asked today. It takes persons to submit and to decide.

    Raises:
        NotAllowed: neither worker nor chief, or a file that the actor only reads.
        AidError: not open, or more than is open.
        Conflict: it is proposed already.
    """
    if not may_tell_settled(actor, claim):
        raise NotAllowed(_("The worker or the chief of the service proposes that a recovery be given up."))
    claim = Claim.unscoped.select_for_update().get(pk=claim.pk)
    fault = check_amount(claim, amount)
    if fault is not None:
        raise fault
    before = requests.RequestLine.unscoped.filter(request__lines=claim.line_id, kind__startswith=f"waiver-{claim.number}-")
    living = decisions.Proposal.unscoped.filter(line__in=before.values("pk"), live=1).order_by("pk").first()
    if living is not None:
        raise Conflict(_("This is proposed already."), who=living.author_label, when=living.created_at, code="proposed")
    line = requests.ask_further(
        actor=actor,
        line_id=claim.line_id,
        key=f"waiver-{claim.number}-{before.count() + 1}",
        label={code: f"{name} {claim.number}" for code, name in texts.WAIVER.items()},
        provision=KIND,
        letter_template=LETTER,
    )
    provision = decisions.Provision(
        key=uuid4().hex[:8],
        kind=KIND,
        beneficiary_person_id=claim.beneficiary_id,
        beneficiary_name=claim.beneficiary_name,
        amount=amount,
        from_on=clock.today(),
        periodicity=decisions.ONCE,
        currency=claim.currency,
        details={"claim": claim.number},
        label=texts.WAIVER["fr"],
    )
    proposal: decisions.Proposal = decisions.draft_proposal(actor=actor, line_id=line.pk, provisions=[provision])
    mutations.record(
        stream(claim.dossier_id),
        actor=actor,
        verb="claim.waiver_proposed",
        subject=claim.ref,
        values={"amount": str(amount), "line": line.pk},
    )
    return proposal


@gesture
def give_up(*, actor: Actor, decision: decisions.Decision, provision: decisions.Provision) -> ClaimWaiver:
    """Carry out what a decision gives up: booked, no longer owed. Repeated, it finds what is there.

    Raises:
        AidError: the claim is not open any more, or by less: the decision must say another sum.
    """
    existing = ClaimWaiver.unscoped.filter(decision=decision.pk, provision_key=provision.key).first()
    if existing is not None:
        return existing
    number = str(provision.details.get("claim") or "")
    claim = Claim.unscoped.select_for_update().filter(number=number, dossier=decision.dossier_id).first()
    fault = check_amount(claim, provision.amount)
    if fault is not None or claim is None:
        raise fault or AidError(_("This recovery is not known."), code="claim")
    voucher = accounting.post(
        actor=BOOKER,
        book="public",
        journal="REC",
        booked_on=clock.today(),
        text=gettext_noop("Recovery %(number)s given up by the decision %(decision)s"),
        values={"number": number, "decision": decision.number},
        legs=[
            Leg("expense:waived", debit=provision.amount, dossier_id=claim.dossier_id, person_id=claim.beneficiary_id, label=number),
            Leg("receivable", credit=provision.amount, dossier_id=claim.dossier_id, person_id=claim.beneficiary_id, label=number),
        ],
        subject=claim.ref,
        currency=claim.currency,
    )
    waiver = ClaimWaiver.unscoped.create(
        claim=claim,
        decision=decision,
        provision_key=provision.key,
        amount=provision.amount,
        voucher=voucher,
        at=clock.now(),
        author_label=actor.label[:191],
    )
    state = ClaimState.WAIVED if provision.amount == claim.open_amount else ClaimState.REGISTERED
    Claim.unscoped.filter(pk=claim.pk).update(waived=F("waived") + provision.amount, state=state)
    claim.refresh_from_db()
    mutations.record(
        stream(claim.dossier_id),
        actor=actor,
        verb="claim.waived",
        subject=claim.ref,
        values={
            "amount": str(provision.amount),
            "decision": decision.number,
            "voucher": voucher.number,
            "open": str(claim.open_amount),
            "state": [ClaimState.REGISTERED.value, str(state.value)],
        },
    )
    note_step(
        actor,
        claim.dossier_id,
        texts.STEP_WAIVED,
        {"number": number, "amount": formats.amount(provision.amount, claim.currency, "fr"), "decision": decision.number},
        claim.ref,
    )
    publish(
        ClaimWaived(
            actor=actor,
            claim_id=claim.pk,
            number=number,
            dossier_id=claim.dossier_id,
            decision_id=decision.pk,
            amount=provision.amount,
        )
    )
    if other_debtor(claim):
        jobs.enqueue("aid.waiver_letter", SubjectRef("claim_waiver", waiver.pk), payload={"left": str(claim.open_amount)})
    return waiver


@gesture
def keep_debtor_letter(
    *, actor: Actor, waiver: ClaimWaiver, file: documents.StoredFile, language: str, title: str, assumed: bool = False
) -> None:
    """The letter to the debtor in the file, and the task to send it for who follows the file. ``assumed``: the language is the centre's, because
    none is known of the debtor; the task says so."""
    claim = waiver.claim
    why = f"{claim.number} · {claim.debtor_name}"
    if assumed:
        why += " · " + _("in the centre’s language: the address book has none for this debtor")
    documents.attach(
        actor=actor,
        subject=claim.ref,
        file=file,
        title=f"{title} ({claim.number}, {claim.debtor_name})"[:191],
        kind=documents.DocumentKind.LETTER,
        origin=documents.Origin.PRODUCED,
        language=language,
        dossier_id=claim.dossier_id,
        file_name=f"{claim.number}-renonciation-{waiver.pk}.pdf",
        data_class="money",
    )
    mutations.record(stream(claim.dossier_id), actor=actor, verb="claim.waiver_letter", subject=claim.ref, values={"pdf": file.sha256})
    open_item(
        actor=actor,
        subject=claim.ref,
        title=texts.WAIVED_LETTER,
        owner=referent_of(claim.dossier_id),
        queue="social_worker",
        unit_id=Dossier.unscoped.filter(pk=claim.dossier_id).values_list("unit_id", flat=True).first(),
        dossier_id=claim.dossier_id,
        due_on=clock.today(),
        why=why,
        key=f"waived-{waiver.pk}",
    )
