"""Shared reads: the actor of a request, and who holds a function."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor, Grant, Kept
from parvis.kernel.scope import data_classes
from parvis.kernel.statements import Statement, one_of

from .enums import SHORT_NAMES, Function
from .models import Account, AgentSector, ClassRight, FunctionGrant, KeptReading, Opening, OwnPerson, Proxy, Sector, Unit

if TYPE_CHECKING:
    from django.http import HttpRequest


# Functions that a colleague may exercise for another. Members and the president are named by the council, administrators and auditors by the
# centre: nobody takes their place by a private arrangement.
PROXY_FUNCTIONS = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.NURSE,
    Function.LAWYER,
    Function.COMMITTEE_SECRETARY,
    Function.PAYER,
    Function.RELEASER,
    Function.ACCOUNTANT,
    Function.REGISTER_CELL,
)
# Their scope follows the file: only they can be handed on for some files.
PROXY_BY_FILE = (Function.SOCIAL_WORKER, Function.CHIEF)


@dataclass
class Read:
    """What one query says of an actor besides functions."""

    below: list[tuple[int, str]]
    rights: frozenset[tuple[str, str]]
    sectors: frozenset[int]
    barred: frozenset[int]
    opened: frozenset[tuple[str, int]]
    kept: frozenset[Kept]
    person_id: int | None
    proxy: tuple[str, str] | None


def _text(value: Any) -> Any:
    return Cast(value, CharField())


def running_proxies(day: Any) -> QuerySet[Proxy]:
    """Accepted, not declined since and not ended: as ``Proxy.runs_on`` says of one."""
    return Proxy.objects.at(day).filter(accepted_at__isnull=False, declined_at__isnull=True, ended_at__isnull=True)


def _openings(account: Any, moment: Any, *, now: bool) -> QuerySet[Opening]:
    """Those that run now; on another day, those that ran at its noon."""
    if now:
        return Opening.objects.filter(account=account, expires_at__gt=moment, ended_at__isnull=True)
    return Opening.objects.filter(account=account, opened_at__lte=moment, expires_at__gt=moment).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=moment)
    )


def _rights(at: dict[str, Any], branches: Collection[str], *, now: bool, by_proxy: bool) -> QuerySet[Any]:
    """The query of ``read_rights``."""
    wanted = reduce(or_, (Q(path__startswith=path) for path in branches)) if branches else Q(pk__in=[])
    parts = [
        ClassRight.objects.at(at["day"])
        .order_by()
        .annotate(k=Case(When(allowed=True, then=Value("+")), default=Value("-"), output_field=CharField()))
        .values_list("k", _text("data_class"), _text("function")),
        AgentSector.objects.at(at["day"])
        .filter(Q(sector__is_active=True) | Q(sector__reserved=True), account=at["stands_for"])
        .order_by()
        .values_list(Value("s", CharField()), _text("sector_id"), Value("", CharField())),
        # Out of use is out of the lists: what it holds back stays held back.
        Sector.objects.filter(reserved=True).order_by().values_list(Value("x", CharField()), _text("pk"), Value("", CharField())),
        OwnPerson.objects.filter(account=at["account"])
        .order_by()
        .values_list(Value("i", CharField()), _text("person_id"), Value("", CharField())),
    ]
    if branches:
        below = reduce(or_, (Q(unit__path__startswith=path) for path in branches))
        terms = Concat(_text("subject_type"), Value("|"), _text("unit_id"), Value("|"), _text("classes"), output_field=CharField())
        parts.append(
            KeptReading.objects.filter(below, valid_from__lte=at["day"], valid_to__gt=at["day"])
            .order_by()
            .values_list(Value("k", CharField()), _text("subject_id"), terms)
        )
        parts.append(Unit.objects.filter(wanted).order_by().values_list(Value("u", CharField()), _text("pk"), _text("path")))
    if not by_proxy:
        parts.append(
            _openings(at["account"], at["moment"], now=now)
            .order_by()
            .values_list(Value("o", CharField()), _text("subject_type"), _text("subject_id"))
        )
    else:
        parts.append(
            running_proxies(at["day"])
            .filter(pk=at["proxy"], holder=at["account"], giver=at["stands_for"], giver__is_active=True)
            .order_by()
            .values_list(Value("p", CharField()), _text("functions"), _text("only"))
        )
    return parts[0].union(*parts[1:], all=True)


_RIGHTS = Statement("identity.rights")


def read_rights(account_id: int, branches: set[str], day: dt.date, *, stands_for: int, proxy_id: int | None = None) -> Read:
    """Units below the granted ones, rights to classes of data, sectors, openings, proxy: one query of several small tables.

    Sectors, relations and person follow ``stands_for``; exceptional openings are personal: those of ``account_id``, and none by proxy.
    """
    now = day == clock.today()
    moment = clock.now() if now else dt.datetime.combine(day, dt.time(12), clock.zone())
    values: dict[str, Any] = {"account": account_id, "stands_for": stands_for, "day": day, "moment": moment}
    if proxy_id is not None:
        values["proxy"] = proxy_id
    kinds = _RIGHTS.rows(
        (tuple(sorted(branches)), now, proxy_id is None),
        lambda at: _rights(at, sorted(branches), now=now, by_proxy=proxy_id is not None),
        **values,
    )
    rows: dict[str, list[tuple[str, str]]] = {}
    for kind, first, second in kinds:
        rows.setdefault(kind, []).append((first, second))
    rights = {(name, str(function)) for name, functions in data_classes().items() for function in functions}
    rights |= set(rows.get("+", []))
    rights -= set(rows.get("-", []))
    sectors = frozenset(int(one) for one, _none in rows.get("s", []))
    return Read(
        below=[(int(pk), path) for pk, path in rows.get("u", [])],
        rights=frozenset(rights),
        sectors=sectors,
        barred=frozenset(int(one) for one, _none in rows.get("x", [])) - sectors,
        opened=frozenset((kind, int(pk)) for kind, pk in rows.get("o", [])),
        kept=frozenset(_kept(int(pk), terms) for pk, terms in rows.get("k", [])),
        person_id=next((int(one) for one, _none in rows.get("i", [])), None),
        proxy=next(iter(rows.get("p", [])), None),
    )


def _kept(pk: int, terms: str) -> Kept:
    kind, unit, classes = terms.split("|")
    return Kept(kind, pk, int(unit), frozenset(name for name in classes.split(",") if name))


def expand_grants(rows: list[FunctionGrant], below: list[tuple[int, str]]) -> frozenset[Grant]:
    """A grant for a unit covers the units below it."""
    grants: set[Grant] = set()
    for row in rows:
        if row.unit_id is None:
            grants.add(Grant(function=row.function, unit_id=None))
        else:
            grants.update(Grant(function=row.function, unit_id=pk) for pk, path in below if row.unit and path.startswith(row.unit.path))
    return frozenset(grants)


_GRANTS = Statement("identity.grants")


def account_and_grants(
    account_id: int, day: dt.date, stands_for: int | None = None
) -> tuple[Account | None, list[FunctionGrant], list[FunctionGrant]]:
    """An active account with its functions of the day, and those of the colleague it acts for: one query, two when it has none."""
    found = _GRANTS.rows(
        (),
        lambda at: (
            FunctionGrant.objects.at(at["day"])
            .filter(one_of("account", at["wanted"]), account__is_active=True)
            .select_related("account", "unit")
        ),
        day=day,
        wanted=[account_id] if stands_for is None else [account_id, stands_for],
    )
    own = [row for row in found if row.account_id == account_id]
    others = [row for row in found if row.account_id != account_id]
    if own:
        return own[0].account, own, others
    return Account.objects.filter(pk=account_id, is_active=True).first(), [], others


def build_actor(account: Account, rows: list[FunctionGrant], *, origin: str = "", day: dt.date | None = None) -> Actor:
    """The actor of an account with these functions. One query, none when it holds nothing."""
    bare = Actor(kind="agent", account_id=account.pk, label=account.display_name, language=account.language, origin=origin)
    if not rows:
        return bare
    branches = {row.unit.path for row in rows if row.unit}
    read = read_rights(account.pk, branches, day or clock.today(), stands_for=account.pk)
    return replace(
        bare,
        grants=expand_grants(rows, read.below),
        class_rights=read.rights,
        sectors=read.sectors,
        barred_sectors=read.barred,
        opened=read.opened,
        kept=read.kept,
        person_id=read.person_id,
        day=day if day is not None and day != clock.today() else None,
    )


def build_proxy_actor(account: Account, giver: FunctionGrant | None, rows: list[FunctionGrant], proxy_id: int) -> Actor | None:
    """The actor of an account that acts for a colleague: what the colleague may hand on, nothing of one's own. None: the proxy ended."""
    if giver is None:
        return None
    colleague = giver.account
    branches = {row.unit.path for row in rows if row.unit}
    read = read_rights(account.pk, branches, clock.today(), stands_for=colleague.pk, proxy_id=proxy_id)
    if read.proxy is None:
        return None
    named, files = read.proxy
    allowed = set(named.split(",")) if named else {str(name) for name in PROXY_FUNCTIONS}
    allowed &= {str(name) for name in (PROXY_BY_FILE if files else PROXY_FUNCTIONS)}
    # Both names, in the centre's language, wherever an author is kept or printed; the journal has them apart too.
    with translation.override(settings.LANGUAGE_CODE):
        label = _("%(me)s for %(name)s") % {"me": account.display_name, "name": colleague.display_name}
    only = frozenset((kind, int(pk)) for kind, _sep, pk in (one.partition(":") for one in files.split(",") if one)) if files else None
    return Actor(
        kind="agent",
        account_id=account.pk,
        label=label,
        language=account.language,
        grants=frozenset(grant for grant in expand_grants(rows, read.below) if str(grant.function) in allowed),
        on_behalf_of_id=colleague.pk,
        on_behalf_of_label=colleague.display_name,
        class_rights=read.rights,
        sectors=read.sectors,
        barred_sectors=read.barred,
        only=only,
        kept=read.kept,
        person_id=read.person_id,
    )


def actor_for(account: Account, request: HttpRequest | None = None) -> Actor:
    """The actor an account is today. With a request, the one that its middleware built, if it is the same account."""
    built = getattr(request, "actor", None)
    if built is not None and built.account_id == account.pk:
        return built
    return actor_on(account, clock.today())


def actor_on(account: Account, day: dt.date) -> Actor:
    """The actor that an account is, was or will be on a day, with its functions, rights and sectors of that day."""
    rows = list(FunctionGrant.objects.at(day).filter(account=account, account__is_active=True).select_related("unit"))
    return build_actor(account, rows, day=day)


def actor_by_proxy(proxy: Proxy) -> Actor | None:
    """The actor that the holder of a proxy is while using it; None when it does not run today, or the giver holds nothing."""
    account, _own, rows = account_and_grants(proxy.holder_id, clock.today(), proxy.giver_id)
    if account is None or not rows:
        return None
    return build_proxy_actor(account, rows[0], rows, proxy.pk)


def agents_with(function: str | Function, unit: Unit | int | None = None, *, day: dt.date | None = None) -> list[Account]:
    """Active agents who hold a function today. With a unit: for it, for one above it, or for the whole centre."""
    rows = FunctionGrant.objects.at(day or clock.today()).filter(function=str(function), account__is_active=True)
    if unit is not None:
        path = unit.path if isinstance(unit, Unit) else Unit.objects.values_list("path", flat=True).get(pk=unit)
        codes = path.strip("/").split("/")
        above = ["/" + "/".join(codes[: i + 1]) + "/" for i in range(len(codes))]
        rows = rows.filter(Q(unit__isnull=True) | Q(unit__path__in=above))
    return list(Account.objects.filter(pk__in=rows.values("account_id"), is_active=True).order_by("display_name", "pk"))


def functions_held(account_ids: Collection[int]) -> dict[int, list[tuple[dt.date, dt.date, str, dict[str, str] | None]]]:
    """Functions of accounts over time: from, until (half-open), the function in words, the names of the unit (None: the whole centre)."""
    held: dict[int, list[tuple[dt.date, dt.date, str, dict[str, str] | None]]] = {}
    rows = FunctionGrant.objects.filter(account__in=sorted(account_ids)).select_related("unit") if account_ids else []
    for row in sorted(rows, key=lambda row: (Function.values.index(row.function), row.pk)):
        held.setdefault(row.account_id, []).append(
            (row.valid_from, row.valid_to, str(Function(row.function).label), row.unit.name if row.unit else None)
        )
    return held


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


def unit_choices(actor: Actor) -> list[tuple[str, str]]:
    """Services that a list may be narrowed to: the actor's own, or all for who works for the whole centre."""
    own = actor.units
    return [(str(unit.pk), unit.name) for unit in units() if not own or unit.pk in own]


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


#: The bar stands on every page of a demonstration: it is read anew after this many seconds.
BAR_SECONDS = 10.0
_bar: dict[tuple[dt.date, str], tuple[float, list[DemoRole]]] = {}


def demo_bar() -> list[DemoRole]:
    """``demo_roles`` as the bar shows them: who was given a function a moment ago may not sit there yet."""
    key, now = (clock.today(), translation.get_language()), time.monotonic()
    read, roles = _bar.get(key, (0.0, []))
    if not roles or now - read > BAR_SECONDS:
        roles = demo_roles()
        _bar.clear()
        _bar[key] = now, roles
    return roles


def demo_roles() -> list[DemoRole]:
    """Every function that a demo account has today, in the order of `Function`; who has the fewest others comes first. One query."""
    accounts: dict[int, Account] = {}
    held: dict[str, set[int]] = {}
    count: Counter[int] = Counter()
    rows = (
        FunctionGrant.objects.at(clock.today()).filter(account__is_demo=True, account__is_active=True).select_related("account").order_by()
    )
    for grant in rows.only("function", "account__uuid", "account__username", "account__display_name"):
        accounts[grant.account_id] = grant.account
        if grant.account_id not in held.setdefault(grant.function, set()):
            held[grant.function].add(grant.account_id)
            count[grant.account_id] += 1
    return [
        DemoRole(
            function,
            str(SHORT_NAMES[Function(function)]),
            tuple(accounts[pk] for pk in sorted(held[function], key=lambda pk: (count[pk], pk))),
        )
        for function in Function.values
        if function in held
    ]
