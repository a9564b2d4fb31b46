"""What a model must satisfy to be published. Every fault is reported, each with its line: a designer sees the whole list at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.kernel import expressions
from parvis.kernel.errors import DomainError

from ..errors import Problem
from .reading import CONDITIONAL, GATEWAYS, MAX_NODES, Flow, Model, Node, StepDef
from .soundness import dead_ends

#: Names that a condition may read besides the registered facts: how the last step on this way ended, and each step by its id.
STEP_NAMES = ("step.outcome", "step.event")


@dataclass(frozen=True)
class Known:
    """What exists in this instance."""

    facts: frozenset[str]
    screens: frozenset[str]
    assignees: frozenset[str]
    events: frozenset[str]
    queues: frozenset[str]


def problems_of(model: Model, known: Known) -> list[Problem]:
    """Every reason not to publish."""
    found: list[Problem] = []
    if len(model.nodes) > MAX_NODES:
        found.append(Problem(0, "", _("more than %(count)d elements") % {"count": MAX_NODES}))
        return found
    found += _ends(model)
    found += _flows(model)
    for node in model.nodes.values():
        found += _node(model, node)
    for flow in model.flows:
        if flow.condition is not None:
            found += _condition(model, flow.key or flow.source, flow.line, flow.condition, known)
    for step in model.steps.values():
        found += _step(step, known)
    if not found:
        found += _ways(model)
    if not found:
        found += dead_ends(model)
    return sorted(found, key=lambda problem: (problem.line, problem.element))


def _ends(model: Model) -> list[Problem]:
    found: list[Problem] = []
    starts = model.of_kind("startEvent")
    if len(starts) != 1:
        line = starts[1].line if len(starts) > 1 else 0
        found.append(Problem(line, "startEvent", _("a process has exactly one start; this one has %(count)d") % {"count": len(starts)}))
    if not model.of_kind("endEvent"):
        found.append(Problem(0, "endEvent", _("the process has no end")))
    if not model.steps:
        found.append(Problem(0, "userTask", _("the process has no step")))
    return found


def _flows(model: Model) -> list[Problem]:
    found: list[Problem] = []
    for flow in model.flows:
        for end in (flow.source, flow.target):
            if end not in model.nodes:
                found.append(
                    Problem(
                        flow.line, flow.key, _("the arrow leads to or from “%(name)s”, which is not a supported element") % {"name": end}
                    )
                )
    return found


def _node(model: Model, node: Node) -> list[Problem]:
    found: list[Problem] = []
    out, into = model.outgoing(node.key), model.incoming(node.key)
    name = node.name or node.key
    if node.kind == "startEvent":
        if into or len(out) != 1:
            found.append(Problem(node.line, node.key, _("the start has one arrow out and none in")))
    elif node.kind == "endEvent":
        if out or not into:
            found.append(Problem(node.line, node.key, _("an end has arrows in and none out")))
    elif not into or not out:
        found.append(Problem(node.line, node.key, _("“%(name)s” needs an arrow in and an arrow out") % {"name": name}))
    if node.kind not in GATEWAYS and len(out) > 1:
        found.append(Problem(node.line, node.key, _("“%(name)s” has several arrows out: put a gateway after it") % {"name": name}))
    if node.kind in GATEWAYS and len(out) > 1 and len(into) > 1 and node.kind != "exclusiveGateway":
        text = _("“%(name)s” both joins and splits: draw two gateways, so that it is clear what is waited for")
        found.append(Problem(node.line, node.key, text % {"name": name}))
    if node.kind in CONDITIONAL and len(out) > 1:
        found += _choice(model, node, name)
    elif any(flow.condition for flow in out):
        flow = next(flow for flow in out if flow.condition)
        found.append(
            Problem(flow.line, flow.key or node.key, _("a condition after “%(name)s” would be ignored: put a gateway") % {"name": name})
        )
    return found


def _choice(model: Model, node: Node, name: str) -> list[Problem]:
    found: list[Problem] = []
    out = model.outgoing(node.key)
    if not node.default:
        if node.kind == "inclusiveGateway" and any(flow.condition == "true" for flow in out):
            return _bare(out, node, name)  # one arrow is always taken
        text = _("“%(name)s” has no default arrow: a case that meets no condition would be stuck")
        found.append(Problem(node.line, node.key, text % {"name": name}))
    elif node.default not in {flow.key for flow in out}:
        found.append(Problem(node.line, node.key, _("the default arrow of “%(name)s” is not one of its arrows") % {"name": name}))
    for flow in out:
        if flow.key == node.default and flow.condition:
            found.append(Problem(flow.line, flow.key, _("the default arrow has no condition")))
    return found + _bare(out, node, name)


def _bare(out: list[Flow], node: Node, name: str) -> list[Problem]:
    text = _("an arrow of “%(name)s” has neither a condition nor is the default") % {"name": name}
    return [Problem(flow.line, flow.key or node.key, text) for flow in out if flow.key != node.default and not flow.condition]


def _condition(model: Model, key: str, line: int, text: str, known: Known) -> list[Problem]:
    if not text:
        return []
    try:
        ast = expressions.parse(text)
    except DomainError as error:
        return [Problem(line, key, _("the condition “%(text)s” cannot be read: %(reason)s") % {"text": text[:120], "reason": error})]
    step_names = {f"steps.{step}.outcome" for step in model.steps}
    allowed = known.facts | set(STEP_NAMES) | step_names
    return [
        Problem(line, key, _("the condition asks for “%(name)s”, which no part of the product can answer") % {"name": name})
        for name in sorted(expressions.names_in(ast) - allowed)
    ]


def _step(step: StepDef, known: Known) -> list[Problem]:
    found: list[Problem] = []

    def fault(text: str) -> None:
        found.append(Problem(step.line, step.key, text))

    if not step.queue:
        fault(_("the step names no queue: nobody would find it when its owner is away"))
    elif step.queue not in known.queues:
        fault(_("unknown queue “%(name)s” (known: %(known)s)") % {"name": step.queue, "known": ", ".join(sorted(known.queues))})
    if step.assign and step.assign not in known.assignees:
        fault(_("nobody knows how to find “%(name)s”") % {"name": step.assign})
    if step.screen and step.screen not in known.screens:
        fault(_("unknown screen “%(name)s”") % {"name": step.screen})
    if step.screen and not step.completes_on:
        fault(_("a step with a screen says what completes it (completesOn)"))
    for name in step.completes_on:
        if name not in known.events:
            fault(_("unknown event “%(name)s”") % {"name": name})
    codes = [outcome.code for outcome in step.outcomes]
    if "" in codes or len(codes) != len(set(codes)):
        fault(_("each outcome of a step has a code of its own"))
    return found


def _reach(model: Model, starts: Iterable[str], ends: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    queue = list(starts)
    while queue:
        key = queue.pop()
        if key not in seen:
            seen.add(key)
            queue += ends(key)
    return seen


def _ways(model: Model) -> list[Problem]:
    """Each element lies on a way from the start to an end, and no loop goes round without a person."""
    found: list[Problem] = []
    forward = _reach(model, [n.key for n in model.of_kind("startEvent")], lambda key: [f.target for f in model.outgoing(key)])
    backward = _reach(model, [n.key for n in model.of_kind("endEvent")], lambda key: [f.source for f in model.incoming(key)])
    for node in model.nodes.values():
        name = node.name or node.key
        if node.key not in forward:
            found.append(Problem(node.line, node.key, _("“%(name)s” is never reached from the start") % {"name": name}))
        elif node.key not in backward:
            found.append(Problem(node.line, node.key, _("from “%(name)s” no end is ever reached") % {"name": name}))
    for gate in model.of_kind(*GATEWAYS):
        onward = [f.target for f in model.outgoing(gate.key)]
        around = _reach(model, onward, lambda key: [f.target for f in model.outgoing(key)] if key not in model.steps else [])
        if gate.key in around:
            text = _("“%(name)s” lies on a loop without any step: the case would go round for ever")
            found.append(Problem(gate.line, gate.key, text % {"name": gate.name or gate.key}))
    return found
