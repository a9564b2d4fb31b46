"""Reading the chronicle, newest first, page by page without counting or skipping."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext

from parvis.contacts.api import (
    Organisation,
    Person,
    can_read_persons,
    find_parties,
    organisations_of,
    party_names,
    resolve_organisation,
    resolve_person,
)
from parvis.dossiers.api import Dossier, asking_nothing
from parvis.identity.api import Account, FunctionGrant
from parvis.identity.enums import Function
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.scope import may_see
from parvis.kernel.statements import Statement
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import sort_key
from parvis.ui import formats
from parvis.workflows.api import WorkItem
from parvis.workflows.enums import ItemState

from .costs import Tariffs
from .enums import ICONS, WRITTEN_KINDS, EntryKind, KeyEvent, ObjectiveStatus
from .models import Entry, Mention, NoteTemplate, ObjectiveState, Reading, Turn, Urgency, UrgencySeen

PAGE = 30
TOLD = (Function.SOCIAL_WORKER, Function.CHIEF, Function.NURSE, Function.LAWYER, Function.CLERK)


@dataclass(frozen=True)
class Chronicle:
    entries: list[Entry]
    following: str = ""


def chronicle(
    actor: Actor,
    dossier: Dossier,
    *,
    kinds: list[str] | None = None,
    keys: list[str] | None = None,
    after: str = "",
    limit: int = PAGE,
    since: dt.date | None = None,
    until: dt.date | None = None,
    known_on: dt.datetime | None = None,
) -> Chronicle:
    """A page of entries that the actor may read. ``after`` is the mark that the page before gave; ``since`` and ``until`` are days;
    ``known_on``: what was written by then."""
    rows: QuerySet[Entry] = Entry.objects.visible_to(actor).filter(dossier=dossier)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if keys:
        rows = rows.filter(key_event__in=keys)
    if known_on is not None:
        rows = rows.filter(recorded_at__lt=known_on)
    if since is not None:
        rows = rows.filter(happened_at__gte=dt.datetime.combine(since, dt.time(), clock.zone()))
    if until is not None:
        rows = rows.filter(happened_at__lt=end_of(until))
    if after:
        instant, _sep, number = after.partition("_")
        try:
            mark = dt.datetime.fromisoformat(instant)
            rows = rows.filter(Q(happened_at__lt=mark) | Q(happened_at=mark, pk__lt=int(number)))
        except ValueError:
            pass  # a mark that somebody edited: start from the top
    found = list(rows.order_by("-happened_at", "-pk")[: limit + 1])
    return _cut(found, limit)


def latest(actor: Actor, dossier_id: int, limit: int) -> Chronicle:
    """The start of ``chronicle`` as it stands now, as the page of a dossier opened all day shows it."""
    found = _LATEST.rows(
        (actor, limit),
        lambda at: Entry.objects.visible_to(actor).filter(dossier=at["dossier"]).order_by("-happened_at", "-pk")[: limit + 1],
        dossier=dossier_id,
    )
    return _cut(found, limit)


def _cut(found: list[Entry], limit: int) -> Chronicle:
    following = ""
    if len(found) > limit:
        last = found[limit - 1]
        following = f"{last.happened_at.isoformat()}_{last.pk}"
    return Chronicle(found[:limit], following)


def count_entries(actor: Actor, dossier_id: int, until: dt.date | None = None) -> int:
    """Entries that the actor may read; what is restricted does not show in the count either."""
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier_id)
    return int((rows.filter(happened_at__lt=end_of(until)) if until else rows).count())


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after a day, in the instance's zone."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())


def line_of(entry: Entry) -> str:
    """The headline of an entry, in the reader's language for steps."""
    message: dict[str, Any] | None = entry.message
    if message:
        try:
            return gettext(message["text"]) % {name: formats.label(value) for name, value in message["values"].items()}
        except (KeyError, TypeError, ValueError):
            return str(message.get("text", ""))
    return entry.title or str(EntryKind(entry.kind).label)


TINTS = {
    EntryKind.NOTE: "",
    EntryKind.INTERVIEW: "p",
    EntryKind.VISIT: "o",
    EntryKind.CALL: "",
    EntryKind.MAIL: "l",
    EntryKind.OBJECTIVE: "o",
    EntryKind.SYNTHESIS: "p",
    EntryKind.PRESSURE: "h",
    EntryKind.STEP: "p",
}


@dataclass(frozen=True)
class Line:
    """An entry as a page prints it."""

    entry: Entry
    title: str
    icon: str
    tint: str
    mine: bool
    key: str = ""
    readings: list[Reading] = field(default_factory=list)
    steps: list[Turn] = field(default_factory=list)


def days_of(
    entries: list[Entry],
    actor: Actor,
    *,
    readings: dict[int, list[Reading]] | None = None,
    steps: dict[int, list[Turn]] | None = None,
) -> list[tuple[dt.date, list[Line]]]:
    """Entries under the days on which they happened, in the instance's zone."""
    days: list[tuple[dt.date, list[Line]]] = []
    for entry in entries:
        day = clock.date_of(entry.happened_at)
        if not days or days[-1][0] != day:
            days.append((day, []))
        mine = entry.author_id is not None and entry.author_id == actor.account_id
        tint = "h" if entry.restricted else TINTS[EntryKind(entry.kind)]
        days[-1][1].append(
            Line(
                entry,
                line_of(entry),
                icon_of(entry),
                tint,
                mine,
                str(KeyEvent(entry.key_event).label) if entry.key_event else "",
                (readings or {}).get(entry.pk, []),
                (steps or {}).get(entry.pk, []),
            )
        )
    return days


def icon_of(entry: Entry) -> str:
    return "lock" if entry.restricted else ICONS[EntryKind(entry.kind)]


def colleagues_of(dossier: Dossier, actor: Actor) -> list[tuple[int, str]]:
    """Who works in the dossier's service or for the whole centre and may read journals, for the lists of names. Whether one may open this
    dossier is looked at when it is sent. One query."""
    unit = dossier.unit
    codes = unit.path.strip("/").split("/")
    above = ["/" + "/".join(codes[: at + 1]) + "/" for at in range(len(codes))]
    grants = FunctionGrant.objects.at(clock.today()).filter(function__in=[str(one) for one in TOLD], account__is_active=True)
    grants = grants.filter(Q(unit__isnull=True) | Q(unit__path__in=above))
    rows = Account.objects.filter(pk__in=grants.values("account_id")).exclude(pk=actor.account_id or 0)
    return list(rows.order_by("display_name", "pk").values_list("pk", "display_name")[:200])


def templates_of() -> list[NoteTemplate]:
    return list(NoteTemplate.objects.filter(active=True).order_by("kind", "pk")[:100])


_MARK, _URGENT, _LATEST = Statement("journal.urgent"), Statement("journal.urgent_now"), Statement("journal.latest")


def urgent_mark(actor: Actor, dossier_id: int) -> Urgency | None:
    """The mark that stands today. Whether the reader may see the dossier is the caller's to say."""
    mark = _MARK.one(
        (), lambda at: Urgency.unscoped.filter(dossier=at["dossier"], live=1, last_on__gte=clock.today()).order_by(), dossier=dossier_id
    )
    return _told(actor, mark) if mark is not None else None


def _told(actor: Actor, mark: Urgency) -> Urgency:
    """That it is urgent is for whoever may open the dossier; why, for whoever sees what is social. The row is not written from here."""
    if not may_see(actor, "social"):
        mark.reason = ""
    return mark


def urgent_today() -> QuerySet[Urgency]:
    """Marks that stand today, for joining to dossiers that are scoped already."""
    return Urgency.unscoped.filter(live=1, last_on__gte=clock.today())


def urgent_now(actor: Actor, limit: int = 50) -> list[Urgency]:
    """Urgent dossiers that the reader may open, the first to end first."""
    found = _URGENT.rows(
        (actor, limit),
        lambda at: (
            Urgency.objects.visible_to(actor)
            .filter(live=1, last_on__gte=at["today"])
            .select_related("dossier__lead__index", "dossier__unit")
            .order_by("last_on", "pk")[:limit]
        ),
        today=clock.today(),
    )
    return [_told(actor, mark) for mark in found]


def urgent_then(actor: Actor, view: PastView, limit: int = 50) -> list[Urgency]:
    """Marks that stood at the end of a past day on dossiers that the reader may open today, the first to end first."""
    rows = Urgency.objects.visible_to(actor).filter(raised_at__lt=view.until, last_on__gte=view.day)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=view.until))
    return [_told(actor, mark) for mark in rows.select_related("dossier__lead__index", "dossier__unit").order_by("last_on", "pk")[:limit]]


def readings_of(actor: Actor, entries: list[Entry]) -> dict[int, list[Reading]]:
    """Who opened the restricted notes that this reader wrote: told to their author alone. No query when there are none."""
    own = [entry.pk for entry in entries if entry.restricted and actor.account_id is not None and entry.author_id == actor.account_id]
    found: dict[int, list[Reading]] = {}
    if own:
        for row in Reading.unscoped.filter(entry__in=own).order_by("at", "pk"):
            found.setdefault(row.entry_id, []).append(row)
    return found


def steps_of(entries: list[Entry]) -> dict[int, list[Turn]]:
    """The latest turn of each thing that follows from these entries, which the caller may read: as many as there are, whatever came back
    how often."""
    found: dict[int, list[Turn]] = {}
    last = Turn.unscoped.filter(action=OuterRef("action")).order_by("-number", "-pk").values("pk")[:1]
    turns = Turn.unscoped.filter(action__entry__in=[entry.pk for entry in entries if entry.kind != EntryKind.STEP], pk=Subquery(last))
    for turn in turns.select_related("action__owner").order_by("-number", "-pk"):
        found.setdefault(turn.action.entry_id, []).append(turn)
    return found


@dataclass(frozen=True)
class Objective:
    """An objective with where it stands; ``states`` the latest first."""

    entry: Entry
    states: list[ObjectiveState]

    @property
    def last(self) -> ObjectiveState | None:
        return self.states[0] if self.states else None


def objectives_of(actor: Actor, dossier: Dossier, limit: int = 100) -> list[Objective]:
    """Open ones first, then the latest; on a past day, as far as had been said of each. Two queries."""
    rows = up_to_view(Entry.objects.visible_to(actor).filter(dossier=dossier, kind=EntryKind.OBJECTIVE))
    entries = list(rows.order_by("-happened_at", "-pk")[:limit])
    states: dict[int, list[ObjectiveState]] = {}
    said = ObjectiveState.unscoped.filter(entry__in=[one.pk for one in entries]).order_by("-at", "-pk")
    if (until := asof.until()) is not None:
        said = said.filter(at__lt=until)
    for row in said:
        states.setdefault(row.entry_id, []).append(row)
    found = [Objective(entry, states.get(entry.pk, [])) for entry in entries]
    return sorted(found, key=lambda one: one.last is not None and one.last.state != ObjectiveStatus.OPEN)


def syntheses_of(actor: Actor, dossier: Dossier, limit: int = 50) -> list[Entry]:
    rows = up_to_view(Entry.objects.visible_to(actor).filter(dossier=dossier, kind=EntryKind.SYNTHESIS))
    return list(rows.order_by("-happened_at", "-pk")[:limit])


def up_to_view(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """On a past day, entries of what had happened by it; as known then, those that had been written by then."""
    if (view := asof.view()) is not None:
        rows = rows.filter(happened_at__lt=end_of(view.day), recorded_at__lt=view.known_on or clock.now())
    return rows


def in_period(
    actor: Actor,
    dossier: Dossier,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    kinds: list[str] | None = None,
    keys: list[str] | None = None,
    author: int | None = None,
) -> QuerySet[Entry]:
    """Entries of a period that the reader may read, oldest first; on a past day, those up to it that were known."""
    rows = up_to_view(Entry.objects.visible_to(actor).filter(dossier=dossier))
    if since is not None:
        rows = rows.filter(happened_at__gte=dt.datetime.combine(since, dt.time(), clock.zone()))
    if until is not None:
        rows = rows.filter(happened_at__lt=end_of(until))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if keys:
        rows = rows.filter(key_event__in=keys)
    if author is not None:
        rows = rows.filter(author_id=author)
    return rows.order_by("happened_at", "pk")


def authors_of(actor: Actor, dossier: Dossier) -> list[tuple[int, str]]:
    rows = Entry.objects.visible_to(actor).filter(dossier=dossier, author_id__isnull=False).exclude(kind=EntryKind.STEP)
    found = dict(rows.order_by().values_list("author_id", "author_label").distinct()[:200])
    return sorted(found.items(), key=lambda one: one[1].casefold())


@dataclass(frozen=True)
class MonthSum:
    month: dt.date
    kind: str
    acts: int
    minutes: int


def sums_of(acts: list[tuple[dt.datetime, str, int | None]]) -> list[MonthSum]:
    """Acts and minutes by month and kind, the latest month first (B24)."""
    sums: dict[tuple[dt.date, str], list[int]] = {}
    for at, kind, minutes in acts:
        cell = sums.setdefault((clock.date_of(at).replace(day=1), kind), [0, 0])
        cell[0] += 1
        cell[1] += minutes or 0
    order = list(EntryKind.values)
    return [
        MonthSum(month, str(EntryKind(kind).label), acts, minutes)
        for (month, kind), (acts, minutes) in sorted(sums.items(), key=lambda one: (-one[0][0].toordinal(), order.index(one[0][1])))
    ]


def turn_by(**wanted: Any) -> Turn | None:
    """A turn for the page on which it is done; who may open it is the page's to say."""
    return Turn.unscoped.select_related("action__entry__dossier", "action__owner").filter(**wanted).first()


def dossiers_of_turns(ids: list[int]) -> dict[int, int]:
    return dict(Turn.unscoped.filter(pk__in=ids).values_list("pk", "action__entry__dossier_id"))


def seen_of(marks: list[Urgency]) -> list[UrgencySeen]:
    """Who saw these marks, which the caller may read; on a past day, who had by then."""
    rows = UrgencySeen.unscoped.filter(urgency__in=[mark.pk for mark in marks])
    if (until := asof.until()) is not None:
        rows = rows.filter(at__lt=until)
    return list(rows.order_by("at", "pk")[:2000])


def open_restricted_turns(dossier_id: int) -> list[Turn]:
    """Steps of restricted notes whose task still waits. For the life of the file, not for a reader: say no more of them than that they are."""
    waiting = WorkItem.unscoped.filter(subject_type="journal_turn", state=ItemState.OPEN).order_by().values("subject_id")
    rows = Turn.unscoped.filter(action__entry__dossier=dossier_id, action__entry__restricted=True, pk__in=waiting)
    return list(rows.select_related("action").order_by("due_on", "pk"))


# Acts over the dossiers -------------------------------------------------------------------------------------------------
def bounds_of(year: int) -> tuple[dt.datetime, dt.datetime]:
    """The first instant of a year and of the next one, in the instance's zone."""
    return dt.datetime(year, 1, 1, tzinfo=clock.zone()), dt.datetime(year + 1, 1, 1, tzinfo=clock.zone())


def year_choices() -> list[tuple[str, str]]:
    this = asof.day().year
    return [(str(year), str(year)) for year in range(this, this - 8, -1)]


def acts_of(actor: Actor) -> QuerySet[Entry]:
    """What persons wrote, in every dossier that the reader may open; what the program told by itself is no act. Of a file that asks for a
    reason before it is opened, only what the reader wrote there. On a past day, what had happened and was known by it."""
    rows: QuerySet[Entry] = Entry.objects.visible_to(actor).filter(kind__in=[str(kind) for kind in WRITTEN_KINDS], author_id__isnull=False)
    rows = up_to_view(rows)
    rows = rows.filter(asking_nothing(actor) | Q(author_id=actor.account_id or 0))
    return rows.select_related("dossier__lead__index", "person__index", "organisation__entry", "partner__index")


def contacts_with(actor: Actor, partner: SubjectRef) -> QuerySet[Entry]:
    """Those with one partner, and with entries of the address book that were merged into it, in however many steps."""
    model, name = (Organisation, "organisation_id") if partner.type == "organisation" else (Person, "partner_id")
    ids, last = {partner.id}, {partner.id}
    while last:
        last = set(model.unscoped.filter(merged_into__in=last).order_by().values_list("pk", flat=True)) - ids
        ids |= last
    return acts_of(actor).filter(**{f"{name}__in": sorted(ids)})


@dataclass(frozen=True)
class KindSum:
    kind: str
    acts: int
    minutes: int
    cost: Decimal | None = None


def sums_by_kind(rows: QuerySet[Entry], tariffs: Tariffs | None = None) -> list[KindSum]:
    """Acts, minutes and cost of a list by kind: the same rows as the list, counted by the database (B7)."""
    found = rows.select_related(None).order_by().values("kind").annotate(acts=Count("pk"), spent=Sum("minutes"))
    order = list(EntryKind.values)
    sums = [KindSum(row["kind"], row["acts"], row["spent"] or 0) for row in found]
    costs = tariffs.by_kind(rows) if tariffs else {}
    return [
        KindSum(str(EntryKind(one.kind).label), one.acts, one.minutes, costs.get(one.kind))
        for one in sorted(sums, key=lambda one: order.index(one.kind))
    ]


def agents_of(actor: Actor) -> list[tuple[int, str]]:
    """Agents whose acts the reader may ask for: whoever works, or worked, where the reader does; oneself first. One query."""
    grants = FunctionGrant.objects.filter(function__in=[str(one) for one in TOLD])
    units = set().union(*(actor.units_for(function) for function in actor.functions)) if actor.functions else set()
    if None not in units:
        grants = grants.filter(Q(unit__isnull=True) | Q(unit__in=sorted(unit for unit in units if unit is not None)))
    rows = Account.objects.filter(Q(pk__in=grants.values("account_id")) | Q(pk=actor.account_id or 0))
    found = list(rows.order_by("display_name", "pk").values_list("pk", "display_name")[:400])
    return sorted(found, key=lambda one: one[0] != actor.account_id)


def agent_named(account_id: int) -> str:
    return Account.objects.filter(pk=account_id).values_list("display_name", flat=True).first() or ""


def mentions_of(entry: Entry) -> list[str]:
    return list(Mention.unscoped.filter(entry=entry).order_by("pk").values_list("account__display_name", flat=True)[:20])


FREQUENT_DAYS = 365


def partner_uses(account_id: int) -> dict[tuple[str, int], int]:
    """With whom this agent had to do in the last year, and how often: counted from the agent's own entries, for the agent alone."""
    since = clock.now() - dt.timedelta(days=FREQUENT_DAYS)
    own = Entry.unscoped.filter(author_id=account_id, happened_at__gte=since).order_by()
    uses: dict[tuple[str, int], int] = {}
    for kind, name, resolve in (("organisation", "organisation", resolve_organisation), ("person", "partner", resolve_person)):
        rows = own.filter(**{f"{name}__isnull": False}).values_list(f"{name}_id", f"{name}__merged_into").annotate(times=Count("pk"))
        for pk, merged_into, times in rows:
            party = (kind, pk if merged_into is None else resolve(pk))
            uses[party] = uses.get(party, 0) + times
    return uses


def partner_choices(actor: Actor, person_ids: list[int]) -> list[tuple[str, str]]:
    """Partners to choose from: those whom this agent deals with most, then organisations of these persons. None of a protected person's."""
    if not can_read_persons(actor):
        return []
    uses = partner_uses(actor.account_id) if actor.account_id is not None else {}
    often = sorted(uses, key=lambda one: (-uses[one], one))[:8]
    theirs = [("organisation", pk) for pk in organisations_of(actor, person_ids)]
    names = party_names(actor, [*often, *theirs])
    return [(f"{kind}:{pk}", names[kind, pk]) for kind, pk in dict.fromkeys([*often, *theirs]) if (kind, pk) in names][:40]


def partners_named(actor: Actor, text: str) -> list[tuple[str, str]]:
    """Entries of the address book of such a name, as choices: the very name alone when there is one."""
    if len(text.strip()) < 2 or not can_read_persons(actor):
        return []
    lines = find_parties(actor=actor, query=text, limit=8)
    exact = [line for line in lines if line.sort_key == sort_key(text)]
    found = exact if len(exact) == 1 else lines
    return [
        (f"organisation:{line.organisation_id}" if line.organisation_id else f"person:{line.person_id}", line.display_name)
        for line in found
        if not line.protected
    ]
