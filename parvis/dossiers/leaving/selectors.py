"""Who gets what when an agent leaves: worked out before anything is written, the same for the page and for the gesture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from parvis.agenda.api import Passing, coming_with, passings
from parvis.agenda.enums import Fate
from parvis.contacts.api import letter_languages
from parvis.identity.api import Account, Function
from parvis.kernel.actor import Actor
from parvis.workflows.api import ItemState, WorkItem

from ..agents.calculations import Candidate, Need, Ranked, rank, share_out
from ..agents.selectors import candidates, in_words, workers_of
from ..enums import DossierStatus
from ..models import Departure, Dossier, DossierSector, Handover, HandoverSignature, Intervention, Referent
from ..selectors import own_agents

SHOWN = 200
"""Files that the page shows one by one, and that are handed over while one waits; more is a job."""


@dataclass(frozen=True)
class PlanRow:
    """One dossier of the agent who leaves. ``heir`` None: nobody is free; ``whys`` why the heir is not proposed."""

    dossier: Dossier
    need: Need
    heir: int | None
    chosen: bool
    tasks: int
    score: int | None
    most: int
    whys: tuple[str, ...]


@dataclass(frozen=True)
class LoadRow:
    before: Candidate
    after: Candidate

    @property
    def more(self) -> int:
        return self.after.load - self.before.load

    @property
    def over(self) -> bool:
        return self.after.quota is not None and self.after.load > self.after.quota


@dataclass(frozen=True)
class Plan:
    rows: list[PlanRow]
    loads: list[LoadRow]
    people: dict[int, Account]
    choices: dict[int, list[int]]
    other_tasks: int
    elsewhere: bool
    #: What becomes of the appointments to come, in the order of time; and how many the agent has in files that others follow.
    meetings: list[Passing]
    other_meetings: int

    @property
    def without_heir(self) -> int:
        return sum(1 for row in self.rows if row.heir is None)

    @property
    def clashing(self) -> int:
        """Appointments at an hour when the successor is taken or absent."""
        return sum(1 for one in self.meetings if one.fate == Fate.TAKEN)

    @property
    def against(self) -> bool:
        """Somebody who is not proposed was chosen for a file."""
        return any(row.whys for row in self.rows)


def _his(account: Account, on: dt.date) -> Q:
    """Dossiers in which the agent has a part from the day on."""
    follows = Referent.unscoped.filter(account=account, live=1, valid_to__gt=on).order_by().values("dossier_id")
    acts = Intervention.unscoped.filter(account=account, live=1, valid_to__gt=on).order_by().values("dossier_id")
    return Q(pk__in=follows) | Q(pk__in=acts)


def held_files(account: Account, on: dt.date) -> QuerySet[Dossier]:
    """Open dossiers in which the agent has a part from the day on, whoever may see them."""
    return Dossier.unscoped.filter(_his(account, on), status=DossierStatus.OPEN).order_by("number", "pk")


def files_of(actor: Actor, account: Account, on: dt.date) -> tuple[list[Dossier], bool]:
    """Open dossiers of the agent that the head may hand over, by number; and whether the agent has others."""
    rows = held_files(account, on)
    seen = Dossier.objects.visible_to(actor).filter(_his(account, on), status=DossierStatus.OPEN)
    units = actor.units_for(Function.CHIEF)
    if None not in units:
        seen = seen.filter(unit__in=sorted(one for one in units if one is not None))
    found = list(seen.select_related("unit", "lead__index").order_by("number", "pk"))
    return found, rows.count() > len(found)


def _needs(dossiers: list[Dossier], account: Account, on: dt.date) -> dict[int, Need]:
    """What each file asks for, in six queries whatever their number."""
    ids = [one.pk for one in dossiers]
    own = own_agents(ids)
    spoken = letter_languages([one.lead_id for one in dossiers], on)
    about: dict[int, str] = {}
    known: dict[int, set[int]] = {}
    for row in Referent.unscoped.filter(dossier__in=ids, live=1).order_by("valid_from", "pk"):
        if row.valid_from <= on:
            known.setdefault(row.dossier_id, set()).add(row.account_id)
        if row.account_id == account.pk and row.speciality:
            about[row.dossier_id] = row.speciality
    sectors: dict[int, list[DossierSector]] = {}
    for part in DossierSector.unscoped.filter(dossier__in=ids).at(on).select_related("sector").order_by("pk"):
        sectors.setdefault(part.dossier_id, []).append(part)
    return {
        one.pk: Need(
            speciality=about.get(one.pk, ""),
            language=spoken.get(one.lead_id, "fr"),
            sectors=frozenset(part.sector_id for part in sectors.get(one.pk, [])),
            barred=frozenset(part.sector_id for part in sectors.get(one.pk, []) if part.sector.reserved),
            known=frozenset(known.get(one.pk, set()) - {account.pk}),
            own=frozenset(own.get(one.pk, ())),
        )
        for one in dossiers
    }


def plan(actor: Actor, account: Account, on: dt.date, chosen: Mapping[int, int] | None = None) -> Plan:
    """Each file to the chosen successor, else to the first proposed one, counting what each gets; service by service. Nothing is written."""
    dossiers, elsewhere = files_of(actor, account, on)
    needs = _needs(dossiers, account, on)
    units = {one.unit_id: one.unit for one in dossiers}
    people: dict[int, Account] = {}
    members: dict[int, list[int]] = {}
    heads: set[int] = set()
    for pk, unit in sorted(units.items()):
        found, leading = workers_of(unit, on)
        members[pk] = [one for one in found if one != account.pk]
        people.update((one, found[one]) for one in members[pk])
        heads |= leading
    now = {one.id: one for one in candidates(people.values(), on, heads)}
    before = dict(now)
    given: dict[int, int | None] = {}
    ranked: dict[int, Ranked] = {}
    for pk in sorted(units):
        mine = [one for one in dossiers if one.unit_id == pk]
        got, after = share_out([(one.pk, needs[one.pk]) for one in mine], [now[one] for one in members[pk]], chosen)
        given.update((one.pk, got.get(one.pk)) for one in mine)
        now.update((one.id, one) for one in after)
    wanted = chosen or {}
    for one in dossiers:
        heir = given[one.pk]
        if heir is not None:
            # Points as before the sharing; for a choice of a person, whether it holds once everything is given.
            room = before[heir] if heir != wanted.get(one.pk) else _last_before(before[heir], now[heir])
            ranked[one.pk] = rank(needs[one.pk], [room])[0]
    tasks, others = _tasks(account, {one.pk for one in dossiers})
    rows = [
        PlanRow(
            dossier=one,
            need=needs[one.pk],
            heir=given[one.pk],
            chosen=wanted.get(one.pk) is not None and wanted.get(one.pk) == given[one.pk],
            tasks=tasks.get(one.pk, 0),
            score=ranked[one.pk].score if one.pk in ranked else None,
            most=ranked[one.pk].most if one.pk in ranked else 0,
            whys=tuple(in_words(needs[one.pk], [ranked[one.pk]])[0].whys) if one.pk in ranked else (),
        )
        for one in dossiers
    ]
    loads = sorted((LoadRow(before[pk], now[pk]) for pk in now), key=lambda row: (row.before.name.casefold(), row.before.id))
    order = [row.before.id for row in loads]
    choices = {pk: [one for one in order if one in set(found)] for pk, found in members.items()}
    coming = coming_with(account.pk, on)
    meetings = passings(coming, leaving={account.pk}, heirs={one.pk: given[one.pk] for one in dossiers})
    return Plan(rows, loads, people, choices, others, elsewhere, meetings, len(coming) - len(meetings))


def _last_before(before: Candidate, after: Candidate) -> Candidate:
    """The agent with the last file still to come: full only when that one would be too many."""
    return replace(before, load=max(before.load, after.load - 1), loads={key: max(n - 1, 0) for key, n in after.loads.items()})


def _tasks(account: Account, dossiers: set[int]) -> tuple[dict[int, int], int]:
    """Open tasks of the agent by dossier, and the others."""
    found: dict[int, int] = {}
    others = 0
    for key in WorkItem.unscoped.filter(owner=account, state=ItemState.OPEN).order_by().values_list("dossier_key", flat=True):
        if key in dossiers:
            found[key] = found.get(key, 0) + 1
        else:
            others += 1
    return found, others


def departures_with(rows: Q) -> QuerySet[Any, Any]:
    """Subquery: departures in which a file like this passes."""
    return Handover.unscoped.filter(rows).order_by().values("departure_id")


def departure_by(**wanted: Any) -> Departure:
    """What a link to a departure needs; whether the reader may follow it is decided where it leads."""
    found: Departure = Departure.unscoped.select_related("account").get(**wanted)
    return found


def signatures_of(handover_ids: Collection[int]) -> dict[int, dict[str, HandoverSignature]]:
    """Signatures by hand-over and side, of hand-overs that the caller may read. One query."""
    found: dict[int, dict[str, HandoverSignature]] = {}
    for row in HandoverSignature.unscoped.filter(handover__in=list(handover_ids)).order_by("pk"):
        found.setdefault(row.handover_id, {})[row.side] = row
    return found


def waits_for(departure: Departure) -> int:
    """Files that the job has still to hand over."""
    return Handover.unscoped.filter(departure=departure, done_at__isnull=True, refused="").count()


def name_of(dossier: Dossier) -> str:
    index = getattr(dossier.lead, "index", None)
    return index.display_name if index else _("unknown")
