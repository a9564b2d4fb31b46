"""What a change of a person changes here: the name by which dossiers are listed. What a change of an appointment does: a clash is settled."""

from __future__ import annotations

from parvis.agenda.events import AppointmentCancelled, AppointmentChanged, AppointmentMissed, AppointmentMoved
from parvis.contacts.events import MergeUndone, PersonChanged, PersonsMerged
from parvis.kernel.events import subscribe

from .services import match_again, refile
from .services.meetings import settle_clashes


@subscribe(PersonChanged)
def follow_name(event: PersonChanged) -> None:
    if event.aspect == "name":
        refile([event.person_id])
        match_again([event.person_id])


@subscribe(PersonsMerged, MergeUndone)
def follow_merge(event: PersonsMerged | MergeUndone) -> None:
    """The dossiers of one person are listed under the other's name, or under their own again."""
    refile([event.kept_id, event.merged_id])
    match_again([event.kept_id, event.merged_id])


@subscribe(AppointmentMoved, AppointmentChanged, AppointmentCancelled, AppointmentMissed)
def clash_settled(event: AppointmentMoved | AppointmentChanged | AppointmentCancelled | AppointmentMissed) -> None:
    """Whatever stood in the way of an appointment that was taken over may be gone: its task is done."""
    moved = isinstance(event, AppointmentMoved)
    settle_clashes(
        appointment_id=event.appointment_id,
        dossier_id=event.subject.id,
        starts_at=(event.starts_at, event.before_at) if isinstance(event, AppointmentMoved) else (event.starts_at,),
        chosen=not moved,
    )
