"""Appointments as a reader may see them: in words, or only that somebody is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.urls import Resolver404, resolve, reverse

from parvis.identity.api import Account, FunctionGrant
from parvis.identity.enums import Function
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.scope import scope_q
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import State
from ..models import Appointment, Attendance, Invitation

MOST = 400
ROOMS = 30


@dataclass(frozen=True)
class Meeting:
    """An appointment for one reader. ``open``: the reader sees what it is about. Else nothing is told but the hour and who is taken;
    ``url`` is there for who will be there and may go on, after a reason."""

    row: Appointment
    open: bool
    title: str = ""
    text: str = ""
    url: str = ""
    agents: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return self.text if self.open else ""


def with_agents(rows: Any) -> Any:
    return rows.prefetch_related(
        Prefetch("attendances", queryset=Attendance.unscoped.select_related("account").order_by("account__display_name", "pk"))
    )


def agents_of(row: Appointment) -> list[Account]:
    return [one.account for one in row.attendances.all()]


def told(actor: Actor, rows: Sequence[Appointment]) -> list[Meeting]:
    """In words those of files that the reader sees and that ask for no reason first; of the others the hour alone. A fixed number of queries."""
    if not rows:
        return []
    visible = Appointment.unscoped.filter(scope_q(Appointment, actor), pk__in=[row.pk for row in rows])
    known = visible
    for unguarded in registries.unguarded.all():
        known = known.filter(unguarded(actor, "subject_id"))
    seen = set(known.order_by().values_list("pk", flat=True))
    # Who will be there gets to one's own appointment; its page asks for the reason first.
    own = {row.pk for row in rows if row.pk not in seen and actor.stands_for in {one.pk for one in agents_of(row)}}
    own = set(visible.filter(pk__in=own).order_by().values_list("pk", flat=True)) if own else own
    ids = {row.subject_id for row in rows if row.pk in seen}
    names = {pk: words for find in registries.file_names.all() for pk, words in find(actor, ids).items()} if ids else {}
    found = []
    for row in rows:
        # On a past day, those of then (``agenda.past``).
        agents = tuple(getattr(row, "agents_then", None) or (one.display_name for one in agents_of(row)))
        if row.pk not in seen or row.subject_id not in names:
            url = reverse("agenda:appointment", args=[row.uuid]) if row.pk in own else ""
            found.append(Meeting(row, False, url=url, agents=agents))
            continue
        text = row.text if access.reads_words(actor, row) else ""
        url = reverse("agenda:appointment", args=[row.uuid])
        found.append(Meeting(row, True, names[row.subject_id], text, url, agents))
    return found


def team_of(actor: Actor, day: dt.date | None = None) -> Any:
    """Accounts that are today, or were on a day, in the services that the reader leads, as a subquery; None: all."""
    units = actor.units_for(Function.CHIEF)
    if None in units:
        return None
    grants = FunctionGrant.objects.at(day or clock.today()).filter(unit__in=sorted(unit for unit in units if unit is not None))
    return grants.order_by().values("account")


def between(
    actor: Actor, start: dt.datetime, end: dt.datetime, *, team: bool = False, account_id: int | None = None, limit: int = MOST
) -> list[Meeting]:
    """Appointments of the reader, or of the team that the reader leads, that are not cancelled. ``account_id``: of that colleague alone."""
    mine = Attendance.unscoped.order_by()
    if not team or not access.leads(actor):
        mine = mine.filter(account=actor.stands_for or 0)
    elif (accounts := team_of(actor)) is not None:
        mine = mine.filter(account__in=accounts)
    if account_id is not None:
        mine = mine.filter(account=account_id)
    rows = Appointment.unscoped.filter(starts_at__gte=start, starts_at__lt=end, pk__in=mine.values("appointment"))
    rows = rows.exclude(state=State.CANCELLED).order_by("starts_at", "pk")
    return told(actor, list(with_agents(rows)[:limit]))


def meetings_of(actor: Actor, subject: SubjectRef, *, limit: int = 10) -> list[Appointment]:
    """Those to come of one file, the next one first. That the reader sees the file is asked here."""
    rows = Appointment.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id)
    rows = rows.filter(state=State.BOOKED, ends_at__gt=clock.now()).order_by("starts_at", "pk")
    return list(with_agents(rows)[:limit])


def past_of(actor: Actor, subject: SubjectRef, *, limit: int = 5, before: dt.datetime | None = None) -> list[Appointment]:
    """Those that are over or were cancelled, the latest first."""
    rows = Appointment.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id)
    rows = rows.exclude(state=State.BOOKED, ends_at__gt=clock.now())
    if before is not None:
        rows = rows.filter(starts_at__lt=before)
    return list(with_agents(rows.order_by("-starts_at", "-pk"))[:limit])


def by_uuid(actor: Actor, uuid: UUID) -> Appointment | None:
    rows = Appointment.objects.visible_to(actor).filter(uuid=uuid)
    found: Appointment | None = with_agents(rows).first()
    return found


def attendees(actor: Actor, chosen: Collection[int] = ()) -> list[tuple[int, str]]:
    """Colleagues of the reader's services, by name, and the reader first. Whether they may open a file is looked at when it is booked."""
    grants = FunctionGrant.objects.at(clock.today()).filter(function__in=[str(one) for one in access.BOOKERS], account__is_active=True)
    if actor.units and not actor.is_system:
        grants = grants.filter(Q(unit__isnull=True) | Q(unit__in=sorted(actor.units)))
    rows = Account.objects.filter(Q(pk__in=grants.order_by().values("account_id")) | Q(pk__in=list(chosen)))
    names = list(rows.order_by("display_name", "pk").values_list("pk", "display_name")[:200])
    own = actor.stands_for
    return [*((pk, name) for pk, name in names if pk == own), *((pk, name) for pk, name in names if pk != own)]


def rooms_known() -> list[str]:
    """Rooms that were used lately, by name, to choose from."""
    rows = Appointment.unscoped.filter(starts_at__gte=clock.now() - dt.timedelta(days=120)).exclude(room_key="")
    latest: dict[str, str] = {}
    for key, name in rows.order_by("-starts_at", "-pk").values_list("room_key", "room")[:300]:
        latest.setdefault(key, name)
    return sorted(latest.values(), key=str.casefold)[:ROOMS]


def next_for_person(subject: SubjectRef, person_id: int) -> Appointment | None:
    """The next appointment of which a person of the file may hear outside: theirs, or of the whole household."""
    rows = Appointment.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=State.BOOKED, on_portal=True)
    rows = rows.filter(Q(person=person_id) | Q(person__isnull=True), ends_at__gt=clock.now())
    return rows.order_by("starts_at", "pk").first()


def coming_obstacles(subject: SubjectRef) -> Any:
    """Booked appointments still to come."""
    rows = Appointment.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=State.BOOKED)
    return rows.filter(ends_at__gt=clock.now()).order_by("starts_at", "pk")


def to_send(row: Appointment) -> list[Invitation]:
    return list(Invitation.unscoped.filter(appointment=row).select_related("document").order_by("-at", "-pk")[:20])


def person_choices(subject: SubjectRef) -> list[tuple[int, str]]:
    """Persons of the file today, by the file's own order."""
    from parvis.contacts.api import display_names

    ids = [pk for find in registries.file_persons.all() for pk in find(subject.id)] if subject.type == "dossier" else []
    names = display_names(ids) if ids else {}
    return [(pk, names.get(pk, "?")) for pk in dict.fromkeys(ids)]


def file_words(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    return {pk: words for find in registries.file_names.all() for pk, words in find(actor, wanted).items()} if wanted else {}


def file_for_url(actor: Actor, url: str) -> int | None:
    """The file behind the address of its page, as a search found it."""
    try:
        uuid = resolve(url.split("?")[0]).kwargs.get("uuid")
    except Resolver404:
        return None
    rows = registries.subject_scopes.get("dossier")(actor)
    found = rows.filter(uuid=uuid).first() if uuid and hasattr(rows, "filter") else None
    return int(found["pk"]) if found else None


def series_of(row: Appointment) -> list[Appointment]:
    """The whole series of an appointment, in the order of time; nothing for one alone."""
    if row.series is None:
        return []
    return list(Appointment.unscoped.filter(series=row.series, subject_id=row.subject_id).order_by("starts_at", "pk")[:100])


def attended_by(account_id: int) -> Any:
    """Subquery: appointments at which this agent is."""
    return Attendance.unscoped.filter(account=account_id).order_by().values("appointment")


def names_at(appointment_id: int) -> str:
    """Who is at it, by name, for a letter to the person."""
    return ", ".join(one.display_name for one in agents_of(with_agents(Appointment.unscoped.filter(pk=appointment_id)).get()))


def url_of(appointment_id: int) -> str:
    """The page of an appointment, for a task about it; its scope is asked there."""
    uuid = Appointment.unscoped.filter(pk=appointment_id).values_list("uuid", flat=True).first()
    return reverse("agenda:appointment", args=[uuid]) if uuid else reverse("agenda:new")
