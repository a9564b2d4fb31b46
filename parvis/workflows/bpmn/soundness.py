"""Plays every way through a model with plain tokens, to find the ones that get stuck: a join that waits for a branch never taken.

Choices are free (each condition may hold or not), so what is found does not depend on facts. The number of situations is capped;
a model that exceeds the cap is let through, because its size alone is no fault.
"""

from __future__ import annotations

from itertools import combinations

from django.utils.translation import gettext as _

from ..errors import Problem
from .reading import Model, Node

MAX_SITUATIONS = 4_000
MAX_PER_FLOW = 2
Situation = tuple[tuple[str, int], ...]  # flow key -> tokens on it, sorted


def _taken(marks: dict[str, int], keys: list[str]) -> dict[str, int]:
    out = dict(marks)
    for key in keys:
        out[key] -= 1
        if not out[key]:
            del out[key]
    return out


def _put(marks: dict[str, int], keys: list[str]) -> dict[str, int]:
    out = dict(marks)
    for key in keys:
        out[key] = min(out.get(key, 0) + 1, MAX_PER_FLOW)
    return out


class _Net:
    def __init__(self, model: Model) -> None:
        self.model = model
        names = {id(flow): flow.key or f"{flow.source}>{flow.target}" for flow in model.flows}
        self.out = {key: [names[id(f)] for f in model.outgoing(key)] for key in model.nodes}
        self.into = {key: [names[id(f)] for f in model.incoming(key)] for key in model.nodes}
        self.target = {names[id(f)]: f.target for f in model.flows}

    def reaches(self, flow: str, goal: str) -> bool:
        """A token on this flow can come to the goal without passing it first."""
        seen: set[str] = set()
        queue = [self.target[flow]]
        while queue:
            key = queue.pop()
            if key == goal:
                return True
            if key not in seen:
                seen.add(key)
                queue += [self.target[name] for name in self.out[key]]
        return False

    def steps(self, marks: dict[str, int]) -> list[dict[str, int]]:
        after: list[dict[str, int]] = []
        for node in self.model.nodes.values():
            after += self._fire(node, marks)
        return after

    def _fire(self, node: Node, marks: dict[str, int]) -> list[dict[str, int]]:
        into, out = self.into[node.key], self.out[node.key]
        here = [name for name in into if marks.get(name)]
        if not here:
            return []
        if node.kind == "parallelGateway":
            if len(here) < len(into):
                return []
            return [_put(_taken(marks, into), out)]
        if node.kind == "inclusiveGateway":
            elsewhere = [name for name in marks if name not in into]
            if len(into) > 1 and any(self.reaches(name, node.key) for name in elsewhere):
                return []
            left = _taken(marks, here)
            sizes = range(1, len(out) + 1)
            return [_put(left, list(some)) for size in sizes for some in combinations(out, size)]
        moves = []
        for name in here:
            left = _taken(marks, [name])
            moves += [_put(left, [one]) for one in out] if out else [left]
        return moves


def dead_ends(model: Model) -> list[Problem]:
    """Joins at which a case can be stuck for ever."""
    net = _Net(model)
    (start,) = model.of_kind("startEvent")
    first: Situation = tuple((name, 1) for name in net.out[start.key])
    seen = {first}
    queue = [first]
    stuck: dict[str, Node] = {}
    while queue and len(seen) < MAX_SITUATIONS:
        marks = dict(queue.pop())
        following = net.steps(marks)
        if not following:
            for name in marks:
                node = model.nodes[net.target[name]]
                stuck.setdefault(node.key, node)
        for after in following:
            situation = tuple(sorted(after.items()))
            if situation not in seen:
                seen.add(situation)
                queue.append(situation)
    text = _("a case can be stuck for ever at “%(name)s”: it waits for an arrow by which nothing comes")
    return [Problem(node.line, node.key, text % {"name": node.name or node.key}) for node in stuck.values()]
