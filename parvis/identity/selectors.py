"""Shared reads: the actor of a request, and who holds a function."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from parvis.kernel import clock
from parvis.kernel.actor import Actor, Grant

from .enums import SHORT_NAMES, Function
from .models import Account, FunctionGrant, Unit

if TYPE_CHECKING:
    from django.http import HttpRequest


def expand_grants(rows: list[FunctionGrant]) -> frozenset[Grant]:
    """A grant for a unit covers the units below it. One query when a unit is named, none otherwise."""
    branches = {row.unit.path for row in rows if row.unit_id}
    below: dict[str, list[int]] = {path: [] for path in branches}
    if branches:
        wanted = reduce(or_, (Q(path__startswith=path) for path in branches))
        for unit_id, path in Unit.objects.filter(wanted).values_list("pk", "path"):
            for branch in branches:
                if path.startswith(branch):
                    below[branch].append(unit_id)
    grants: set[Grant] = set()
    for row in rows:
        if row.unit_id is None:
            grants.add(Grant(function=row.function, unit_id=None))
        else:
            grants.update(Grant(function=row.function, unit_id=unit_id) for unit_id in below[row.unit.path])
    return frozenset(grants)


def account_and_grants(account_id: int, day: dt.date) -> tuple[Account | None, list[FunctionGrant]]:
    """An active account with its functions of the day: one query, two when it has none."""
    rows = list(FunctionGrant.objects.at(day).filter(account_id=account_id, account__is_active=True).select_related("account", "unit"))
    if rows:
        return rows[0].account, rows
    return Account.objects.filter(pk=account_id, is_active=True).first(), []


def build_actor(account: Account, rows: list[FunctionGrant], *, origin: str = "") -> Actor:
    return Actor(
        kind="agent",
        account_id=account.pk,
        label=account.display_name,
        language=account.language,
        grants=expand_grants(rows),
        origin=origin,
    )


def actor_for(account: Account, request: HttpRequest | None = None) -> Actor:
    """The actor an account is today. With a request, the one that its middleware built, if it is the same account."""
    built = getattr(request, "actor", None)
    if built is not None and built.account_id == account.pk:
        return built
    rows = list(FunctionGrant.objects.at(clock.today()).filter(account=account, account__is_active=True).select_related("unit"))
    return build_actor(account, rows)


def agents_with(function: str | Function, unit: Unit | int | None = None, *, day: dt.date | None = None) -> list[Account]:
    """Active agents who hold a function today. With a unit: for it, for one above it, or for the whole centre."""
    rows = FunctionGrant.objects.at(day or clock.today()).filter(function=str(function), account__is_active=True)
    if unit is not None:
        path = unit.path if isinstance(unit, Unit) else Unit.objects.values_list("path", flat=True).get(pk=unit)
        codes = path.strip("/").split("/")
        above = ["/" + "/".join(codes[: i + 1]) + "/" for i in range(len(codes))]
        rows = rows.filter(Q(unit__isnull=True) | Q(unit__path__in=above))
    return list(Account.objects.filter(pk__in=rows.values("account_id"), is_active=True).order_by("display_name", "pk"))


def unit_of(account: Account, function: str | Function, default: Unit, *, day: dt.date | None = None) -> Unit:
    """The unit in which an agent holds a function: ``default`` when a grant covers it, else the first granted one."""
    rows = FunctionGrant.objects.at(day or clock.today()).filter(account=account, function=str(function)).select_related("unit")
    held = [row.unit for row in rows.order_by("pk")]
    if not held or any(unit is None or default.path.startswith(unit.path) for unit in held):
        return default
    return next(unit for unit in held if unit is not None)


def units() -> QuerySet[Unit]:
    """Active units, each after its parent."""
    return Unit.objects.filter(is_active=True)


def demo_accounts() -> QuerySet[Account]:
    """Accounts that the role bar offers; none exist outside a demo instance."""
    return Account.objects.filter(is_demo=True, is_active=True)


@dataclass(frozen=True)
class DemoRole:
    """A function of the demonstration: who sits there at one click, and the colleagues who also have it."""

    function: str
    short: str
    accounts: tuple[Account, ...]

    @property
    def account(self) -> Account:
        return self.accounts[0]

    @property
    def label(self) -> str:
        return str(Function(self.function).label)


def demo_roles() -> list[DemoRole]:
    """Every function that a demo account has today, in the order of `Function`; who has the fewest others comes first. One query: the bar
    stands on every page of a demonstration."""
    accounts: dict[int, Account] = {}
    held: dict[str, set[int]] = {}
    count: Counter[int] = Counter()
    for grant in FunctionGrant.objects.at(clock.today()).filter(account__is_demo=True, account__is_active=True).select_related("account"):
        accounts[grant.account_id] = grant.account
        if grant.account_id not in held.setdefault(grant.function, set()):
            held[grant.function].add(grant.account_id)
            count[grant.account_id] += 1
    return [
        DemoRole(function, str(SHORT_NAMES[function]), tuple(accounts[pk] for pk in sorted(held[function], key=lambda pk: (count[pk], pk))))
        for function in Function.values
        if function in held
    ]
