"""Work after the commit and by the calendar."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Max

from parvis.documents import api as documents
from parvis.kernel import clock, mutations
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef, job, periodic
from parvis.kernel.periods import month_start, next_month

from .letters import TITLE, claim_letter_pdf, closing_letter, debtor_language, language_of, waiver_letter
from .models import Attestation, Claim, ClaimReceipt, ClaimWaiver
from .offline import write_pack
from .services import attesting, continuing, handing_back, waiving


@periodic("aid.extend", "20 3 * * *")
def extend(ref: JobRef) -> None:
    """Next month's payable list, with nobody logged in (F1)."""
    continuing.extend_all(system_actor("aid.extend"))


@periodic("aid.continue", "40 3 * * *")
def propose_continuations(ref: JobRef) -> None:
    """Periods that run out become proposals, never silent stops (F3)."""
    continuing.propose_all(system_actor("aid.continue"))


@periodic("aid.offline_pack", "0 4 20 * *")
def offline_pack(ref: JobRef) -> None:
    """The next run on paper, for the day on which nothing works (F1)."""
    continuing.extend_all(system_actor("aid.extend"))
    write_pack(next_month(month_start(clock.today())))


@job("aid.claim_letter")
def claim_letter(ref: JobRef) -> None:
    """Rendered outside the transaction, kept inside one."""
    claim = Claim.unscoped.select_related("decision").get(pk=ref.subject.id)
    actor = system_actor("claim-letter")
    assert claim.registered_at is not None
    language = language_of(claim, clock.date_of(claim.registered_at))
    file = documents.store_bytes(claim_letter_pdf(claim))
    with gesture_scope():
        document = documents.attach(
            actor=actor,
            subject=claim.ref,
            file=file,
            title=f"{TITLE.get(language, TITLE['fr'])} {claim.number}",
            kind=documents.DocumentKind.OTHER,
            origin=documents.Origin.PRODUCED,
            language=language,
            dossier_id=claim.dossier_id,
            file_name=f"{claim.number}.pdf",
        )
        Claim.unscoped.filter(pk=claim.pk).update(letter=document, letter_sha256=file.sha256)
        mutations.record(f"dossier:{claim.dossier_id}", actor=actor, verb="claim.letter", subject=claim.ref, values={"pdf": file.sha256})
        ref.complete()


@job("aid.attestation")
def attestation(ref: JobRef) -> None:
    """The paper that was handed over goes into the file."""
    row = Attestation.unscoped.get(pk=ref.subject.id)
    file = documents.store_bytes(attesting.attestation_pdf(row))
    with gesture_scope():
        attesting.keep_paper(actor=system_actor("attestation"), row=row, file=file)
        ref.complete()


@job("aid.settled_letter")
def settled_letter(ref: JobRef) -> None:
    """The letter that ends a recovery, for the worker to send; none where it is open again meanwhile."""
    claim = Claim.unscoped.get(pk=ref.subject.id)
    if claim.settled_at is None:
        with gesture_scope():
            ref.complete()
        return
    receipts = ClaimReceipt.unscoped.filter(claim=claim)
    last_on = receipts.filter(live=1).aggregate(last=Max("on"))["last"]
    language, title, pdf = closing_letter(claim, last_on, again=receipts.filter(reverses__isnull=False).count())
    file = documents.store_bytes(pdf)
    with gesture_scope():
        handing_back.keep_closing_letter(
            actor=system_actor("settled-letter"), claim=claim, file=file, language=language, title=f"{title} ({claim.number})"
        )
        ref.complete()


@job("aid.waiver_letter")
def to_debtor(ref: JobRef) -> None:
    """What a decision gave up, told to a debtor who is not the person of the file; the worker sends it."""
    waiver = ClaimWaiver.unscoped.select_related("claim").get(pk=ref.subject.id)
    language, title, pdf = waiver_letter(waiver, Decimal(ref.payload["left"]))
    assumed = not debtor_language(waiver.claim, clock.date_of(waiver.at))
    file = documents.store_bytes(pdf)
    with gesture_scope():
        waiving.keep_debtor_letter(
            actor=system_actor("waiver-letter"), waiver=waiver, file=file, language=language, title=title, assumed=assumed
        )
        ref.complete()
