"""A dossier goes to another service: offered by one, accepted or returned by the head of the other."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from parvis.identity.api import Account, Unit
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import end_fact, withdraw_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.ui import formats
from parvis.workflows.api import close_item, move_items, open_item

from .. import access
from ..enums import TransferState
from ..errors import InvalidDossier
from ..events import DossierTransferred
from ..models import Dossier, Referent, Transfer
from ._common import record, writable
from .dossiers import assign_referent, update_dossier
from .former import end_readings_of, leave_reading
from .meetings import agents_left, meetings_follow

OFFERED = {
    "fr": "Dossier proposé à votre service : accepter ou renvoyer",
    "nl": "Dossier aan uw dienst voorgesteld: aanvaarden of terugsturen",
    "de": "Akte Ihrem Dienst angeboten: annehmen oder zurückgeben",
    "en": "File offered to your service: accept or return it",
}
CAME_BACK = {
    "fr": "Transfert renvoyé : le dossier reste dans votre service",
    "nl": "Overdracht teruggestuurd: het dossier blijft bij uw dienst",
    "de": "Übertragung zurückgegeben: Die Akte bleibt in Ihrem Dienst",
    "en": "Transfer returned: the file stays in your service",
}


@gesture
def offer_transfer(*, actor: Actor, dossier: Dossier, unit: Unit, reason: str) -> Transfer:
    """Offer the dossier to another service. It stays where it is until the head of that service accepts; the head gets a task.

    Raises:
        InvalidDossier: the same service, no reason, or an offer that waits already.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    if unit.pk == dossier.unit_id or not unit.is_active:
        raise InvalidDossier(_("Choose another service."), field="unit", code="unit")
    words = reason.strip()
    if not words:
        raise InvalidDossier(_("Say why the dossier goes to the other service."), field="reason", code="reason")
    if Transfer.unscoped.filter(dossier=dossier, live=1).exists():
        raise InvalidDossier(_("This dossier is offered to a service already: wait for the answer."), code="waiting")
    transfer = Transfer.unscoped.create(
        dossier=dossier,
        from_unit=dossier.unit,
        to_unit=unit,
        reason=words[:500],
        asked_at=clock.now(),
        asked_by_id=actor.account_id,
        asked_by_label=actor.label[:191],
    )
    record(actor, "dossier.transfer.offer", dossier, {"unit": [dossier.unit.code, unit.code]}, note=words)
    open_item(
        actor=actor,
        subject=transfer.ref,
        title=OFFERED,
        screen="dossiers.transfer",
        queue=Function.CHIEF.value,
        unit_id=unit.pk,
        due_on=clock.today(),
        why=f"{dossier.number} · {actor.label}: {words}",
        key="answer",
    )
    return transfer


def _answered(actor: Actor, transfer: Transfer, state: str, words: str, moved: int = 0) -> None:
    if not (actor.is_system or access.answers_transfer(actor, transfer)):
        raise NotAllowed(_("The head of the service to which the dossier is offered answers."))
    changed = Transfer.unscoped.filter(pk=transfer.pk, live=1).update(
        state=state, live=None, answered_at=clock.now(), answered_by_label=actor.label[:191], answer=words[:500]
    )
    if not changed:
        raise Conflict(_("Somebody has answered already."), code="answered")
    transfer.refresh_from_db()


@gesture
def accept_transfer(
    *,
    actor: Actor,
    transfer: Transfer,
    referent: Account | None = None,
    answer: str = "",
    read_days: int | None = None,
    read_classes: Collection[str] | None = None,
) -> Transfer:
    """The dossier belongs to the new service from now on: open tasks follow, the referents of before end, a new one may be named. The service
    of before reads it for ``read_days`` more, in ``read_classes``: as the rule says where nothing is chosen, never more than it allows.

    Raises:
        NotAllowed: not the head of that service.
        Conflict: answered already.
        InvalidDossier: longer, or more, than the rule of reading allows.
    """
    _answered(actor, transfer, TransferState.ACCEPTED, answer.strip())
    dossier: Dossier = Dossier.unscoped.select_related("unit").get(pk=transfer.dossier_id)
    before = dossier.unit
    note = _("the dossier goes to %(unit)s") % {"unit": formats.label(transfer.to_unit.name)}
    moved = move_items(actor=actor, dossier_id=dossier.pk, from_unit=before.pk, to_unit=transfer.to_unit, note=note)
    Transfer.unscoped.filter(pk=transfer.pk).update(moved_tasks=moved)
    transfer.moved_tasks = moved
    update_dossier(dossier, unit=transfer.to_unit)
    dossier.unit = transfer.to_unit
    day = clock.today()
    for row in list(Referent.unscoped.filter(dossier=dossier, live=1, valid_to__gt=day).order_by("pk")):
        if row.valid_from < day:
            end_fact(row, valid_to=day, anchor=dossier, actor=actor)
        else:
            withdraw_fact(row, anchor=dossier)
    end_readings_of(actor=actor, dossier=dossier, unit=transfer.to_unit)
    leave_reading(actor=actor, dossier=dossier, unit=before, days=read_days, classes=read_classes)
    if referent is not None:
        assign_referent(actor=actor, dossier=dossier, account=referent)
    meetings_follow(actor=actor, dossier=dossier, leaving=agents_left(dossier, day), heir=referent, on=day)
    record(actor, "dossier.transfer", dossier, {"unit": [before.code, transfer.to_unit.code], "tasks": moved}, note=answer.strip())
    publish(
        DossierTransferred(
            actor=actor,
            dossier_id=dossier.pk,
            from_unit_id=before.pk,
            to_unit_id=transfer.to_unit_id,
            from_label=before.name,
            to_label=transfer.to_unit.name,
            reason=transfer.reason,
        )
    )
    close_item(actor=actor, subject=transfer.ref, key="answer", outcome="accepted")
    return transfer


@gesture
def return_transfer(*, actor: Actor, transfer: Transfer, reason: str) -> Transfer:
    """The dossier stays where it is; whoever offered it gets the reason as a task.

    Raises:
        InvalidDossier: no reason.
    """
    words = reason.strip()
    if not words:
        raise InvalidDossier(_("Say why the dossier is returned."), field="answer", code="reason")
    _answered(actor, transfer, TransferState.RETURNED, words)
    dossier: Dossier = Dossier.unscoped.get(pk=transfer.dossier_id)
    record(actor, "dossier.transfer.return", dossier, {"unit": transfer.to_unit.code}, note=words)
    close_item(actor=actor, subject=transfer.ref, key="answer", outcome="returned")
    open_item(
        actor=actor,
        subject=transfer.ref,
        title=CAME_BACK,
        owner=transfer.asked_by_id,
        queue=Function.CHIEF.value,
        unit_id=transfer.from_unit_id,
        dossier_id=dossier.pk,
        due_on=clock.today(),
        why=f"{dossier.number} · {actor.label}: {words}",
        key="returned",
    )
    return transfer
