"""Absence moves the case, not the person (F8): what falls into an absence has somebody else who acts.

What an absent agent held and is due before the first day back, and what comes while away, goes to the colleague who stands in (a proxy that runs,
within its functions and files), else into its queue. It stays marked for the agent, who has it back on that day unless somebody took it. Who
stands in, the head of the service and, on return, the agent each have one task that leads to the page of the absence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.identity.api import Account, FunctionGrant, Proxy, Unit, actor_for, agents_with, running_proxies
from parvis.identity.enums import Function
from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import is_closed
from parvis.ui import formats

from .. import access
from ..enums import ItemEventKind, ItemState
from ..models import Away, WorkItem, WorkItemEvent
from .absence import may_keep
from .items import _hand, account_of, finish_item, open_item

SCREEN = "workflows.away"
LOOKS_BACK, LOOKS_AHEAD = dt.timedelta(days=62), dt.timedelta(days=400)
Span = tuple[dt.date, dt.date]

STANDS_IN = {
    "fr": "Vous remplacez un collègue absent",
    "nl": "U vervangt een afwezige collega",
    "de": "Sie vertreten eine abwesende Person",
    "en": "You stand in for an absent colleague",
}
IN_QUEUE = {
    "fr": "Tâches d’un collègue absent, sans remplaçant",
    "nl": "Taken van een afwezige collega, zonder vervanger",
    "de": "Aufgaben einer abwesenden Person, ohne Vertretung",
    "en": "Tasks of an absent colleague, with nobody standing in",
}
BACK = {
    "fr": "Ce qui s’est fait pendant votre absence",
    "nl": "Wat tijdens uw afwezigheid is gedaan",
    "de": "Was während Ihrer Abwesenheit geschah",
    "en": "What was done while you were away",
}


# When ------------------------------------------------------------------------------------------------------------------
def spans_on(account_ids: Collection[int], day: dt.date) -> dict[int, Span]:
    """Who of these is absent on a day: from when, and the first day back. Absences with nothing but closed days between them are one."""
    noted: dict[int, list[Span]] = {}
    for source in registries.absences.all():
        for account, spans in source(sorted(account_ids), day - LOOKS_BACK, day + LOOKS_AHEAD).items():
            noted.setdefault(account, []).extend(spans)
    found: dict[int, Span] = {}
    for account, spans in noted.items():
        for first, until in _joined(spans):
            if first <= day < until:
                found[account] = first, until
    return found


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, until in sorted(spans):
        if joined and _no_work_between(joined[-1][1], first):
            joined[-1] = joined[-1][0], max(joined[-1][1], until)
        else:
            joined.append((first, until))
    return joined


def _no_work_between(end: dt.date, start: dt.date) -> bool:
    days = (start - end).days
    return days <= 0 or (days <= 5 and all(is_closed(end + dt.timedelta(days=at)) for at in range(days)))


def follow_all() -> int:
    """Every agent of the house, by the hour: absences begin, change and end. Returns how many were looked at."""
    running = set(Away.objects.filter(live=1).values_list("account_id", flat=True))
    spans = spans_on(list(Account.objects.filter(is_active=True).values_list("pk", flat=True)), clock.today())
    wanted = sorted(running | spans.keys())
    for account in wanted:
        follow_absence(actor=system_actor("absences"), account=account)
    return len(wanted)


@gesture
def follow_absence(*, actor: Actor, account: Account | int) -> Away | None:
    """Make of an agent's absence what it asks for today. Safe to repeat. Returns the absence that runs."""
    person = account_of(account)
    if person is None:
        return None
    away = Away.objects.select_for_update().filter(account=person, live=1).first()
    span = spans_on([person.pk], clock.today()).get(person.pk)
    if span is None:
        if away is not None:
            _return(away, person)
        return None
    if away is None:
        away = Away.objects.create(account=person, first_on=span[0], until=span[1], began_at=clock.now())
        _note(actor, away, "workflows.away.begun", {"account": person.pk, "from": span[0], "until": span[1]})
    elif away.until != span[1]:
        _note(actor, away, "workflows.away.changed", {"until": [away.until, span[1]]})
        away.until = span[1]
        Away.objects.filter(pk=away.pk).update(until=span[1])
        WorkItem.unscoped.filter(away=away, away_until__isnull=False, state=ItemState.OPEN).update(away_until=span[1])
    away.account = person
    _move(away)
    return away


def _note(actor: Actor, away: Away, verb: str, values: dict[str, Any]) -> None:
    mutations.record("context:workflows", actor=actor, verb=verb, subject=ref_of(away), values=values)


def ref_of(away: Away) -> SubjectRef:
    return SubjectRef("away", away.pk)


# Away ------------------------------------------------------------------------------------------------------------------
def falls_within(away: Away) -> Q:
    """Tasks that cannot wait for the return: due before it, or without a day and come since the absence began. What the agent took in person while
    away is the agent's own choice."""
    begin = dt.datetime.combine(away.first_on, dt.time(), clock.zone())
    own = WorkItemEvent.unscoped.filter(item=OuterRef("pk"), kind=ItemEventKind.TAKEN, at__gte=begin, actor_id=away.account_id)
    return (Q(due_on__lt=away.until) | Q(due_on__isnull=True, opened_at__gte=begin)) & ~Exists(own) & ~Q(subject_type="away")


def falling_within(account_id: int, spans: Iterable[Span]) -> int:
    """How many open tasks of an agent are due within these absences, with those that moved already."""
    held = Q(pk__in=[])
    for _first, until in spans:
        held |= Q(owner=account_id, due_on__lt=until)
    moved = Q(away__account=account_id, away_until__isnull=False)
    return WorkItem.unscoped.filter(held | moved, state=ItemState.OPEN).count()


def stand_ins(account_id: int) -> list[Proxy]:
    """Colleagues who may act for an agent today, and are there to do it."""
    today = clock.today()
    rows = running_proxies(today).filter(giver=account_id, holder__is_active=True)
    found = list(rows.select_related("holder").order_by("valid_from", "pk"))
    absent = spans_on([row.holder_id for row in found], today) if found else {}
    return [row for row in found if row.holder_id not in absent]


def _covers(proxy: Proxy, item: WorkItem, own: Collection[str]) -> bool:
    """Within the functions and files that the proxy names. The queue of a function that was never the agent's ``own`` is where a task falls back
    to: the task is the agent's by name, and goes along."""
    if item.queue in own and proxy.function_names and item.queue not in proxy.function_names:
        return False
    return not proxy.only or f"dossier:{item.dossier_key}" in proxy.only.split(",")


def _move(away: Away) -> None:
    """Everything that waits for the absent agent into other hands; what moved before follows who stands in today."""
    proxies = stand_ins(away.account_id)
    own = set(FunctionGrant.objects.filter(account=away.account_id).values_list("function", flat=True)) if proxies else set()
    refused = WorkItemEvent.unscoped.filter(item=OuterRef("pk"), kind=ItemEventKind.RETURNED, at__gte=away.began_at, actor_id__isnull=False)
    held = Q(owner=away.account_id) & falls_within(away)
    kept = Q(away=away, away_until__isnull=False)
    rows = WorkItem.unscoped.filter(held | kept, state=ItemState.OPEN).annotate(refused=Exists(refused))
    holders: set[int] = set()
    units: set[int | None] = set()
    for item in rows.select_for_update().order_by("due_sort", "pk"):
        proxy = next((one for one in proxies if _covers(one, item, own)), None)
        heir = proxy.holder if proxy is not None else None
        if item.owner_id is None and (heir is None or item.refused):
            continue  # waits in its queue already
        if heir is not None and item.owner_id == heir.pk:
            continue
        _pass_on(item, away, heir)
        if heir is not None:
            holders.add(heir.pk)
        else:
            units.add(item.unit_id)
    for account in sorted(holders):
        _tell_stand_in(away, account)
    _tell_heads(away, units)
    _settled(away)


def _pass_on(item: WorkItem, away: Away, heir: Account | None) -> None:
    name = away.account.display_name
    values = {"away": away, "away_name": name[:120], "away_until": away.until}
    if heir is None and not item.queue:
        values["queue"] = Function.CHIEF.value
    WorkItem.unscoped.filter(pk=item.pk, state=ItemState.OPEN).update(**values)
    if "queue" in values:
        item.queue = Function.CHIEF.value
    note = _("%(who)s is absent until %(day)s") % {"who": name, "day": formats.day(away.last_day)}
    kind = ItemEventKind.ASSIGNED if heir else ItemEventKind.RETURNED
    _hand(item, actor=system_actor("absences"), owner=heir, kind=kind, note=note, expect=item.owner_id, keeps=True)


def _kept(away: Away) -> QuerySet[WorkItem]:
    """What the absence moved and nobody took."""
    return WorkItem.unscoped.filter(away=away, away_until__isnull=False, state=ItemState.OPEN).order_by("due_sort", "pk")


def _tell(away: Away, items: QuerySet[WorkItem], title: dict[str, str], key: str, **whose: Any) -> None:
    """One task that says so, due with the first of those that wait; told again when more come, once it was read."""
    waits = list(items)
    dues = [item.due_on for item in waits if item.due_on is not None]
    due_on = max(min(dues), clock.today()) if dues else clock.today()
    tasks = ngettext("%(n)s task", "%(n)s tasks", len(waits)) % {"n": len(waits)}
    why = _("%(who)s, absent until %(day)s · %(tasks)s")
    why %= {"who": away.account.display_name, "day": formats.day(away.last_day), "tasks": tasks}
    system = system_actor("absences")
    made = open_item(actor=system, subject=ref_of(away), title=title, screen=SCREEN, due_on=due_on, why=why, key=key, **whose)
    if (made.why, made.due_on) != (why, due_on):  # told before, and not read yet
        WorkItem.unscoped.filter(pk=made.pk).update(why=why[:500], due_on=due_on, due_sort=due_on)


def _tell_stand_in(away: Away, account: int) -> None:
    _tell(away, _kept(away).filter(owner=account), STANDS_IN, f"stand-in-{account}", owner=account)


def _tell_heads(away: Away, unit_ids: Collection[int | None]) -> None:
    """The head of each service concerned; of the one above when the head is who is absent; an administrator when nobody else leads."""
    for unit_id in unit_ids:
        unit = Unit.objects.filter(pk=unit_id).first() if unit_id else None
        heads = {one.pk for one in agents_with(Function.CHIEF, unit)} - {away.account_id}
        heads -= spans_on(heads, clock.today()).keys()
        queue = Function.CHIEF if heads else Function.ADMINISTRATOR
        at = unit_id if heads and unit is not None else None
        waits = _kept(away).filter(owner__isnull=True)
        waits = waits.filter(unit=unit) if unit is not None else waits.filter(unit__isnull=True)
        _tell(away, waits, IN_QUEUE, f"queue-{unit_id or 0}", queue=queue.value, unit_id=at)


def _settled(away: Away, *, over: bool = False) -> None:
    """What was told is done when nothing of it waits any more."""
    for item in WorkItem.unscoped.filter(subject_type="away", subject_id=away.pk, state=ItemState.OPEN).exclude(step="back"):
        kept = _kept(away)
        who, _sep, key = item.step.rpartition("-")
        if who == "stand-in":
            waits = kept.filter(owner_id=int(key))
        else:
            waits = kept.filter(owner__isnull=True).filter(Q(unit_id=int(key)) if int(key) else Q(unit__isnull=True))
        if over or not waits.exists():
            finish_item(item, actor=system_actor("absences"), state=ItemState.DONE)


# Back ------------------------------------------------------------------------------------------------------------------
def _return(away: Away, person: Account) -> None:
    """What nobody took is the agent's again; the agent is told what became of the rest."""
    system = system_actor("absences")
    rights = actor_for(person) if person.is_active else None
    back = 0
    for item in _kept(away).select_for_update():
        if rights is not None and may_keep(person, rights, item):
            note = _("%(who)s is back") % {"who": person.display_name}
            _hand(item, actor=system, owner=person, kind=ItemEventKind.ASSIGNED, note=note, expect=item.owner_id)
            back += 1
        elif item.owner_id is not None:
            _hand(item, actor=system, owner=None, kind=ItemEventKind.RETURNED, expect=item.owner_id)
        else:
            WorkItem.unscoped.filter(pk=item.pk).update(away_until=None, away_name="")
    _settled(away, over=True)
    Away.objects.filter(pk=away.pk).update(ended_at=clock.now(), live=None)
    moved = WorkItem.unscoped.filter(away=away)
    done, others = moved.exclude(state=ItemState.OPEN).count(), moved.filter(state=ItemState.OPEN).exclude(owner=person).count()
    _note(system, away, "workflows.away.ended", {"back": back, "done": done, "others": others})
    if rights is not None and (back or done or others):
        why = _("done: %(done)s · with colleagues or in a queue: %(others)s · yours again: %(back)s")
        open_item(
            actor=system,
            subject=ref_of(away),
            title=BACK,
            screen=SCREEN,
            owner=person,
            due_on=clock.today(),
            why=why % {"done": done, "others": others, "back": back},
            key="back",
        )


@gesture
def note_read(*, actor: Actor, away: Away) -> int:
    """Who was told has read it: their task is done. Returns how many were."""
    rows = WorkItem.unscoped.filter(subject_type="away", subject_id=away.pk, state=ItemState.OPEN)
    items = [item for item in rows.order_by("pk") if access.may_do(actor, item)]
    for item in items:
        finish_item(item, actor=actor, state=ItemState.DONE)
    return len(items)
