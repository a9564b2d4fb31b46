"""Reads about absences and the tasks that they moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from parvis.identity.api import Proxy, running_proxies
from parvis.kernel import clock
from parvis.kernel.actor import Actor

from . import access
from .enums import ItemState
from .models import Away, WorkItem
from .selectors import READER, Card, cards, for_reader, holder_of

MOST = 200


@dataclass(frozen=True)
class Moved:
    """A task that an absence moved. ``card`` is empty, and the task has no link, for who may not open it."""

    item: WorkItem
    card: Card
    holder: str
    opens: bool


def away_by(actor: Actor, uuid: UUID) -> Away | None:
    """An absence that this reader may look at: their own, or one of which a task of theirs tells."""
    found = Away.objects.select_related("account").filter(uuid=uuid).first()
    if found is None or found.account_id == actor.stands_for:
        return found
    told = WorkItem.objects.visible_to(actor).filter(subject_type="away", subject_id=found.pk)
    return found if told.exists() else None


def told_of(actor: Actor, away: Away) -> bool:
    """Is there a task of this reader that waits to be read?"""
    rows = WorkItem.objects.visible_to(actor).filter(subject_type="away", subject_id=away.pk, state=ItemState.OPEN)
    return any(access.may_do(actor, item) for item in rows.select_related("away").order_by("pk")[:10])


def own_proxies(actor: Actor, away: Away) -> list[Proxy]:
    """With which this reader may act for the absent agent today."""
    if actor.by_proxy:
        return []
    rows = running_proxies(clock.today()).filter(giver=away.account_id, holder=actor.account_id)
    return list(rows.select_related("giver").order_by("valid_from", "pk")[:5])


def moved_by(actor: Actor, away: Away) -> list[tuple[str, str, list[Moved]]]:
    """Tasks that the absence moved and that nothing moved since under another one: what waits first, what was done last."""
    own = away.account_id == actor.stands_for
    rows = WorkItem.objects.visible_to(READER if own else actor).filter(away=away).select_related("owner", "unit")
    items = list((for_reader(rows, actor) if own else rows).order_by("due_sort", "pk")[:MOST])
    opens = {item.pk: bool(getattr(item, "opens", True)) for item in items}
    known = cards(actor, [item.subject for item in items if opens[item.pk]])
    found: dict[str, list[Moved]] = {"waits": [], "back": [], "others": [], "done": []}
    for item in items:
        if not item.is_open:
            kind = "done"
        elif item.away_until is not None:
            kind = "waits"
        else:
            kind = "back" if item.owner_id == away.account_id else "others"
        found[kind].append(Moved(item, known.get(item.subject, Card()), holder_of(item), opens[item.pk]))
    titles = {
        "waits": _("Waiting, kept for the return"),
        "back": _("In the agent’s hands again"),
        "others": _("Taken by others"),
        "done": _("Done meanwhile"),
    }
    return [(kind, titles[kind], some) for kind, some in found.items() if some]


def absent_now(account_ids: Collection[int]) -> dict[int, date]:
    """Who of these is absent, with the last day. One query."""
    rows = Away.objects.filter(account__in=list(account_ids), live=1)
    return {row.account_id: row.last_day for row in rows}


def proxy_for(actor: Actor, item: WorkItem) -> Any:
    """The proxy by which a task is done that this person keeps for an absent colleague; None when it needs none."""
    if not access.only_by_proxy(actor, item) or item.away is None:
        return None
    return next(iter(own_proxies(actor, item.away)), None)
