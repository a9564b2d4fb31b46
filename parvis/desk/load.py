"""The load of a team: how much each agent holds, in the order of names, never of figures."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from parvis.identity.api import Account, FunctionGrant
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.workflows.api import items_for

from .todo import WEEK

#: What a task weighs: one, two when it is due within a week, three when it is late.
WEIGHS = {"open": 1, "week": 2, "late": 3}


@dataclass(frozen=True)
class Load:
    """``account_id`` None: what nobody holds. ``away``: holds tasks, and no function today or no account any more."""

    account_id: int | None
    name: str
    open: int
    late: int
    week: int
    away: bool = False

    @property
    def weight(self) -> int:
        rest = self.open - self.late - self.week
        return self.late * WEIGHS["late"] + self.week * WEIGHS["week"] + rest * WEIGHS["open"]


def loads(actor: Actor, agents: list[Account]) -> list[Load]:
    """Everybody who holds or could hold tasks of the chief's services, by name; first what nobody holds. Two queries."""
    today = clock.today()
    rows = (
        items_for(actor, "team")
        .select_related(None)
        .order_by()
        .values("owner_id", "owner__display_name", "owner__is_active")
        .annotate(
            total=Count("pk"),
            late=Count("pk", filter=Q(due_sort__lt=today)),
            week=Count("pk", filter=Q(due_sort__gte=today, due_sort__lt=today + WEEK)),
        )
    )
    held = {row["owner_id"]: row for row in rows}
    owners = [pk for pk in held if pk is not None]
    working = set(FunctionGrant.objects.at(today).filter(account__in=owners).order_by().values_list("account_id", flat=True))
    found = [
        Load(pk, row["owner__display_name"], row["total"], row["late"], row["week"], not row["owner__is_active"] or pk not in working)
        for pk, row in held.items()
        if pk is not None
    ]
    found += [Load(agent.pk, agent.display_name, 0, 0, 0) for agent in agents if agent.pk not in held]
    found.sort(key=lambda one: (one.name.casefold(), one.account_id or 0))
    free = held.get(None)
    return [Load(None, "", free["total"], free["late"], free["week"]), *found] if free else found
