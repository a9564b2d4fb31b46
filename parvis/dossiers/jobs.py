"""Files of agents who leave: the many by a job, tasks and duties on the day itself. Destruction, dossier by dossier, and its certificate."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from parvis.documents import api as documents
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef, enqueue, job, periodic
from parvis.kernel.wordindex import forget_words

from .certificates import certificate_pdf
from .enums import LineState
from .models import Departure, DestructionLine, DestructionList, Handover
from .services import destruction
from .services.holds import ask_reviews
from .services.leaving import acting, carry_out, close_held
from .services.meetings import close_past

log = logging.getLogger(__name__)
ACTOR = system_actor("dossiers.destroy")


@job("dossiers.departure")
def departure(ref: JobRef) -> None:
    """The files one by one: the many, or what a page left undone. Safe to repeat: what is handed over is not handed over again."""
    found = Departure.unscoped.select_related("account", "planned_by").get(pk=ref.subject.id)
    carry_out(actor=acting(found), departure=found)


@periodic("dossiers.departures", "15 0 * * *")
def departures(ref: JobRef) -> None:
    """What stopped in the middle is handed over; on the first day without the agent, the work that is still to do goes to the successors.
    One departure that fails does not stop the others."""
    stopped = Handover.unscoped.filter(departure=OuterRef("pk"), done_at__isnull=True, refused="")
    rows = Departure.unscoped.filter(Q(worked_at__isnull=True, on__lte=clock.today()) | Exists(stopped))
    for found in rows.select_related("account", "planned_by").order_by("on", "pk")[:100]:
        try:
            carry_out(actor=acting(found), departure=found)
        except Exception:  # told in the log with its trace; tried again tomorrow
            log.exception("departure %s is not carried out", found.pk)
    close_held()
    close_past()


@job("dossiers.destroy")
def destroy(ref: JobRef) -> None:
    """The rows in one transaction, then the bytes, then the line is done."""
    line = destruction.destroy(actor=ACTOR, line=DestructionLine.objects.get(pk=ref.subject.id))
    if line.state == LineState.ERASED:
        documents.forget_bytes(line.files)
    with gesture_scope():
        destruction.finish_line(actor=ACTOR, line=line)
        if line.files:
            enqueue("documents.throw_away", line.ref, payload={"digests": line.files}, run_at=clock.now() + documents.LATER)
        ref.complete()


@periodic("dossiers.destroy_again", "30 2 * * *")
def destroy_again(ref: JobRef) -> None:
    """What was approved and given up after all attempts is tried again each night: an approval is carried out, or its list says why not."""
    with gesture_scope():
        destruction.again()
        ref.complete()


@job("dossiers.certificate")
def certificate(ref: JobRef) -> None:
    chosen = DestructionList.objects.get(pk=ref.subject.id)
    forget_words()  # of all that the list destroyed, at once
    language = settings.LANGUAGE_CODE[:2]
    file = documents.store_bytes(certificate_pdf(chosen.certificate, chosen.certificate_sha256, language))
    with gesture_scope():
        document = documents.attach(
            actor=ACTOR,
            subject=chosen.ref,
            file=file,
            title=f"{chosen.certificate_number}",
            kind=documents.DocumentKind.OTHER,
            origin=documents.Origin.PRODUCED,
            language=language,
            file_name=f"{chosen.certificate_number.replace('/', '-').replace(' ', '-')}.pdf",
            data_class="security",
        )
        DestructionList.objects.filter(pk=chosen.pk).update(document=document)
        ref.complete()


@periodic("dossiers.holds", "20 5 * * *")
def holds(ref: JobRef) -> None:
    """Whoever answers for a hold is asked on its day whether it goes on."""
    with gesture_scope():
        ask_reviews(actor=system_actor("dossiers.holds"))
        ref.complete()
