"""Rendering, after the commit: letters from their pack alone, minutes from their content alone. Safe to repeat."""

from __future__ import annotations

import json

from parvis.documents import api as documents
from parvis.kernel import clock, mutations
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.jobs import JobRef, job
from parvis.kernel.subject import SubjectRef

from . import letters, printing
from .enums import MinutesState
from .models import Minutes, Notification, Pack

ACTOR = system_actor("decisions.render")


@job("decisions.render_letter")
def render_letter(ref: JobRef) -> None:
    """The letter of a decision as PDF; its hash is one more line of the journal."""
    notification = Notification.unscoped.select_related("decision").get(pk=ref.subject.id)
    decision = notification.decision
    pack = json.loads(Pack.unscoped.get(decision=decision).content)
    file = documents.store_bytes(letters.render_pack_pdf(pack))
    with gesture_scope():
        document = documents.attach(
            actor=ACTOR,
            subject=SubjectRef("decision", decision.pk),
            file=file,
            title=f"{decision.number} · {pack['letter']['subject']}",
            kind=documents.DocumentKind.NOTIFICATION,
            origin=documents.Origin.PRODUCED,
            language=notification.language,
            on=decision.decided_on,
            dossier_id=decision.dossier_id,
            file_name=f"{decision.number.replace('/', '-').replace(' ', '-')}.pdf",
        )
        Notification.unscoped.filter(pk=notification.pk).update(letter=document, letter_sha256=file.sha256)
        mutations.record(
            f"dossier:{decision.dossier_id}",
            actor=ACTOR,
            verb="render_letter",
            subject=SubjectRef("decision", decision.pk),
            values={"pdf": file.sha256, "pack": decision.pack_sha256},
        )
        ref.complete()


@job("decisions.render_minutes")
def render_minutes(ref: JobRef) -> None:
    """The minutes as PDF: a draft says so on every page until president and secretary signed."""
    minutes = Minutes.unscoped.select_related("session").get(pk=ref.subject.id)
    signed = (
        [(minutes.president_label, "president"), (minutes.secretary_label, "secretary")] if minutes.state == MinutesState.SIGNED else None
    )
    on = clock.date_of(minutes.session.starts_at)
    file = documents.store_bytes(printing.minutes_pdf(json.loads(minutes.content), on=on, signed=signed))
    with gesture_scope():
        document = documents.attach(
            actor=ACTOR,
            subject=SubjectRef("minutes", minutes.pk),
            file=file,
            title=minutes.number,
            kind=documents.DocumentKind.MINUTES,
            origin=documents.Origin.PRODUCED,
            language="fr",
            on=on,
            file_name=f"{minutes.number.replace('/', '-').replace(' ', '-')}.pdf",
            data_class="security",
        )
        Minutes.unscoped.filter(pk=minutes.pk).update(document=document)
        mutations.record(
            "context:decisions",
            actor=ACTOR,
            verb="render_minutes",
            subject=SubjectRef("minutes", minutes.pk),
            values={"pdf": file.sha256, "content": minutes.sha256, "signed": signed is not None},
        )
        ref.complete()
