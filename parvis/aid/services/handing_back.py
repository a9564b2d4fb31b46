"""A claim that is fully recovered goes back to the worker: a task, the balance of the file, the letter to the client. Open again after all,
it is taken back from the worker, who tells the person where the letter had gone out already."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from parvis.documents import api as documents
from parvis.dossiers.api import Dossier, referent_of
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.money import CENT
from parvis.ui import formats
from parvis.workflows.api import close_item, open_item

from .. import texts
from ..access import may_tell_settled
from ..enums import ClaimState
from ..errors import AidError
from ..events import ClaimReopened, ClaimSettled
from ..models import Claim, ClaimReceipt
from .granting import in_each_language, note_step, stream

TASK = "settled"
AGAIN = "reopened"


def _to_worker(actor: Actor, claim: Claim, title: dict[str, str], why: dict[str, str], key: str) -> None:
    """The referent, or the queue of the service when nobody follows the file, gets the task."""
    open_item(
        actor=actor,
        subject=claim.ref,
        title=title,
        screen="aid.settled",
        owner=referent_of(claim.dossier_id),
        queue="social_worker",
        unit_id=Dossier.unscoped.filter(pk=claim.dossier_id).values_list("unit_id", flat=True).first(),
        dossier_id=claim.dossier_id,
        why=why,
        key=key,
    )


@gesture
def hand_back(*, actor: Actor, claim: Claim) -> None:
    """The task, and the letter, which a job writes. Settled once more, it is a new letter."""
    # What a decision gave up of it did not come in.
    amount = claim.collected.quantize(CENT)
    close_item(actor=actor, subject=claim.ref, key=AGAIN, outcome="settled")
    why = in_each_language(_why, claim.number, amount, claim.currency)
    _to_worker(actor, claim, texts.SETTLED, why, TASK)
    note_step(
        actor,
        claim.dossier_id,
        texts.STEP_SETTLED,
        {"number": claim.number, "amount": formats.amount(amount, claim.currency, "fr")},
        claim.ref,
    )
    publish(ClaimSettled(actor=actor, claim_id=claim.pk, number=claim.number or "", dossier_id=claim.dossier_id, amount=amount))
    # As often as it is settled: each time another sum had come in.
    jobs.enqueue("aid.settled_letter", claim.ref, version=str(ClaimReceipt.unscoped.filter(claim=claim).count()))


@gesture
def take_back(*, actor: Actor, claim: Claim, letter: documents.Document | None, told_at: datetime | None, reason: str) -> None:
    """A claim that was settled is open again. A letter that did not go out is withdrawn with its task; one that did tells the person what is
    no longer true, and that is a task.

    Args:
        letter, told_at: of the claim as it was settled.
    """
    close_item(actor=actor, subject=claim.ref, key=TASK, outcome="reopened")
    if told_at is not None:
        why = in_each_language(_why_again, claim, clock.date_of(told_at))
        _to_worker(actor, claim, texts.REOPENED, why, AGAIN)
    elif letter is not None and letter.withdrawn_at is None:
        documents.withdraw_document(actor=actor, document=letter, reason=reason)
    publish(
        ClaimReopened(actor=actor, claim_id=claim.pk, number=claim.number or "", dossier_id=claim.dossier_id, open_amount=claim.open_amount)
    )


def _why_again(claim: Claim, day: date) -> str:
    return _("%(number)s: %(amount)s is to be recovered again. The letter of %(day)s said that nothing was left.") % {
        "number": claim.number,
        "amount": formats.amount(claim.open_amount, claim.currency),
        "day": formats.day(day),
    }


@gesture
def tell_reopened(*, actor: Actor, claim: Claim) -> None:
    """The worker told the person that the recovery is open again: the task is done.

    Raises:
        NotAllowed: neither worker nor chief.
        Conflict: somebody said so already, or it is settled once more.
    """
    if not may_tell_settled(actor, claim):
        raise NotAllowed(_("The worker or the chief of the service says that the person knows."))
    if close_item(actor=actor, subject=claim.ref, key=AGAIN, outcome="told") is None:
        raise Conflict(_("This task is already done."), code="told")
    mutations.record(stream(claim.dossier_id), actor=actor, verb="claim.reopened_told", subject=claim.ref, values={"number": claim.number})
    note_step(actor, claim.dossier_id, texts.STEP_REOPENED_TOLD, {"number": claim.number}, claim.ref)


def _why(number: str, amount: Decimal, currency: str) -> str:
    return _("%(number)s: all of %(amount)s came in. The letter to the person is ready.") % {
        "number": number,
        "amount": formats.amount(amount, currency),
    }


@gesture
def keep_closing_letter(*, actor: Actor, claim: Claim, file: documents.StoredFile, language: str, title: str) -> Claim:
    """The letter in the file. Repeated, it finds what is there; of a claim that is open again meanwhile nothing is kept."""
    waits = Claim.unscoped.filter(pk=claim.pk, state=ClaimState.SETTLED, settled_at=claim.settled_at, closing_letter__isnull=True)
    if not waits.exists():
        claim.refresh_from_db()
        return claim
    document = documents.attach(
        actor=actor,
        subject=claim.ref,
        file=file,
        title=title,
        kind=documents.DocumentKind.LETTER,
        origin=documents.Origin.PRODUCED,
        language=language,
        dossier_id=claim.dossier_id,
        file_name=f"{claim.number}-fin.pdf",
        data_class="money",
    )
    if waits.update(closing_letter=document):
        mutations.record(stream(claim.dossier_id), actor=actor, verb="claim.closing_letter", subject=claim.ref, values={"pdf": file.sha256})
    claim.refresh_from_db()
    return claim


@gesture
def tell_settled(*, actor: Actor, claim: Claim) -> Claim:
    """The letter went out: the task is done.

    Raises:
        NotAllowed: neither worker nor chief.
        AidError: not fully recovered, or the letter is not written yet.
        Conflict: somebody said so already.
    """
    if not may_tell_settled(actor, claim):
        raise NotAllowed(_("The worker or the chief of the service says that the letter went out."))
    if claim.state != ClaimState.SETTLED:
        raise AidError(_("This claim is not fully recovered."), code="state")
    if claim.closing_letter_id is None:
        raise AidError(_("The letter is still being written. Open this page again in a moment."), code="letter")
    changed = Claim.unscoped.filter(pk=claim.pk, told_at__isnull=True).update(told_at=clock.now(), told_by_label=actor.label[:191])
    claim.refresh_from_db()
    if not changed:
        raise Conflict(_("The letter has already gone out."), who=claim.told_by_label, when=claim.told_at, code="told")
    close_item(actor=actor, subject=claim.ref, key=TASK, outcome="told")
    mutations.record(stream(claim.dossier_id), actor=actor, verb="claim.told", subject=claim.ref, values={"number": claim.number})
    note_step(actor, claim.dossier_id, texts.STEP_TOLD, {"number": claim.number}, claim.ref)
    return claim
