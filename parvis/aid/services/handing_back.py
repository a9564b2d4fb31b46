"""A claim that is fully recovered goes back to the worker: a task, the balance of the file, the letter to the client."""

from __future__ import annotations

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
from ..events import ClaimSettled
from ..models import Claim
from .granting import in_language, note_step, stream

TASK = "settled"


@gesture
def hand_back(*, actor: Actor, claim: Claim) -> None:
    """The referent, or the queue of the service when nobody follows the file, gets the task; the letter is written by a job."""
    amount = (claim.amount or 0 * CENT).quantize(CENT)
    unit_id = Dossier.unscoped.filter(pk=claim.dossier_id).values_list("unit_id", flat=True).first()
    open_item(
        actor=actor,
        subject=claim.ref,
        title=texts.SETTLED,
        screen="aid.settled",
        owner=referent_of(claim.dossier_id),
        queue="social_worker",
        unit_id=unit_id,
        dossier_id=claim.dossier_id,
        why=in_language(_why, claim.number, formats.amount(amount, claim.currency, "fr")),
        key=TASK,
    )
    note_step(
        actor,
        claim.dossier_id,
        texts.STEP_SETTLED,
        {"number": claim.number, "amount": formats.amount(amount, claim.currency, "fr")},
        claim.ref,
    )
    publish(ClaimSettled(actor=actor, claim_id=claim.pk, number=claim.number or "", dossier_id=claim.dossier_id, amount=amount))
    jobs.enqueue("aid.settled_letter", claim.ref)


def _why(number: str, amount: str) -> str:
    return _("%(number)s: all of %(amount)s came in. The letter to the person is ready.") % {"number": number, "amount": amount}


@gesture
def keep_closing_letter(*, actor: Actor, claim: Claim, file: documents.StoredFile, language: str, title: str) -> Claim:
    """The letter in the file. Repeated, it finds what is there."""
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
    if Claim.unscoped.filter(pk=claim.pk, closing_letter__isnull=True).update(closing_letter=document):
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
