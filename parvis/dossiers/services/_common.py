"""What every write of this context shares."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import DossierStatus
from ..errors import DossierIsClosed
from ..models import Dossier, SituationFact


def within_scope(actor: Actor, dossier: Dossier, *, allowed: bool) -> None:
    """Stop unless the actor has the function, and the dossier in the own scope, whatever route led to the service.

    Raises:
        NotAllowed: otherwise.
    """
    if not allowed or not access.may_change(actor, dossier):
        raise NotAllowed(_("You may not change this dossier."))


def writable(actor: Actor, dossier: Dossier, *, allowed: bool) -> None:
    """The same, for what needs an open dossier.

    Raises:
        NotAllowed: outside the actor's functions or dossiers.
        DossierIsClosed: the dossier takes no new facts.
    """
    within_scope(actor, dossier, allowed=allowed)
    if dossier.status == DossierStatus.CLOSED:
        raise DossierIsClosed(_("This dossier is closed. Open it again before you add to it."), code="closed")


def record(actor: Actor, verb: str, dossier: Dossier, values: dict[str, Any] | None = None, note: str = "") -> None:
    mutations.record(f"dossier:{dossier.pk}", actor=actor, verb=verb, subject=SubjectRef("dossier", dossier.pk), values=values, note=note)


def told(
    conflict: Conflict, model: type[SituationFact], dossier: Dossier, yours: dict[str, Any], shown: tuple[str, ...], **key: Any
) -> Conflict:
    """The same conflict, saying who wrote this line last and what it holds now: another line's values are no answer to this one."""
    latest = model.unscoped.filter(dossier=dossier, live=1, **key).order_by("-recorded_at", "-pk").first()
    return Conflict(
        conflict.message,
        who=latest.author_label if latest else "",
        when=latest.recorded_at if latest else clock.now(),
        yours={name: yours.get(name) for name in shown},
        theirs={name: getattr(latest, name) for name in shown} if latest else {},
        code="stale",
    )
