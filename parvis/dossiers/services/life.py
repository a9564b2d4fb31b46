"""A dossier is closed, opened again, put into the archive."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.registries import Obstacle

from .. import access
from ..enums import CloseReason, DossierStatus
from ..errors import InvalidDossier, StillOpen
from ..events import DossierArchived, DossierClosed, DossierReopened
from ..models import Dossier, Transfer
from ._common import record, within_scope, writable
from .dossiers import update_dossier


def obstacles(actor: Actor, dossier: Dossier) -> list[Obstacle]:
    """What keeps the dossier open: payments, rights, sums to recover, tasks and their terms, a transfer that waits. Next due first.

    What lies outside the actor's scope keeps it open all the same: it is counted, and neither named nor linked.
    """
    found = [one for of in registries.closing_obstacles.all() for one in of(actor, dossier.pk)]
    if Transfer.unscoped.filter(dossier=dossier, live=1).exists():
        found.append(Obstacle(_("Offered to another service, which has not answered yet")))
    return sorted(found, key=lambda one: (one.hidden, one.due_on is None, one.due_on))


@gesture
def close_dossier(*, actor: Actor, dossier: Dossier, reason: str, code: str = "") -> Dossier:
    """Nothing more is added until it is opened again. ``code``: from the official list; ``reason``: in one's own words.

    Raises:
        InvalidDossier: no reason given, or one that is not in the list.
        StillOpen: something is not settled yet; the error carries the list.
    """
    writable(actor, dossier, allowed=access.can_close(actor))
    if code and code not in CloseReason.values:
        raise InvalidDossier(_("This value is not in the list."), field="code", code="code")
    if not reason.strip() and (not code or code == CloseReason.OTHER):
        raise InvalidDossier(_("Say why the dossier is closed."), field="reason", code="reason")
    open_things = obstacles(actor, dossier)
    if open_things:
        raise StillOpen(_("This dossier cannot be closed yet: something is still open."), open_things)
    day, words = clock.today(), reason.strip()[:191]
    update_dossier(dossier, status=DossierStatus.CLOSED, closed_on=day, close_code=code, close_reason=words)
    dossier.status, dossier.closed_on, dossier.close_code, dossier.close_reason = DossierStatus.CLOSED, day, code, words
    record(actor, "dossier.close", dossier, {"status": ["open", "closed"], "reason": code}, note=words)
    publish(DossierClosed(actor=actor, dossier_id=dossier.pk, reason=words or str(CloseReason(code).label)))
    return dossier


@gesture
def archive_dossier(*, actor: Actor, dossier: Dossier) -> Dossier:
    """Out of the lists, still found by search, with everything in it readable.

    Raises:
        InvalidDossier: it is still open, or in the archive already.
    """
    within_scope(actor, dossier, allowed=access.can_close(actor))
    if dossier.status != DossierStatus.CLOSED:
        raise InvalidDossier(_("Close the dossier before you put it into the archive."), code="open")
    if dossier.destroyed_on is not None:
        raise InvalidDossier(_("This dossier was destroyed."), code="destroyed")
    if dossier.archived_on is not None:
        raise InvalidDossier(_("This dossier is in the archive already."), code="archived")
    day = clock.today()
    update_dossier(dossier, archived_on=day)
    dossier.archived_on = day
    record(actor, "dossier.archive", dossier, {"archived_on": [None, day]})
    publish(DossierArchived(actor=actor, dossier_id=dossier.pk))
    return dossier


@gesture
def reopen_dossier(*, actor: Actor, dossier: Dossier, reason: str) -> Dossier:
    """Open a closed dossier again, out of the archive too.

    Raises:
        InvalidDossier: it is open already, or no reason is given.
    """
    within_scope(actor, dossier, allowed=access.can_close(actor))
    if dossier.status == DossierStatus.OPEN:
        raise InvalidDossier(_("This dossier is open already."), code="open")
    if dossier.destroyed_on is not None:
        raise InvalidDossier(_("This dossier was destroyed."), code="destroyed")
    if not reason.strip():
        raise InvalidDossier(_("Say why the dossier is opened again."), field="reason", code="reason")
    before = dossier.archived_on
    update_dossier(dossier, status=DossierStatus.OPEN, closed_on=None, close_code="", close_reason="", archived_on=None)
    dossier.status, dossier.closed_on, dossier.close_code, dossier.close_reason = DossierStatus.OPEN, None, "", ""
    dossier.archived_on = None
    record(actor, "dossier.reopen", dossier, {"status": ["closed", "open"], "archived_on": [before, None]}, note=reason.strip())
    publish(DossierReopened(actor=actor, dossier_id=dossier.pk, reason=reason.strip()))
    return dossier
