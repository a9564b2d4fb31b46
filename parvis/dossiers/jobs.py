"""Files of agents who leave: the many by a job, tasks and duties on the day itself. Destruction, dossier by dossier, and its certificate."""

from __future__ import annotations

from django.conf import settings

from parvis.documents import api as documents
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef, job, periodic

from .certificates import certificate_pdf
from .enums import LineState
from .models import Departure, DestructionLine, DestructionList, Handover
from .services import destruction
from .services.leaving import acting, carry_out, move_work

ACTOR = system_actor("dossiers.destroy")


@job("dossiers.departure")
def departure(ref: JobRef) -> None:
    """More files than one waits for. Safe to repeat: a file that is handed over is not handed over again."""
    found = Departure.unscoped.select_related("account", "planned_by").get(pk=ref.subject.id)
    carry_out(actor=acting(found), departure=found)


@periodic("dossiers.departures", "15 0 * * *")
def departures(ref: JobRef) -> None:
    """On the first day without the agent, the work that is still to do goes to the successors."""
    rows = Departure.unscoped.filter(worked_at__isnull=True, on__lte=clock.today()).select_related("account", "planned_by")
    for found in rows.order_by("on", "pk")[:100]:
        if not Handover.unscoped.filter(departure=found, done_at__isnull=True, refused="").exists():
            move_work(actor=system_actor("departures"), departure=found)


@job("dossiers.destroy")
def destroy(ref: JobRef) -> None:
    """The rows in one transaction, then the bytes, then the line is done."""
    line = destruction.destroy(actor=ACTOR, line=DestructionLine.objects.get(pk=ref.subject.id))
    if line.state == LineState.ERASED:
        documents.forget_bytes(line.files)
    with gesture_scope():
        destruction.finish_line(actor=ACTOR, line=line)
        ref.complete()


@job("dossiers.certificate")
def certificate(ref: JobRef) -> None:
    chosen = DestructionList.objects.get(pk=ref.subject.id)
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
