"""Runs cases with SpiffWorkflow, without its Python: nothing in a model or in a stored case is ever evaluated as a program.

The library's own script engine calls ``eval`` and ``exec``. Ours shares no code with it: a condition is parsed by
``kernel.expressions`` and reads registered facts, fresh each time; everything else raises.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from parvis.kernel import expressions
from parvis.kernel.errors import DomainError

from ..errors import Problem
from .reading import NODES, StepDef

SERIALIZER_VERSION = "1.5"
MAX_AUTOMATIC = 500
#: Data of a token: how the last step on its way ended, and how each step ended. Outcomes only, never facts.
LAST, BY_STEP = "last", "steps"


class ProcessFault(DomainError):
    """A running case met something its model should not contain. The gesture is undone."""

    status = 500


class _Refusing:
    """Stands where the library keeps its Python environment."""

    def __getattr__(self, name: str) -> Any:
        raise ProcessFault(_("A process runs no program (%(name)s).") % {"name": name})


@functools.lru_cache(maxsize=512)
def _condition(text: str) -> Any:
    return expressions.parse(text)


class Names(Mapping[str, Any]):
    """What a condition may read: outcomes of steps from the token, facts from the registry, computed when asked for."""

    def __init__(self, data: Mapping[str, Any], fact: Callable[[str], Any]) -> None:
        self.data, self.fact = data, fact

    def __getitem__(self, name: str) -> Any:
        last = self.data.get(LAST) or {}
        if name == "step.outcome":
            return last.get("outcome") or None
        if name == "step.event":
            return last.get("event") or None
        if name.startswith("steps.") and name.endswith(".outcome"):
            return (self.data.get(BY_STEP) or {}).get(name[len("steps.") : -len(".outcome")]) or None
        return self.fact(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class RestrictedEngine:
    """The library asks this object for everything it would otherwise evaluate. It knows conditions and nothing else."""

    def __init__(self, fact: Callable[[str], Any]) -> None:
        self.fact = fact
        self.environment = _Refusing()

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        return expressions.holds(_condition(expression), Names(task.data, self.fact))

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        raise ProcessFault(_("A process runs no program (%(name)s).") % {"name": "script"})

    def call_service(self, *args: Any, **kwargs: Any) -> Any:
        raise ProcessFault(_("A process runs no program (%(name)s).") % {"name": "service"})

    def validate(self, expression: str) -> None:
        _condition(expression)


class _Parser(BpmnParser):
    """Knows only the elements that Parvis accepts."""

    PARSER_CLASSES = {full_tag(name): BpmnParser.PARSER_CLASSES[full_tag(name)] for name in NODES}

    def get_document_positions(self, root: Any) -> dict[str, Any]:
        """None: the library tries the arrows of a gateway in the order in which their targets are drawn, top first, so that moving a
        box would change decisions. Without positions it is the order of the file.
        """
        return {}


def _serializer() -> BpmnWorkflowSerializer:
    return BpmnWorkflowSerializer(version=SERIALIZER_VERSION)


def compile_spec(data: bytes, key: str) -> tuple[dict[str, Any], list[Problem]]:
    """The engine's form of a model that passed the checks, as JSON; or why it refuses it."""
    parser = _Parser()
    try:
        parser.add_bpmn_xml(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))
        spec = parser.get_spec(key)
    except ValidationException as error:
        return {}, [Problem(int(error.line_number or 0), str(error.tag or ""), str(error))]
    except SpiffWorkflowException as error:
        return {}, [Problem(0, "", str(error))]
    return json.loads(json.dumps(_serializer().to_dict(spec))), []


@dataclass(frozen=True)
class Token:
    """A step that waits for a person."""

    id: str
    step: str


class Run:
    """One case in memory, from its stored tokens or from the start."""

    def __init__(self, workflow: BpmnWorkflow, fact: Callable[[str], Any]) -> None:
        self.workflow = workflow
        self.workflow.script_engine = RestrictedEngine(fact)

    @classmethod
    def start(cls, spec: Mapping[str, Any], fact: Callable[[str], Any]) -> Run:
        run = cls(BpmnWorkflow(_restore_spec(spec), script_engine=RestrictedEngine(fact)), fact)
        run._go()
        return run

    @classmethod
    def load(cls, spec: Mapping[str, Any], tokens: Mapping[str, Any], fact: Callable[[str], Any]) -> Run:
        data = copy.deepcopy(dict(tokens))
        if data.pop("serializer_version", None) != SERIALIZER_VERSION:
            raise ProcessFault(_("The stored state of this case has another format."))
        data["spec"], data["subprocess_specs"] = copy.deepcopy(dict(spec)), {}
        return cls(_serializer().from_dict(data), fact)

    def dump(self) -> dict[str, Any]:
        data = _serializer().to_dict(self.workflow)
        data.pop("spec")
        data.pop("subprocess_specs")
        data["serializer_version"] = SERIALIZER_VERSION
        return json.loads(json.dumps(data))

    @property
    def finished(self) -> bool:
        return bool(self.workflow.completed)

    def ready(self) -> list[Token]:
        tasks = [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]
        return [Token(str(task.id), task.task_spec.name) for task in tasks]

    def completed(self) -> set[str]:
        return {str(task.id) for task in self.workflow.get_tasks(state=TaskState.COMPLETED) if task.task_spec.manual}

    def complete(self, token: Token, *, outcome: str, event: str) -> None:
        """Finish a READY step and run what follows by itself.

        Raises:
            ProcessFault: the token is not READY (the library would silently run it again).
        """
        task = next((t for t in self.workflow.get_tasks(state=TaskState.READY) if str(t.id) == token.id), None)
        if task is None:
            raise ProcessFault(_("This step is not waiting any more."))
        task.data[LAST] = {"outcome": outcome, "event": event, "step": token.step}
        task.data[BY_STEP] = {**(task.data.get(BY_STEP) or {}), token.step: outcome}
        task.run()
        self._go()

    def _go(self) -> None:
        count = 0

        def limit(_task: Any) -> None:
            nonlocal count
            count += 1
            if count > MAX_AUTOMATIC:
                raise ProcessFault(_("The process goes round without a step."))

        try:
            self.workflow.do_engine_steps(will_complete_task=limit)
        except SpiffWorkflowException as error:
            raise ProcessFault(_("The process cannot go on: %(reason)s") % {"reason": error}) from error


def _restore_spec(spec: Mapping[str, Any]) -> Any:
    return _serializer().from_dict(copy.deepcopy(dict(spec)))


def waiting_for(steps: Mapping[str, StepDef], tokens: list[Token], event: str) -> list[Token]:
    """The tokens whose step is completed by this event."""
    return [token for token in tokens if token.step in steps and event in steps[token.step].completes_on]
