"""Shared reads: my tasks, where a file is, the steps of its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Sql
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import get_language

from parvis.identity.api import Account, agents_with
from parvis.identity.enums import Function
from parvis.kernel import asof, clock, memo, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.links import links
from parvis.kernel.scope import NOTHING
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef

from . import access
from .bpmn.reading import StepDef
from .enums import HAND_OVERS, CaseState, ItemState
from .models import Case, ProcessVersion, WorkItem, WorkItemEvent

#: Where a file is, is told to whoever may open the file: its caller has looked at that. Figures are the same for everybody.
READER = system_actor("workflows.reader")

CASES_SHOWN = 12


@dataclass(frozen=True)
class Whereabouts:
    """One answer to "where is this file, since when, who has it"."""

    step: str
    title: dict[str, str]
    since: datetime
    holder: str
    due_on: date | None
    owner_id: int | None = None
    queue: str = ""
    url: str = ""
    subject: SubjectRef | None = None
    process: str = ""
    clock: str = ""
    due_from: date | None = None


@dataclass(frozen=True)
class Step:
    """One step of a file's way, for the ribbon. ``state``: done, current or todo; ``on`` the day it was done or opened."""

    key: str
    title: dict[str, str]
    state: str
    on: date | None = None
    holder: str = ""
    due_on: date | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Card:
    """What a task is about, as this reader may see it."""

    title: str = ""
    detail: str = ""
    url: str = ""


def queue_label(code: str, unit: Any = None) -> str:
    """ "Head social worker · North team": a queue as people call it."""
    label = str(Function(code).label) if code in Function.values else code
    name = unit.name_in((get_language() or "fr")[:2]) if unit is not None else ""
    return f"{label} · {name}" if name else label


def holder_of(item: WorkItem) -> str:
    """Who has it: the owner's name, else the queue. The item comes with ``owner`` and ``unit``; on a past day with who had it then."""
    then: str | None = getattr(item, "holder_then", None)
    if then is not None:
        return then
    if item.owner_id is not None and item.owner is not None:
        return item.owner.display_name
    return queue_label(item.queue, item.unit)


def item_url(item: WorkItem) -> str:
    """Where a task is opened: it leads on to the page of its screen. Costs no query, whatever the screen."""
    return reverse("workflows:task", args=[item.uuid])


def screen_url(item: WorkItem) -> str:
    """The page of another context on which the task is done; empty when the generic one is."""
    if item.screen and item.screen in registries.screens:
        return registries.screens.get(item.screen).url(item.subject)
    return ""


def cards(actor: Actor, subjects: Iterable[SubjectRef]) -> dict[SubjectRef, Card]:
    """What the subjects are about. One call per type of subject where its context offers it (``subject_cards``), so that a list of
    any length costs the same number of queries.
    """
    by_type: dict[str, list[SubjectRef]] = {}
    for subject in dict.fromkeys(subjects):
        by_type.setdefault(subject.type, []).append(subject)
    found: dict[SubjectRef, Card] = {}
    for kind, refs in by_type.items():
        if kind in registries.subject_cards:
            for ref, card in registries.subject_cards.get(kind)(actor, refs).items():
                found[ref] = Card(str(card.title), str(card.detail), card.url)
        elif kind in registries.subject_links:
            found |= {ref: Card(title=str(title), url=url) for ref, (title, url) in links(actor, refs).items()}
    return found


# Lists ----------------------------------------------------------------------------------------------------------------
def items_for(actor: Actor, which: str = "todo") -> QuerySet[WorkItem]:
    """Open tasks in the order of their due date, with owner and unit. ``which``: mine (I hold them), queues (nobody does, in my
    queues), todo (both), team (of the units I lead).
    """
    rows = WorkItem.objects.visible_to(actor).filter(state=ItemState.OPEN)
    free = access.queues_q(actor) & Q(owner__isnull=True)
    wanted = {
        "mine": access.mine_q(actor),
        "queues": free,
        "todo": access.mine_q(actor) | free,
        "team": access.team_q(actor),
    }[which]
    return rows.filter(wanted).select_related("owner", "unit").order_by("due_sort", "pk")


_COUNTS = Statement("workflows.counts")


def counts_for(actor: Actor) -> dict[str, int]:
    """How many tasks stand in each list, in one query, and how many of mine are late or due this week."""
    today = clock.today()
    week = date.fromordinal(today.toordinal() + 7)
    free, team = access.queues_q(actor) & Q(owner__isnull=True), access.team_q(actor)

    def read(_at: dict[str, Any]) -> QuerySet[Any]:
        rows = WorkItem.objects.visible_to(actor).filter(access.mine_q(actor) | free | team, state=ItemState.OPEN).order_by()
        # Grouped, not six conditional counts: each would carry the conditions of mine and of the queues through the statement again.
        held = Sql(When(access.mine_q(actor), then=Value("mine")), When(free, then=Value("queues")), default=Value(""))
        term = Sql(When(due_sort__lt=today, then=Value("late")), When(due_sort__lt=week, then=Value("week")), default=Value(""))
        led = Value(0) if team == NOTHING else Sql(When(team, then=1), default=0)
        return rows.values(held=held, term=term, led=led).annotate(n=Count("pk")).values_list("held", "term", "led", "n")

    counts = dict.fromkeys(("mine", "queues", "todo", "team", "late", "week"), 0)
    for own, when, mine, n in _COUNTS.rows(actor, read):
        for key in ("todo", own, when) if own else ():
            counts[key] = counts.get(key, 0) + n
        counts["team"] += n * mine
    counts.pop("", None)
    return counts


def unowned_count(actor: Actor | None = None) -> int:
    """Open tasks that nobody holds, or whose holder works here no more: in the house, the same figure for everybody (F6), or those that
    an actor may open.
    """
    return (
        WorkItem.objects.visible_to(actor or READER)
        .filter(state=ItemState.OPEN)
        .filter(Q(owner__isnull=True) | Q(owner__in=Account.objects.filter(is_active=False)))
        .count()
    )


# Where is it ----------------------------------------------------------------------------------------------------------
def _place(item: WorkItem) -> Whereabouts:
    return Whereabouts(
        step=item.step,
        title=item.title,
        since=item.held_since,
        holder=holder_of(item),
        due_on=item.due_on,
        owner_id=item.owner_id,
        queue=item.queue,
        url=item_url(item) if getattr(item, "opens", True) else "",
        subject=item.subject,
        process=item.case.process_key if item.case else "",
        clock=item.clock,
        due_from=item.due_from,
    )


def _where(rows: QuerySet[WorkItem]) -> list[Whereabouts]:
    rows = rows.filter(state=ItemState.OPEN).select_related("owner", "unit", "case").order_by("opened_at", "pk")
    return [_place(item) for item in rows]


def where(subject: SubjectRef) -> list[Whereabouts]:
    """Each place where the subject waits now, since when and with whom. Whether the reader may see the subject is the caller's to say."""
    return _where(WorkItem.objects.visible_to(READER).filter(subject_type=subject.type, subject_id=subject.id))


def for_reader(rows: QuerySet[WorkItem], reader: Actor | None) -> QuerySet[WorkItem]:
    """Marks the tasks that the reader may open: the others are told without a link."""
    if reader is None:
        return rows
    return rows.annotate(opens=Exists(WorkItem.objects.visible_to(reader).filter(pk=OuterRef("pk"))))


def where_many(
    subjects: Iterable[SubjectRef] = (), dossier_ids: Iterable[int] = (), *, reader: Actor | None = None
) -> list[tuple[int | None, Whereabouts]]:
    """The same for several subjects and dossiers at once, each answer with its dossier. With ``reader``, a task has its address only when
    the reader may open it."""
    wanted = Q(dossier_key__in=list(dossier_ids))
    for subject in subjects:
        wanted |= Q(subject_type=subject.type, subject_id=subject.id)
    rows = (
        WorkItem.objects.visible_to(READER)
        .filter(wanted, state=ItemState.OPEN)
        .select_related("owner", "unit", "case")
        .order_by("opened_at", "pk")
    )
    return [(item.dossier_key, _place(item)) for item in for_reader(rows, reader)]


def where_dossier(dossier_id: int) -> list[Whereabouts]:
    """The same for everything that runs in a dossier."""
    return way_of_dossier(dossier_id).places


def history(subject: SubjectRef | None = None, dossier_id: int | None = None) -> list[WorkItemEvent]:
    """Through whose hands it went, oldest first; on a past day, up to it."""
    rows = WorkItemEvent.objects.visible_to(READER).select_related("item__unit")
    if subject is not None:
        rows = rows.filter(item__subject_type=subject.type, item__subject_id=subject.id)
    if dossier_id is not None:
        rows = rows.filter(item__dossier_key=dossier_id)
    if (until := asof.until()) is not None:
        rows = rows.filter(at__lt=until)
    return list(rows.order_by("at", "pk")[:500])


def hand_overs(since: date | None = None) -> dict[str, Any]:
    """Average number of hand-overs per subject (C8): how often it passed to other hands, over the cases started since a day."""
    cases = Case.objects.all()
    if since is not None:
        cases = cases.filter(started_at__date__gte=since)
    total = cases.count()
    events = WorkItemEvent.objects.visible_to(READER).filter(item__case__in=cases, kind__in=[str(kind) for kind in HAND_OVERS]).count()
    steps = WorkItem.objects.visible_to(READER).filter(case__in=cases).count()
    return {"cases": total, "hand_overs": events, "steps": steps, "per_case": round(events / total, 2) if total else 0}


# The ribbon -----------------------------------------------------------------------------------------------------------
def case_steps(subject: SubjectRef) -> list[Step]:
    """The way of a subject's latest case: done, current, to come. A step that is done again after a return is to come again."""
    return steps_of_subjects([subject]).get(subject, [])


def steps_of_subjects(subjects: Sequence[SubjectRef]) -> dict[SubjectRef, list[Step]]:
    """The ribbons of several subjects, in two queries."""
    by_type: dict[str, set[int]] = {}
    for subject in subjects:
        by_type.setdefault(subject.type, set()).add(subject.id)
    wanted = Q(pk__in=[])
    for kind, ids in by_type.items():
        wanted |= Q(subject_type=kind, subject_id__in=ids)
    latest: dict[SubjectRef, Case] = {}
    rows = Case.objects.filter(wanted).select_related("version").defer("tokens", "version__xml", "version__spec")
    for case in rows.order_by("started_at", "pk"):
        latest[SubjectRef(case.subject_type, case.subject_id)] = case
    items: dict[int, list[WorkItem]] = {}
    cases = [case.pk for case in latest.values()]
    for item in WorkItem.objects.visible_to(READER).filter(case__in=cases).select_related("owner", "unit").order_by("opened_at", "pk"):
        items.setdefault(item.case_id, []).append(item)
    return {subject: _ribbon(case, items.get(case.pk, [])) for subject, case in latest.items()}


def _ribbon(case: Case, items: list[WorkItem]) -> list[Step]:
    outline = case.version.outline
    last: dict[str, WorkItem] = {item.step: item for item in items if item.state != ItemState.DROPPED}
    current = [item for item in items if item.is_open]
    order = [data["key"] for data in outline["steps"]]
    steps: list[Step] = []
    for data in outline["steps"]:
        key, item = data["key"], last.get(data["key"])
        state = _state(key, item, current, outline["after"], order)
        if state == "todo" and (data["optional"] or case.state != CaseState.RUNNING):
            continue
        if item is None or state == "todo":
            steps.append(Step(key, data["title"], "todo"))
            continue
        on = clock.date_of(item.closed_at if state == "done" and item.closed_at else item.opened_at)
        holder = holder_of(item) if state == "current" else item.closed_by_label
        steps.append(Step(key, data["title"], state, on, holder, item.due_on, item.outcome))
    return steps


def _state(key: str, item: WorkItem | None, current: list[WorkItem], after: Mapping[str, list[str]], order: list[str]) -> str:
    """A step that was done is to come again when the case went back to a step that stands before it."""
    if item is None:
        return "todo"
    if item.is_open:
        return "current"
    for other in current:
        comes_again = key in after.get(other.step, []) and order.index(other.step) < order.index(key)
        if comes_again and item.closed_at is not None and other.opened_at >= item.closed_at:
            return "todo"
    return "done"


def versions(key: str) -> list[ProcessVersion]:
    """Published versions of a process, newest first, without their engine form."""
    return list(ProcessVersion.objects.filter(key=key).defer("spec", "xml").order_by("-number"))


def processes() -> list[ProcessVersion]:
    """The latest version of each process."""
    newest: dict[str, ProcessVersion] = {}
    for version in ProcessVersion.objects.defer("spec", "xml").order_by("key", "number"):
        newest[version.key] = version
    return list(newest.values())


def visible_item(actor: Actor, uuid: Any) -> WorkItem | None:
    """A task that this reader may see."""
    return WorkItem.objects.visible_to(actor).select_related("owner", "unit", "case__version", "away__account").filter(uuid=uuid).first()


def has_task_of(actor: Actor, dossier_id: int) -> bool:
    """Has, or had, this reader a task of a dossier?"""
    return bool(WorkItem.objects.visible_to(actor).filter(dossier_key=dossier_id).exists())


def step_def(item: WorkItem) -> StepDef | None:
    """What the model says about the step of a task; None for a task outside any process."""
    if item.case is None:
        return None
    data = next((data for data in item.case.version.outline["steps"] if data["key"] == item.step), None)
    return StepDef.from_json(data) if data else None


def colleagues(item: WorkItem) -> list[Any]:
    """Who could take a task over: active holders of its function where it is; of its owner's kind of work when it has no queue."""
    found = agents_with(item.queue, item.unit_id) if item.queue else []
    return [account for account in found if account.pk != item.owner_id]


def events_of(item: WorkItem) -> list[WorkItemEvent]:
    return list(WorkItemEvent.objects.visible_to(READER).filter(item=item).order_by("at", "pk"))


@dataclass(frozen=True)
class Way:
    """How far everything of a dossier is. ``ribbons``: running processes first, then the latest; ``places``: where it waits now."""

    ribbons: dict[SubjectRef, list[Step]]
    places: list[Whereabouts]


def way_of_dossier(dossier_id: int) -> Way:
    """Ribbons and places of a dossier, in two queries whatever runs there."""
    return memo.once(("workflows.way", dossier_id), lambda: _way(dossier_id))


_CASES, _ITEMS = Statement("workflows.cases"), Statement("workflows.items")


def _way(dossier_id: int) -> Way:
    cases = _CASES.rows(
        (),
        lambda at: (
            Case.objects.filter(dossier_key=at["dossier"])
            .select_related("version")
            .defer("tokens", "version__xml", "version__spec")
            .order_by(F("finished_at").desc(nulls_first=True), "-pk")[:CASES_SHOWN]
        ),
        dossier=dossier_id,
    )
    items = _ITEMS.rows(
        bool(cases),
        lambda at: (
            WorkItem.objects.visible_to(READER)
            .filter((one_of("case", at["cases"]) if cases else Q(pk__in=[])) | Q(dossier_key=at["dossier"], state=ItemState.OPEN))
            .select_related("owner", "unit")
            .order_by("opened_at", "pk")
        ),
        dossier=dossier_id,
        cases=[case.pk for case in cases],
    )
    known = {case.pk: case for case in cases}
    by_case: dict[int | None, list[WorkItem]] = {}
    for item in items:
        if item.case_id in known:
            item.case = known[item.case_id]
        by_case.setdefault(item.case_id, []).append(item)
    ribbons: dict[SubjectRef, list[Step]] = {}
    for case in sorted(cases, key=lambda case: case.live is None):
        subject = SubjectRef(case.subject_type, case.subject_id)
        if subject not in ribbons:
            ribbons[subject] = _ribbon(case, by_case.get(case.pk, []))
    return Way(ribbons, [_place(item) for item in items if item.is_open and item.dossier_key == dossier_id])


def running_counts(key: str) -> dict[int, int]:
    """Version to its running cases."""
    rows = Case.objects.filter(process_key=key, live=1).values("version__number").annotate(total=Count("pk")).order_by("version__number")
    return {row["version__number"]: row["total"] for row in rows}
