"""Pure rules of deciding: transitions, quorum per case, tally, order of the agenda, deviation, readable reasons. No Django."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

#: state → gesture → next state. What is not here is forbidden.
PROPOSAL_TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "draft": {"submit": "submitted", "submit_unreviewed": "validated", "decide_urgent": "decided"},
    "returned": {"submit": "submitted", "submit_unreviewed": "validated", "decide_urgent": "decided"},
    "submitted": {"validate": "validated", "return": "returned", "take_back": "draft"},
    "validated": {"schedule": "scheduled", "return": "returned"},
    "scheduled": {"decide": "decided", "postpone": "validated", "ask_more": "returned", "carry": "scheduled"},
    "decided": {},
}

#: States in which the author writes, in which the chief writes.
DRAFTING = ("draft", "returned")
REVIEWING = ("submitted",)

SESSION_TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "planned": {"freeze": "frozen"},
    "frozen": {"open": "open"},
    "open": {"close": "closed"},
    "closed": {},
}


def next_state(table: Mapping[str, Mapping[str, str]], state: str, gesture: str) -> str | None:
    """The state after the gesture, or None when it is forbidden."""
    return table.get(state, {}).get(gesture)


@dataclass(frozen=True)
class RollEntry:
    """A member at the moment of one case."""

    account_id: int
    label: str
    role: str
    voting: bool
    present: bool
    recused: bool


@dataclass(frozen=True)
class Quorum:
    needed: int
    counted: int

    @property
    def reached(self) -> bool:
        return self.counted >= self.needed


def quorum_for_case(roll: Iterable[RollEntry], needed: int) -> Quorum:
    """Counts the voting members who are present and not recused in this very case."""
    return Quorum(needed, sum(1 for entry in roll if entry.voting and entry.present and not entry.recused))


def tally_problem(votes: Sequence[int | None], entitled: int, *, carried: bool = True) -> str | None:
    """Why a tally (for, against, abstain) cannot stand: "partial", "negative", "too_many", "lost" or None.

    No tally at all = consensus. With one, the votes may not exceed the entitled members, and a decision taken needs more
    votes for than against (`carried`).
    """
    given = [vote for vote in votes if vote is not None]
    if not given:
        return None
    if len(given) != len(votes):
        return "partial"
    if any(vote < 0 for vote in given):
        return "negative"
    if sum(given) > entitled:
        return "too_many"
    if carried and given[0] <= given[1]:
        return "lost"
    return None


@dataclass(frozen=True)
class AgendaEntry:
    item_id: int
    due_on: date | None
    urgent: bool
    to_be_heard: bool
    kind: str
    late: bool = False


def agenda_order(entries: Iterable[AgendaEntry]) -> list[int]:
    """Nearest legal deadline first, then urgency, then hearings, then the type of aid; late items after all others."""
    return [
        entry.item_id
        for entry in sorted(
            entries,
            key=lambda e: (e.late, e.due_on or date.max, not e.urgent, not e.to_be_heard, e.kind, e.item_id),
        )
    ]


_MATERIAL = ("kind", "beneficiary", "payee", "amount", "currency", "periodicity", "from", "to", "recover", "details")


def material(provision: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a provision that makes a difference to the person."""
    return {name: provision.get(name) for name in _MATERIAL}


def provisions_differ(proposed: Sequence[Mapping[str, Any]], decided: Sequence[Mapping[str, Any]]) -> bool:
    return [material(p) for p in proposed] != [material(p) for p in decided]


def deviates(*, proposed_outcome: str, outcome: str, proposed: Sequence[Mapping[str, Any]], decided: Sequence[Mapping[str, Any]]) -> bool:
    """True when what is decided is not what was proposed: such a decision needs words."""
    if outcome != proposed_outcome:
        return True
    return outcome == "granted" and provisions_differ(proposed, decided)


_WORD = re.compile(r"\w+", re.UNICODE)
MIN_OWN_WORDS = 8


def words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return _WORD.findall(folded)


def own_words(text: str, stock: Iterable[str]) -> int:
    """How many words of the text come from no stock paragraph."""
    known = {word for paragraph in stock for word in words(paragraph)}
    return sum(1 for word in words(text) if word not in known and len(word) > 1)


def stock_only(text: str, stock: Iterable[str]) -> bool:
    """True when a reason says nothing of this person: shorter than a sentence or only the stock paragraphs' words."""
    return own_words(text, list(stock)) < MIN_OWN_WORDS


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed between two readings of a situation, entry by entry, unchanged ones last."""
    changed: list[dict[str, Any]] = []
    same: list[dict[str, Any]] = []
    for key in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(key), after.get(key)
        (same if was == now else changed).append({"key": key, "was": was, "now": now, "same": was == now})
    return changed + same
