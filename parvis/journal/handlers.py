"""Steps that the chronicle tells by itself."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from parvis.agenda.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentsPassed,
    PersonInvited,
)
from parvis.contacts.api import display_names
from parvis.documents.events import PaperBroughtHome
from parvis.dossiers.enums import MemberRole, ReferentRole
from parvis.dossiers.events import (
    AgentChosen,
    DossierArchived,
    DossierClosed,
    DossierOpened,
    DossierReopened,
    DossierTransferred,
    HandoverSigned,
    MemberAdded,
    MemberLeft,
    ReferentAssigned,
    WorkHandedOver,
)
from parvis.identity.api import units
from parvis.identity.enums import Function
from parvis.kernel.events import subscribe
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows.api import WorkItem, move_items_about
from parvis.workflows.events import StepClosed

from .models import Action, Turn
from .selectors import open_restricted_turns
from .services import add_step, open_following, words_follow


@subscribe(DossierOpened)
def dossier_opened(event: DossierOpened) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier %(number)s opened"),
        values={"number": event.number},
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
    )


@subscribe(PaperBroughtHome)
def paper_brought_home(event: PaperBroughtHome) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Paper brought into the file: %(title)s"),
        values={"title": event.title},
        subject=SubjectRef("document", event.document_id),
        data_class=event.data_class,
    )


@subscribe(DossierClosed)
def dossier_closed(event: DossierClosed) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier closed"),
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
        text=event.reason,
    )


@subscribe(DossierReopened)
def dossier_reopened(event: DossierReopened) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier opened again"),
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
        text=event.reason,
    )


@subscribe(DossierArchived)
def dossier_archived(event: DossierArchived) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier put into the archive"),
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
    )


@subscribe(DossierTransferred)
def dossier_transferred(event: DossierTransferred) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier goes from %(before)s to %(after)s"),
        values={"before": event.from_label, "after": event.to_label},
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
        text=event.reason,
    )
    words_follow([event.dossier_id])
    # Steps of restricted notes name no dossier: without this they would wait in the old service for ever.
    turns = [turn.pk for turn in open_restricted_turns(event.dossier_id)]
    if turns:
        unit = units().get(pk=event.to_unit_id)
        move_items_about(actor=event.actor, kind="journal_turn", ids=turns, from_unit=event.from_unit_id, to_unit=unit)


@subscribe(MemberAdded)
def member_added(event: MemberAdded) -> None:
    if event.role == MemberRole.APPLICANT:
        return  # told by the opening
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("%(name)s joins the dossier"),
        values={"name": _name(event.person_id)},
        subject=SubjectRef("person", event.person_id),
        data_class="identity",
    )


@subscribe(MemberLeft)
def member_left(event: MemberLeft) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("%(name)s leaves the dossier"),
        values={"name": _name(event.person_id)},
        subject=SubjectRef("person", event.person_id),
        data_class="identity",
    )


@subscribe(ReferentAssigned)
def referent_assigned(event: ReferentAssigned) -> None:
    message = (
        gettext_noop("%(name)s follows the dossier")
        if event.role == ReferentRole.MAIN
        else gettext_noop("%(name)s takes part in the dossier")
    )
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=message,
        values={"name": event.account_label},
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
    )


@subscribe(AgentChosen)
def agent_chosen(event: AgentChosen) -> None:
    message = (
        gettext_noop("%(name)s was chosen against the proposal of agents")
        if event.overruled
        else gettext_noop("%(name)s was chosen among the proposed agents")
    )
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=message,
        values={"name": event.account_label},
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
        text=event.note,
    )


@subscribe(HandoverSigned)
def handover_signed(event: HandoverSigned) -> None:
    add_step(
        actor=event.actor,
        dossier_id=event.dossier_id,
        message=gettext_noop("Dossier handed over by %(before)s to %(after)s, signed by both"),
        values={"before": event.from_label, "after": event.to_label},
        subject=SubjectRef("dossier", event.dossier_id),
        data_class="identity",
    )


@subscribe(WorkHandedOver)
def duties_follow(event: WorkHandedOver) -> None:
    """What comes back is the successor's from the next time on; what follows from a restricted note goes to the head of the service, who may
    read it, and not to the successor."""
    rows = Action.unscoped.filter(entry__dossier=event.dossier_id, owner=event.from_account_id, ended_at__isnull=True)
    rows.filter(entry__restricted=False).update(owner=event.to_account_id)
    rows.filter(entry__restricted=True).update(owner=None, queue=Function.CHIEF)


@subscribe(StepClosed)
def step_done(event: StepClosed) -> None:
    """Steps with a screen of their own are told by the context of that screen; a step added in the model is told here."""
    item = WorkItem.unscoped.filter(pk=event.item_id, screen="", case__isnull=False, dossier_key__isnull=False).first()
    if item is not None and item.dossier_key is not None:
        add_step(
            actor=event.actor,
            dossier_id=item.dossier_key,
            message=gettext_noop("Step done: %(step)s"),
            values={"step": item.title},
            subject=item.subject,
        )


@subscribe(StepClosed)
def turn_closed(event: StepClosed) -> None:
    """What comes back opens again when it is done (B56)."""
    if event.subject.type == "journal_turn":
        turn = Turn.unscoped.select_related("action__entry__dossier", "action__owner").filter(pk=event.subject.id).first()
        if turn is not None:
            open_following(actor=event.actor, turn=turn)


def _name(person_id: int) -> str:
    return display_names([person_id]).get(person_id, "?")


# Appointments: hour and place, never what they are about. -------------------------------------------------------------------
def _tell_meeting(
    event: AppointmentBooked | AppointmentMoved | AppointmentCancelled | AppointmentMissed | AppointmentsPassed | PersonInvited,
    message: str,
    *,
    text: str = "",
    **more: str,
) -> None:
    if event.subject.type != "dossier":
        return
    add_step(
        actor=event.actor,
        dossier_id=event.subject.id,
        message=message,
        values={"when": formats.moment(event.starts_at), **more},
        subject=SubjectRef("appointment", event.appointment_id),
        data_class=event.data_class if text else "identity",
        text=text,
    )


@subscribe(AppointmentBooked)
def appointment_booked(event: AppointmentBooked) -> None:
    if event.times > 1:
        _tell_meeting(event, gettext_noop("%(n)s appointments booked, the first on %(when)s"), n=str(event.times))
    else:
        _tell_meeting(event, gettext_noop("Appointment booked on %(when)s"))


@subscribe(AppointmentMoved)
def appointment_moved(event: AppointmentMoved) -> None:
    before = formats.moment(event.before_at)
    if event.times > 1:
        _tell_meeting(
            event, gettext_noop("%(n)s appointments moved, the first from %(before)s to %(when)s"), n=str(event.times), before=before
        )
    else:
        _tell_meeting(event, gettext_noop("Appointment moved from %(before)s to %(when)s"), before=before)


@subscribe(AppointmentCancelled)
def appointment_cancelled(event: AppointmentCancelled) -> None:
    if event.times > 1:
        message = gettext_noop("%(n)s appointments cancelled, the first on %(when)s")
        _tell_meeting(event, message, text=event.reason, n=str(event.times))
    else:
        _tell_meeting(event, gettext_noop("Appointment on %(when)s cancelled"), text=event.reason)


@subscribe(AppointmentMissed)
def appointment_missed(event: AppointmentMissed) -> None:
    _tell_meeting(event, gettext_noop("Appointment on %(when)s missed"), text=event.reason)


@subscribe(AppointmentsPassed)
def appointments_passed(event: AppointmentsPassed) -> None:
    more = {"before": event.from_label, "after": event.to_label}
    if event.times > 1:
        _tell_meeting(
            event, gettext_noop("%(n)s appointments from %(when)s on: %(after)s in place of %(before)s"), n=str(event.times), **more
        )
    else:
        _tell_meeting(event, gettext_noop("Appointment on %(when)s: %(after)s in place of %(before)s"), **more)


@subscribe(PersonInvited)
def person_invited(event: PersonInvited) -> None:
    _tell_meeting(event, gettext_noop("The person is told of the appointment on %(when)s"))
