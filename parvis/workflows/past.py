"""Tasks as they stood at the end of a past day: who had each, in which queue of which service, until when; where a file was; its way so far.

Hands and queues are read from the events of a task, its service backwards from the lines of the journal that moved it, its term from the
context that sets it. Nothing of it is written anew, and who may see what is today's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from parvis.identity.api import Unit
from parvis.kernel import mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import TermThen
from parvis.kernel.subject import SubjectRef

from . import access
from .enums import HAND_OVERS, CaseState, ItemEventKind, ItemState
from .models import Case, WorkItem, WorkItemEvent
from .models.items import NO_DUE
from .selectors import READER, Step, Whereabouts, _place, _ribbon, holder_of, queue_label

NO_TERM = TermThen(None, None)
#: What says in whose hands a task is: it was opened there, or passed on.
HANDS = (ItemEventKind.OPENED, *HAND_OVERS)


def _held(rows: QuerySet[WorkItem], until: datetime) -> QuerySet[WorkItem]:
    """With ``held_id``, ``held_by``, ``held_queue`` and ``held_at`` of an instant."""
    last = WorkItemEvent.objects.visible_to(READER).filter(item=OuterRef("pk"), at__lt=until, kind__in=HANDS).order_by("-at", "-pk")
    return rows.annotate(
        held_id=Subquery(last.values("owner_id")[:1]),
        held_by=Subquery(last.values("owner_label")[:1]),
        held_queue=Subquery(last.values("queue")[:1]),
        held_at=Subquery(last.values("at")[:1]),
    )


def open_then(actor: Actor, until: datetime) -> QuerySet[WorkItem]:
    """Tasks that this reader may see today and that were open at an instant, the oldest first, with ``held_id``, ``held_by``,
    ``held_queue`` and ``held_at`` of then."""
    rows = WorkItem.objects.visible_to(actor).filter(opened_at__lt=until).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=until))
    return _held(rows, until).select_related("unit").order_by("opened_at", "pk")


def as_they_stood(items: Sequence[WorkItem], until: datetime) -> None:
    """Give tasks read with ``held_id``… the state, the holder (``holder_then``), the queue and the service that they had, for a page that only
    reads. At most two queries."""
    moved = mutations.values_before_each("work_item", [item.pk for item in items], until)
    units = {pk: held["unit"] for pk, held in moved.items() if "unit" in held}
    known = Unit.objects.in_bulk({unit for unit in units.values() if unit is not None}) if units else {}
    for item in items:
        if item.pk in units:
            item.unit = known.get(units[item.pk])
        held: dict[str, object] = item.__dict__  # annotations of ``_held``
        item.owner_id, item.queue = held["held_id"], held["held_queue"] or ""  # type: ignore[assignment]
        item.held_since = held["held_at"] or item.opened_at  # type: ignore[assignment]
        item.holder_then = held["held_by"] or (queue_label(item.queue, item.unit) if item.queue else "")  # type: ignore[attr-defined]
        if item.closed_at is not None and item.closed_at >= until:
            item.state, item.closed_at, item.closed_by_label, item.outcome = ItemState.OPEN, None, "", ""


def give_terms(items: Iterable[WorkItem], view: PastView) -> None:
    """Give tasks the term that they had. The day of a task never changes, save where another context sets it (``registries.terms_then``): the
    step of a request follows the term of law of its line, read as it ran then. One query for each such kind of subject."""
    followed: dict[str, list[WorkItem]] = {}
    for item in items:
        if item.clock and item.subject_type in registries.terms_then:
            followed.setdefault(item.subject_type, []).append(item)
    for kind, found in followed.items():
        terms = registries.terms_then.get(kind)(sorted({item.subject_id for item in found}), view)
        for item in found:
            term = terms.get(item.subject_id, {}).get(item.clock, NO_TERM)
            item.due_on, item.due_from, item.due_sort = term.due_on, term.started_on, term.due_on or NO_DUE


def stand(items: Sequence[WorkItem], view: PastView) -> None:
    """Both: hands and term."""
    as_they_stood(items, view.until)
    give_terms(items, view)


def my_queue(actor: Actor, item: WorkItem) -> bool:
    """Was this task, as it stood, in hand of this person or in a queue that is the person's today?"""
    return item.owner_id == actor.stands_for if item.owner_id is not None else access.in_queue(actor, item)


def mine_then(actor: Actor, until: datetime, limit: int) -> tuple[list[WorkItem], bool]:
    """What this person had to do then, in hand or in the queues that are the person's today; whether there was more. At most three queries."""
    wanted = Q(held_id__isnull=True, held_queue__in=sorted(actor.functions))
    if actor.stands_for:
        wanted |= Q(held_id=actor.stands_for)
    found = list(open_then(actor, until).filter(wanted)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    as_they_stood(found, until)
    return [item for item in found if my_queue(actor, item)], more


def team_then(actor: Actor, until: datetime, limit: int) -> tuple[list[WorkItem], bool]:
    """Tasks that were in the services of which this person is the head today; whether there was more. At most three queries."""
    found = list(open_then(actor, until)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    as_they_stood(found, until)
    return [item for item in found if access.leads(actor, item)], more


def unheld_then(until: datetime) -> int:
    """Tasks that were in nobody's hands, in the house. One query."""
    return open_then(READER, until).filter(held_id__isnull=True).count()


# One task, and where a file was -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TaskThen:
    """A task that the reader may see, as it stood; ``events`` up to the day, ``ribbon`` the way of its file by then."""

    item: WorkItem
    holder: str
    events: list[WorkItemEvent]
    ribbon: list[Step]


def task_then(item: WorkItem, view: PastView, *, ribbon: bool = True) -> TaskThen | None:
    """None: it was not there yet. At most eight queries."""
    rows = _held(WorkItem.objects.visible_to(READER).filter(pk=item.pk, opened_at__lt=view.until), view.until)
    found = rows.select_related("unit", "case__version").first()
    if found is None:
        return None
    stand([found], view)
    events = WorkItemEvent.objects.visible_to(READER).filter(item=found, at__lt=view.until)
    way = way_then(found.subject, view) if ribbon and found.case_id and found.left_at is None else []
    return TaskThen(found, holder_of(found), list(events.order_by("at", "pk")), way)


def way_then(subject: SubjectRef, view: PastView) -> list[Step]:
    """The way of the latest case that had begun: done, current, to come. Four queries."""
    rows = Case.objects.filter(subject_type=subject.type, subject_id=subject.id, started_at__lt=view.until)
    case = rows.select_related("version").defer("tokens", "version__xml", "version__spec").order_by("-started_at", "-pk").first()
    if case is None:
        return []
    if case.finished_at is not None and case.finished_at >= view.until:
        case.state = CaseState.RUNNING
    items = _held(WorkItem.objects.visible_to(READER).filter(case=case, opened_at__lt=view.until), view.until)
    found = list(items.select_related("unit").order_by("opened_at", "pk"))
    stand(found, view)
    return _ribbon(case, found)


def where_then(
    view: PastView, subjects: Iterable[SubjectRef] = (), dossier_ids: Collection[int] = ()
) -> list[tuple[int | None, Whereabouts]]:
    """Where files were, since when and with whom, each answer with its dossier; without addresses. Whether the reader may see them is the
    caller's to say. At most four queries."""
    wanted = Q(dossier_key__in=list(dossier_ids))
    for subject in subjects:
        wanted |= Q(subject_type=subject.type, subject_id=subject.id)
    found = list(open_then(READER, view.until).filter(wanted).select_related("unit", "case"))
    stand(found, view)
    for item in found:
        item.opens = False  # type: ignore[attr-defined]  # read by ``_place``
    return [(item.dossier_key, _place(item)) for item in found]
