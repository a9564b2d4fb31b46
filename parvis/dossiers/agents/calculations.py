"""Which agent suits a file, in points that can be added up by hand; how the files of somebody who leaves are shared out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Weights:
    """What each reason may bring, in points. Together 100 when everything is asked."""

    speciality: int = 40
    language: int = 25
    sector: int = 10
    room: int = 15
    known: int = 10


WEIGHTS = Weights()


@dataclass(frozen=True)
class Need:
    """What a file asks for. ``barred``: reserved sectors of the file, for their agents only. ``known``: who followed the household; ``own``:
    agents who belong to it, as persons on file."""

    speciality: str = ""
    language: str = ""
    sectors: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """What an agent brings on a day. ``shares``: speciality to percent; ``quotas``: speciality to most files; ``loads``: files of each
    speciality; ``quota`` None: nothing noted. ``going``: leaves after that day; ``leads``: head of service without a profile."""

    id: int
    name: str
    shares: Mapping[str, int] = field(default_factory=dict)
    quotas: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    sectors: frozenset[int] = frozenset()
    quota: int | None = None
    load: int = 0
    loads: Mapping[str, int] = field(default_factory=dict)
    away: bool = False
    going: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Mark:
    """Points for one reason, of the most that it brings."""

    key: str
    points: int
    most: int


@dataclass(frozen=True)
class Ranked:
    """``why_not``: why the agent is not proposed; empty for those who are."""

    agent: Candidate
    marks: tuple[Mark, ...]
    why_not: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        return sum(mark.points for mark in self.marks)

    @property
    def most(self) -> int:
        return sum(mark.most for mark in self.marks)

    @property
    def proposed(self) -> bool:
        return not self.why_not


def part(weight: int, of: int, whole: int) -> int:
    """``weight`` × of / whole, between nothing and all, the half point upwards."""
    of = min(max(of, 0), whole)
    return (2 * weight * of + whole) // (2 * whole) if whole else 0


def marks(need: Need, agent: Candidate, weights: Weights = WEIGHTS) -> tuple[Mark, ...]:
    """Points for each reason that the file asks about; room is always asked."""
    found = []
    if need.speciality:
        found.append(Mark("speciality", part(weights.speciality, agent.shares.get(need.speciality, 0), 100), weights.speciality))
    if need.language:
        found.append(Mark("language", weights.language if need.language in agent.languages else 0, weights.language))
    if need.sectors:
        found.append(Mark("sector", weights.sector if need.sectors & agent.sectors else 0, weights.sector))
    room = part(weights.room, agent.quota - agent.load, agent.quota) if agent.quota else 0
    found.append(Mark("room", room, weights.room))
    if need.known:
        found.append(Mark("known", weights.known if agent.id in need.known else 0, weights.known))
    return tuple(found)


def why_not(need: Need, agent: Candidate) -> tuple[str, ...]:
    """Reasons for which an agent is not proposed, whatever the points."""
    found = []
    if agent.id in need.own:
        found.append("own")
    if agent.away:
        found.append("away")
    if agent.going:
        found.append("going")
    if agent.quota is not None and agent.load >= agent.quota:
        found.append("full")
    most = agent.quotas.get(need.speciality) if need.speciality else None
    if most is not None and agent.loads.get(need.speciality, 0) >= most:
        found.append("full_speciality")
    if need.speciality and agent.shares and not agent.shares.get(need.speciality):
        found.append("other_speciality")
    if need.barred - agent.sectors:
        found.append("reserved")
    if agent.leads:
        found.append("leads")
    return tuple(found)


def rank(need: Need, agents: Iterable[Candidate], weights: Weights = WEIGHTS) -> list[Ranked]:
    """Those proposed, the best first; then the others. Equal points: who has fewer files, then by name."""
    rows = [Ranked(agent, marks(need, agent, weights), why_not(need, agent)) for agent in agents]
    return sorted(rows, key=lambda row: (not row.proposed, -row.score, row.agent.load, row.agent.name.casefold(), row.agent.id))


def with_file(agent: Candidate, speciality: str) -> Candidate:
    """The same agent with one file more."""
    loads = dict(agent.loads)
    if speciality:
        loads[speciality] = loads.get(speciality, 0) + 1
    return replace(agent, load=agent.load + 1, loads=loads)


def share_out(
    files: Sequence[tuple[int, Need]],
    agents: Iterable[Candidate],
    chosen: Mapping[int, int] | None = None,
    weights: Weights = WEIGHTS,
) -> tuple[dict[int, int | None], list[Candidate]]:
    """A successor for each file, in order: the chosen one, else the first proposed, counting what each got before; None: nobody is free.

    Returns also the agents with their load afterwards. Of agents alike, the one with most room comes first: the files spread by quota.
    """
    now = {agent.id: agent for agent in agents}
    given: dict[int, int | None] = {pk: heir for pk, heir in (chosen or {}).items() if heir in now}
    for pk, need in files:
        heir = given.get(pk)
        if heir is not None:
            now[heir] = with_file(now[heir], need.speciality)
    for pk, need in files:
        if given.get(pk) is not None:
            continue
        best = next((row for row in rank(need, now.values(), weights) if row.proposed), None)
        given[pk] = best.agent.id if best else None
        if best is not None:
            now[best.agent.id] = with_file(best.agent, need.speciality)
    return given, [now[agent] for agent in now]
