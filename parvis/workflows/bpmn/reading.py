"""Reads a BPMN 2.0 file into an outline of steps, gateways and flows, and reports every fault with its line.

What a step is for stands in an extension element of the user task::

    <bpmn:extensionElements>
      <parvis:step screen="decisions.review" completesOn="decisions.ProposalReviewed" queue="chief"
                   assign="requests.referent" clock="decide" optional="false"
                   title_fr="…" title_nl="…" title_de="…" title_en="…" help_fr="…"/>
      <parvis:outcome code="agreed" label_fr="…"/>
    </bpmn:extensionElements>

Only a small part of BPMN is accepted: what is accepted is executed as drawn, the rest is refused with its name. Nothing in a
model is ever run as a program: conditions are the closed expressions of ``kernel.expressions``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
PARVIS = "urn:parvis:bpmn"
LANGUAGES = ("fr", "nl", "de", "en")
MAX_BYTES = 1_000_000
MAX_NODES = 300

STEPS = ("userTask", "manualTask")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")
CONDITIONAL = ("exclusiveGateway", "inclusiveGateway")
NODES = ("startEvent", "endEvent", *STEPS, *GATEWAYS)
PASSIVE = ("sequenceFlow", "laneSet", "textAnnotation", "association", "group", "documentation", "extensionElements", "category")


@dataclass(frozen=True)
class Outcome:
    code: str
    label: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "label": self.label}


@dataclass(frozen=True)
class StepDef:
    """A user task, as screens and the engine need it."""

    key: str
    title: dict[str, str]
    help: dict[str, str] = field(default_factory=dict)
    screen: str = ""
    completes_on: tuple[str, ...] = ()
    queue: str = ""
    assign: str = ""
    clock: str = ""
    optional: bool = False
    outcomes: tuple[Outcome, ...] = ()
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "help": self.help,
            "screen": self.screen,
            "completes_on": list(self.completes_on),
            "queue": self.queue,
            "assign": self.assign,
            "clock": self.clock,
            "optional": self.optional,
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StepDef:
        values = {name: data[name] for name in ("key", "title", "help", "screen", "queue", "assign", "clock", "optional")}
        return cls(
            **values,
            completes_on=tuple(data["completes_on"]),
            outcomes=tuple(Outcome(item["code"], item["label"]) for item in data["outcomes"]),
        )


@dataclass(frozen=True)
class Node:
    key: str
    kind: str
    name: str
    line: int
    default: str = ""


@dataclass(frozen=True)
class Flow:
    key: str
    source: str
    target: str
    condition: str | None
    line: int


@dataclass(frozen=True)
class Model:
    """A file that could be read. It may still hold faults: see ``checks``."""

    key: str
    title: dict[str, str]
    nodes: dict[str, Node]
    flows: tuple[Flow, ...]
    steps: dict[str, StepDef]
    xml: bytes
    shapes: dict[str, tuple[float, float]] = field(default_factory=dict)

    def outgoing(self, key: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == key]

    def incoming(self, key: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == key]

    def of_kind(self, *kinds: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind in kinds]

    def ordered_steps(self) -> list[StepDef]:
        """Steps in the order in which they are drawn, from left to right; without a drawing, by their distance from the start."""
        place = _places(self)
        far = (float("inf"), 0.0)
        return sorted(self.steps.values(), key=lambda step: (*place.get(step.key, far), step.line))

    def outline(self) -> dict[str, Any]:
        """What screens keep of the model: its steps in order, and which step can come after which."""
        steps = self.ordered_steps()
        after = {step.key: sorted(self._steps_after(step.key)) for step in steps}
        return {"steps": [step.to_json() for step in steps], "after": after}

    def _steps_after(self, key: str) -> set[str]:
        seen: set[str] = set()
        queue = [flow.target for flow in self.outgoing(key)]
        while queue:
            here = queue.pop()
            if here not in seen:
                seen.add(here)
                queue += [flow.target for flow in self.outgoing(here)]
        return {here for here in seen if here in self.steps}


def _places(model: Model) -> dict[str, tuple[float, float]]:
    """For each element, how far to the right it stands and how far from the line of the start. What has no shape of its own (a step
    inserted by hand) stands between its neighbours.
    """
    if not model.shapes:
        return {key: (float(depth), 0.0) for key, depth in _distances(model).items()}
    level = next((model.shapes[node.key][1] for node in model.of_kind("startEvent") if node.key in model.shapes), 0.0)
    place = {key: (x, abs(y - level)) for key, (x, y) in model.shapes.items()}
    for node in model.nodes.values():
        if node.key not in place:
            near = [flow.source for flow in model.incoming(node.key)] + [flow.target for flow in model.outgoing(node.key)]
            known = [place[key][0] for key in near if key in place]
            if known:
                place[node.key] = (sum(known) / len(known), 0.0)
    return place


def _distances(model: Model) -> dict[str, int]:
    """Number of arrows from the start, by the shortest way."""
    found = {node.key: 0 for node in model.of_kind("startEvent")}
    queue = list(found)
    while queue:
        key = queue.pop(0)
        for flow in model.outgoing(key):
            if flow.target not in found:
                found[flow.target] = found[key] + 1
                queue.append(flow.target)
    return found


def _shapes(root: Any) -> dict[str, tuple[float, float]]:
    """Middle of each drawn element."""
    found: dict[str, tuple[float, float]] = {}
    for shape in root.iter(f"{{{DI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        if bounds is not None and shape.get("bpmnElement"):
            x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
            found[shape.get("bpmnElement")] = (x + width / 2, y + height / 2)
    return found


def labels(element: Any, prefix: str, fallback: str = "") -> dict[str, str]:
    """``prefix_fr`` and its sisters of an element; languages without a text are left out, all missing gives the fallback."""
    found = {lang: element.get(f"{prefix}_{lang}", "").strip() for lang in LANGUAGES} if element is not None else {}
    found = {lang: text for lang, text in found.items() if text}
    return found or ({"fr": fallback} if fallback else {})


@functools.lru_cache(maxsize=1)
def _schema() -> Any:
    from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

    return etree.XMLSchema(etree.parse(XSD_PATH))


def _tag(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _space(element: Any) -> str:
    return (etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""


REFUSED: dict[str, Any] = {
    "scriptTask": lambda: _("script tasks are refused: no program runs in a process"),
    "serviceTask": lambda: _("service tasks are refused: a process calls no outside service by itself"),
    "businessRuleTask": lambda: _("rule tasks are refused: amounts and rights are computed by the rules of the product"),
    "sendTask": lambda: _("send tasks are refused: messages are sent by the screens of the steps"),
    "receiveTask": lambda: _("receive tasks are refused: a step is completed by what happens in the product"),
    "callActivity": lambda: _("calls of other processes are not supported"),
    "subProcess": lambda: _("sub-processes are not supported: draw their steps in the process itself"),
    "transaction": lambda: _("transactions are not supported"),
    "adHocSubProcess": lambda: _("ad-hoc sub-processes are not supported"),
    "task": lambda: _("a task without a kind does nothing: make it a user task"),
    "eventBasedGateway": lambda: _("gateways that wait for events are not supported"),
    "complexGateway": lambda: _("complex gateways are not supported"),
    "boundaryEvent": lambda: _("events on the edge of a step are not supported: terms are legal clocks of the request"),
    "intermediateCatchEvent": lambda: _("waiting events are not supported: terms are legal clocks of the request"),
    "intermediateThrowEvent": lambda: _("intermediate events are not supported"),
}


def parse(data: bytes) -> tuple[Any, list[Problem]]:
    """The XML tree of a file, or the reasons why there is none. Entities and document types are refused."""
    if len(data) > MAX_BYTES:
        return None, [Problem(0, "", _("the file is larger than %(count)d kB") % {"count": MAX_BYTES // 1000})]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None, [Problem(0, "", _("the file is not written in UTF-8"))]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        return None, [Problem(line, "", _("this is not well-formed XML: %(reason)s") % {"reason": error.msg})]
    except ValueError as error:
        return None, [Problem(0, "", _("this is not well-formed XML: %(reason)s") % {"reason": error})]
    if root.getroottree().docinfo.doctype:
        return None, [Problem(1, "", _("a document type is refused"))]
    if _tag(root) != "definitions" or _space(root) != BPMN:
        return None, [Problem(root.sourceline or 0, _tag(root), _("this is not a BPMN 2.0 file"))]
    return root, []


def schema_problems(root: Any) -> list[Problem]:
    """What breaks the BPMN 2.0 schema."""
    schema = _schema()
    if schema.validate(root):
        return []
    return [
        Problem(entry.line, "", _("not valid BPMN 2.0: %(reason)s") % {"reason": entry.message.replace(f"{{{BPMN}}}", "")})
        for entry in list(schema.error_log)[:20]
    ]


def read(data: bytes) -> tuple[Model | None, list[Problem]]:
    """A model and the faults met while reading. The model is None when there is nothing to go on with."""
    root, problems = parse(data)
    if root is None:
        return None, problems
    problems = schema_problems(root)
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        line = processes[1].sourceline if len(processes) > 1 else root.sourceline
        text = _("a file holds one process; this one holds %(count)d") % {"count": len(processes)}
        return None, [*problems, Problem(line or 0, "process", text)]
    process = processes[0]
    if process.get("isExecutable", "false") not in {"true", "1"}:
        text = _("the process is a drawing: mark it as executable (isExecutable) once each step says who does it")
        problems.append(Problem(process.sourceline, process.get("id", ""), text))
    if not process.get("id"):
        return None, [*problems, Problem(process.sourceline, "process", _("the process has no id"))]
    model, more = _outline(process, data, _shapes(root))
    return model, [*problems, *more]


def _outline(process: Any, data: bytes, shapes: dict[str, tuple[float, float]]) -> tuple[Model, list[Problem]]:
    problems: list[Problem] = []
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    steps: dict[str, StepDef] = {}
    title: dict[str, str] = {}
    for element in process:
        tag, line = _tag(element), element.sourceline or 0
        if not tag or _space(element) != BPMN:
            continue
        key = element.get("id", "")
        if tag == "extensionElements":
            title = labels(element.find(f"{{{PARVIS}}}process"), "title")
        elif tag == "sequenceFlow":
            condition = element.find(f"{{{BPMN}}}conditionExpression")
            text = None if condition is None else (condition.text or "").strip()
            flows.append(Flow(key, element.get("sourceRef", ""), element.get("targetRef", ""), text, line))
        elif tag in NODES:
            problems += _inside(element, tag, key, line)
            nodes[key] = Node(key, tag, element.get("name", ""), line, element.get("default", ""))
            if tag in STEPS:
                steps[key] = _step(element, key, line)
        elif tag in REFUSED:
            problems.append(Problem(line, key, REFUSED[tag]()))
        elif tag not in PASSIVE:
            problems.append(Problem(line, key, _("%(kind)s is not supported") % {"kind": tag}))
    name = process.get("name") or process.get("id")
    return Model(process.get("id"), title or {"fr": name}, nodes, tuple(flows), steps, data, shapes), problems


def _inside(element: Any, tag: str, key: str, line: int) -> list[Problem]:
    """Parts of an accepted element that would change what it does."""
    found: list[Problem] = []
    for child in element:
        name = _tag(child)
        if name.endswith("EventDefinition"):
            found.append(Problem(child.sourceline or line, key, _("a start or an end has no trigger here (%(kind)s)") % {"kind": name}))
        elif name.endswith("LoopCharacteristics"):
            found.append(Problem(child.sourceline or line, key, _("a step is not repeated by itself (%(kind)s)") % {"kind": name}))
        elif name in {"ioSpecification", "dataInputAssociation", "dataOutputAssociation"}:
            found.append(
                Problem(child.sourceline or line, key, _("steps carry no data: facts are read where they live (%(kind)s)") % {"kind": name})
            )
    return found


def _step(element: Any, key: str, line: int) -> StepDef:
    extensions = element.find(f"{{{BPMN}}}extensionElements")
    own = extensions.find(f"{{{PARVIS}}}step") if extensions is not None else None
    outcomes = extensions.findall(f"{{{PARVIS}}}outcome") if extensions is not None else []
    value = (lambda name: (own.get(name) or "").strip()) if own is not None else (lambda name: "")
    return StepDef(
        key=key,
        title=labels(own, "title", element.get("name") or key),
        help=labels(own, "help"),
        screen=value("screen"),
        completes_on=tuple(value("completesOn").split()),
        queue=value("queue"),
        assign=value("assign"),
        clock=value("clock"),
        optional=value("optional") == "true",
        outcomes=tuple(Outcome((item.get("code") or "").strip(), labels(item, "label", item.get("code") or "")) for item in outcomes),
        line=line,
    )
