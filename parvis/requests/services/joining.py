"""Who is it: the request meets a person and a dossier, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import Person
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.identity.api import Account, Function, unit_of
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.workflows import api as workflows

from .. import access
from ..enums import Stage
from ..errors import AlreadyJoined
from ..events import RequestJoined
from ..models import Request, RequestLine
from ._common import line_ref, record
from .progress import mark_progress


@gesture
def join_dossier(
    *,
    actor: Actor,
    request: Request,
    person: Person,
    dossier: dossiers.Dossier | None = None,
    referent: Account | None = None,
    speciality: str = "",
    own: Mapping[str, Any] | None = None,
) -> Request:
    """The request belongs to this person and this dossier (None opens one). Its documents, cases and tasks follow. ``own``: answers that the
    organisation needs of a file, where one is opened (``dossiers.open_dossier``).

    Raises:
        AlreadyJoined: a colleague did it first; carries who and when.
        NotAllowed: not an agent who registers in this unit.
    """
    allowed = actor.is_system or (access.can_identify(actor) and access.registers_in(actor, request.unit_id))
    if not allowed or (dossier is not None and not dossiers.may_change(actor, dossier)):
        raise NotAllowed(_("You may not join this request to a dossier."))
    if request.joined_at is not None:
        raise _taken(request)
    if dossier is None:
        dossier = dossiers.open_dossier(
            actor=actor,
            person=person,
            # The dossier lives where its referent works: the request came to the desk of the whole service.
            unit=unit_of(referent, Function.SOCIAL_WORKER, request.unit) if referent else request.unit,
            referent=referent,
            speciality=speciality,
            source=Source.SUBMISSION,
            source_ref=f"request:{request.pk}",
            own=own,
        )
    else:
        if all(member.person_id != person.pk for member in dossiers.members_at(dossier.pk)):
            dossiers.add_member(
                actor=actor,
                dossier=dossier,
                person=person,
                role=dossiers.MemberRole.COHABITANT,
                source=Source.SUBMISSION,
                source_ref=f"request:{request.pk}",
            )
        if referent is not None:
            dossiers.assign_referent(actor=actor, dossier=dossier, account=referent, speciality=speciality)
    now = clock.now()
    won = Request.unscoped.filter(pk=request.pk, joined_at__isnull=True).update(
        dossier=dossier,
        unit=dossier.unit_id,
        applicant=person,
        joined_at=now,
        joined_by_id=actor.account_id,
        joined_by_label=actor.label[:191],
    )
    if not won:
        raise _taken(Request.unscoped.get(pk=request.pk))
    request.refresh_from_db()
    record(actor, "request_joined", request, {"dossier": dossier.number, "person": person.pk})
    for document in documents.documents_about([SubjectRef("request", request.pk)]):
        documents.file_in_dossier(actor=actor, document=document, dossier_id=dossier.pk)
    for line in RequestLine.unscoped.filter(request=request).order_by("pk"):
        enter_dossier(actor, request, line)
    return request


def enter_dossier(actor: Actor, request: Request, line: RequestLine) -> None:
    """A line goes on in the dossier of its request: person, case, stage, and what others do about it."""
    dossier, person = request.dossier, request.applicant
    assert dossier is not None and person is not None
    line.person = person
    line.save(update_fields=["person"])
    workflows.link_dossier(actor=actor, subject=line_ref(line.pk), dossier_id=dossier.pk, unit_id=dossier.unit_id)
    urgent = line.kind == "urgent_aid"
    mark_progress(
        actor=actor,
        line_id=line.pk,
        stage=Stage.PRESIDENT if urgent else Stage.INQUIRY,
        next_step="decision" if urgent else "proposal",
        expected_on=line.expected_on,
    )
    publish(
        RequestJoined(
            actor=actor,
            process_subject=line_ref(line.pk),
            request_id=request.pk,
            number=request.number,
            line_id=line.pk,
            dossier_id=dossier.pk,
            person_id=person.pk,
            channel=request.channel,
            requested_on=request.requested_on,
            label=line.label.get("fr", line.kind),
        )
    )


def _taken(request: Request) -> AlreadyJoined:
    return AlreadyJoined(
        _("A colleague has joined this request to a dossier meanwhile. Your choice was not kept."),
        who=request.joined_by_label,
        when=request.joined_at,
        yours={},
        theirs={"dossier": request.dossier.number if request.dossier else ""},
    )
