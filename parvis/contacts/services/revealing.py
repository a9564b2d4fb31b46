"""A masked number shown whole: a gesture with its reason in the journal, for the person to read in the list of who looked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.identifiers import mask_number
from parvis.kernel.subject import SubjectRef

from .. import access
from ..models import Identifier
from ._common import STREAM


@gesture
def reveal_number(*, actor: Actor, row: Identifier, reason: str) -> str:
    """The whole number.

    Raises:
        NotAllowed: the actor's function does not open it.
    """
    if not (access.may_reveal(actor) or access.sees_full_number(actor)):
        raise NotAllowed(_("Your function does not open this number."))
    mutations.record(
        STREAM,
        actor=actor,
        verb="person.identifier.reveal",
        subject=SubjectRef("person", row.person_id),
        values={"number": mask_number(row.kind, row.value), "kind": row.kind},
        note=reason.strip()[:191],
    )
    return row.value
