"""Rights to classes of data, and sectors: rows that an administrator keeps, with what was before in the journal (D13, B26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.scope import DATA_CLASSES, data_classes
from parvis.kernel.subject import SubjectRef

from ..enums import Function
from ..errors import RightsRefused
from ..models import Account, AgentSector, ClassRight, Sector
from ..models.units import OPEN_END
from ..rights import class_functions
from .accounts import account_ref
from .guards import STREAM, require_administrator
from .units import _CODE, _checked_name

RIGHTS = SubjectRef("class_rights", 0)


def _author(actor: Actor) -> dict[str, object]:
    return {"recorded_at": clock.now(), "author_id": actor.account_id, "author_label": actor.label[:120]}


@gesture
def set_class_rights(
    *,
    actor: Actor,
    rights: dict[str, Collection[str]],
    valid_from: dt.date | None = None,
    expected: dict[str, Collection[str]] | None = None,
) -> list[str]:
    """Say which functions see which classes of data from a day on. Returns the classes that changed.

    Args:
        rights: class of data to its functions, for the classes that are given.
        expected: what the page showed. Only the cells that differ from it are changed: what a colleague changed meanwhile, or planned
            for a later day, stands. Two who change the same cell want the same: it has two values only.

    Raises:
        RightsRefused: unknown class or function, a day in the past, or a class that nobody could read any more.
    """
    require_administrator(actor)
    day = valid_from or clock.today()
    if day < clock.today():
        raise RightsRefused(
            _("Rights change from today on, not in the past: what was read was read under the rights of its day."), field="valid_from"
        )
    # One row per class of data would not serialise two administrators who change two cells: the table is small, lock what is there.
    list(ClassRight.objects.select_for_update().order_by("pk"))
    before = class_functions(day)
    changed: dict[str, list[list[str]]] = {}
    for name, functions in rights.items():
        wanted = {str(function) for function in functions}
        if name not in DATA_CLASSES or not wanted <= set(Function.values):
            raise RightsRefused(_("This value is not in the list."), code="unknown")
        if expected is not None:
            shown = {str(function) for function in expected.get(name, ())}
            wanted = (before[name] | (wanted - shown)) - (shown - wanted)
        if not wanted:
            raise RightsRefused(_("Somebody must be able to read each class of data: leave at least one function."), code="nobody")
        if wanted == before[name]:
            continue
        defaults = {str(one) for one in data_classes()[name]}
        for function in wanted ^ before[name]:
            _write(actor, name, function, function in wanted, function in defaults, day)
        changed[name] = [sorted(before[name]), sorted(wanted)]
    if changed:
        record(STREAM, actor=actor, verb="class_rights_set", subject=RIGHTS, values={**changed, "valid_from": day})
    return list(changed)


def _write(actor: Actor, name: str, function: str, allowed: bool, default: bool, day: dt.date) -> None:
    """End what differs from the product's default on that day and later, and write what differs from then on."""
    rows = ClassRight.objects.filter(data_class=name, function=function, valid_to__gt=day)
    for row in rows.order_by("pk"):
        row.valid_to = max(day, row.valid_from)
        row.save(update_fields=["valid_to"])
    if allowed != default:
        ClassRight.objects.update_or_create(
            data_class=name,
            function=function,
            valid_from=day,
            defaults={"allowed": allowed, "valid_to": OPEN_END, **_author(actor)},
        )


@gesture
def create_sector(*, actor: Actor, code: str, name: dict[str, str] | str, reserved: bool = False) -> Sector:
    """Make a sector.

    Raises:
        RightsRefused: the code is malformed or taken.
    """
    require_administrator(actor)
    code = code.strip().upper()
    if not _CODE.match(code):
        raise RightsRefused(_("A code has 1 to 20 capital letters, digits or hyphens."), field="code")
    names = _checked_name(name)
    try:
        with transaction.atomic():
            sector = Sector.objects.create(code=code, name=names, reserved=reserved)
    except IntegrityError:
        raise RightsRefused(_("Another sector has this code."), field="code", code="code_taken") from None
    record(
        STREAM, actor=actor, verb="sector_created", subject=sector_ref(sector), values={"code": code, "name": names, "reserved": reserved}
    )
    return sector


def sector_ref(sector: Sector) -> SubjectRef:
    return SubjectRef("sector", sector.pk)


@gesture
def update_sector(*, actor: Actor, sector: Sector, name: dict[str, str], reserved: bool, is_active: bool = True) -> Sector:
    """Rename a sector, reserve it to its agents, or take it out of use."""
    require_administrator(actor)
    sector = Sector.objects.select_for_update().get(pk=sector.pk)
    changes = {"name": _checked_name(name), "reserved": reserved, "is_active": is_active}
    values = {key: [getattr(sector, key), new] for key, new in changes.items() if getattr(sector, key) != new}
    if values:
        for key, (_old, new) in values.items():
            setattr(sector, key, new)
        sector.save(update_fields=list(values))
        record(STREAM, actor=actor, verb="sector_updated", subject=sector_ref(sector), values=values)
    return sector


@gesture
def add_agent_to_sector(
    *, actor: Actor, account: Account, sector: Sector, valid_from: dt.date | None = None, valid_to: dt.date | None = None
) -> AgentSector:
    """An agent works in a sector from a day on, until ``valid_to`` (the first day without it).

    Raises:
        RightsRefused: impossible dates, or already so in that period.
    """
    require_administrator(actor)
    start, end = valid_from or clock.today(), valid_to or OPEN_END
    if end <= start:
        raise RightsRefused(_("The last day lies before the first one."), field="last_day", code="dates")
    account = Account.objects.select_for_update().get(pk=account.pk)
    if AgentSector.objects.filter(account=account, sector=sector, valid_from__lt=end, valid_to__gt=start).exists():
        raise RightsRefused(_("This agent already works in this sector in that period."), field="account", code="overlap")
    row, made = AgentSector.objects.get_or_create(
        account=account, sector=sector, valid_from=start, defaults={"valid_to": end, **_author(actor)}
    )
    if not made:  # taken back on its first day: it runs again
        row.valid_to = end
        row.save(update_fields=["valid_to"])
    record(
        STREAM,
        actor=actor,
        verb="sector_given",
        subject=account_ref(account),
        values={"sector": [None, sector.code], "valid_from": start, "valid_to": end},
    )
    return row


@gesture
def end_agent_sector(*, actor: Actor, row: AgentSector, on: dt.date | None = None) -> AgentSector:
    """The agent no longer works in the sector: ``on`` is the first day without it.

    Raises:
        RightsRefused: it has ended already, or the day lies in the past.
    """
    require_administrator(actor)
    today = clock.today()
    row = AgentSector.objects.select_for_update().get(pk=row.pk)
    if row.valid_to <= today:
        raise RightsRefused(_("This has already ended."), code="ended")
    if on is not None and on < today:
        raise RightsRefused(_("It can be ended from today on, not in the past."), code="past")
    end = max(on or today, row.valid_from)
    record(
        STREAM,
        actor=actor,
        verb="sector_taken",
        subject=account_ref(row.account),
        values={"sector": [row.sector.code, None], "valid_to": [row.valid_to, end]},
    )
    row.valid_to = end
    row.save(update_fields=["valid_to"])
    return row
