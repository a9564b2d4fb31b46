"""Who left holds no task (F8); and several tasks into other hands at once. Who is away for some days: ``away``."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from parvis.identity.api import Account, FunctionGrant, actor_for
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture

from .. import access
from ..enums import ItemState
from ..errors import CannotAssign
from ..models import WorkItem
from .items import account_of, assign, give_back


@gesture
def release_items_of(*, actor: Actor, account: Account | int, note: str = "") -> int:
    """Put into their queues the tasks that somebody holds and may not do any more: account closed, function ended. Tasks for which
    the person still holds the function stay. A task without a queue goes to the chief's queue of its unit. Returns how many moved.
    """
    person = account_of(account)
    if person is None:
        return 0
    held = actor_for(person) if person.is_active else None
    moved = 0
    for item in WorkItem.unscoped.filter(owner=person, state=ItemState.OPEN).order_by("pk"):
        if held is not None and item.away_until is not None:
            continue  # for an absent colleague, with that colleague's rights: ``away`` looks after it
        if held is not None and may_keep(person, held, item):
            continue
        release_item(actor=actor, item=item, note=note or _("its holder is away or has left"))
        moved += 1
    return moved


def may_keep(person: Account, held: Actor, item: WorkItem) -> bool:
    """Does this person still hold what the task needs? A queue of a function that they never had is where it would fall back to, and takes
    nothing from whom it names."""
    if not item.queue or access.in_queue(held, item):
        return bool(held.grants)
    return bool(held.grants) and not FunctionGrant.objects.filter(account=person, function=item.queue).exists()


@gesture
def release_item(*, actor: Actor, item: WorkItem, note: str) -> WorkItem:
    """One task back into its queue; without a queue it goes to the chief's queue of its unit.

    Raises:
        CannotAssign: nobody holds it.
        NotAllowed: neither its holder, the chief nor the system.
    """
    if not item.queue:
        WorkItem.unscoped.filter(pk=item.pk).update(queue="chief")
        item.queue = "chief"
    return give_back(actor=actor, item=item, note=note)


@gesture
def reassign_items(*, actor: Actor, items: Sequence[WorkItem], owner: Account | int | None = None, note: str = "") -> int:
    """Hand several tasks to one colleague, or back to their queues (owner None), in one action: all or none. Returns how many moved.

    Raises:
        CannotAssign: nothing was chosen, or the colleague lacks the function for one of them.
        NotAllowed: one of them is neither held by the actor nor in the actor's team.
    """
    if not items:
        raise CannotAssign(_("Choose at least one task."))
    moved = 0
    for item in WorkItem.unscoped.filter(pk__in=[item.pk for item in items]).order_by("pk"):
        if not access.may_assign(actor, item):
            raise NotAllowed(_("Only who holds the task, or the chief, hands it over."))
        if owner is not None:
            before = item.owner_id
            moved += assign(actor=actor, item=item, owner=owner, note=note).owner_id != before
        elif item.owner_id is not None:
            give_back(actor=actor, item=item, note=note)
            moved += 1
    return moved


def holders() -> list[int]:
    """Accounts that hold open tasks."""
    rows = WorkItem.unscoped.filter(state=ItemState.OPEN, owner__isnull=False)
    return list(rows.order_by("owner_id").values_list("owner_id", flat=True).distinct())
