"""Events, facts, screens and helpers of the tests: the seed model runs against these stand-ins of the contexts above."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from parvis.kernel import registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.events import Event
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.registries import Screen
from parvis.kernel.subject import SubjectRef
from parvis.workflows.services import running
from parvis.workflows.services.publishing import seed_xml

SYSTEM = system_actor("test")


@contextmanager
def registered(registry: Any, **items: Any) -> Iterator[None]:
    """Entries of a registry for the length of a test; keys are written with ``__`` for the dot."""
    wanted = {key.replace("__", "."): item for key, item in items.items()}
    before = {key: registry._items[key] for key in wanted if key in registry._items}
    registry._items.update(wanted)
    try:
        yield
    finally:
        for key in wanted:
            registry._items.pop(key, None)
        registry._items.update(before)


def event_type(name: str) -> type[Event]:
    """The event class of this name: the product's own where its context is there, else a stand-in."""
    found = _by_name(Event, name)
    if found is None:
        context, short = name.split(".")
        found = dataclass(frozen=True, kw_only=True)(
            type(short, (Event,), {"__module__": f"parvis.{context}.events", "__annotations__": {}})
        )
    return found


def _by_name(base: type[Event], name: str) -> type[Event] | None:
    for child in base.__subclasses__():
        if child.name == name:
            return child
        deeper = _by_name(child, name)
        if deeper is not None:
            return deeper
    return None


SEED_EVENTS = (
    "requests.RequestJoined",
    "decisions.ProposalSubmitted",
    "decisions.ProposalReviewed",
    "decisions.LegalOpinionGiven",
    "decisions.DecisionTaken",
    "decisions.DecisionNotified",
    "aid.FirstPaymentExecuted",
    "aid.ClaimRegistered",
)
SEED_SCREENS = (
    "requests.identify",
    "decisions.draft_proposal",
    "decisions.review",
    "decisions.opinion",
    "decisions.committee",
    "decisions.urgent",
    "decisions.notify",
    "aid.pay",
    "aid.recover",
)


class World:
    """What the conditions of the seed ask for, settable by a test."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {
            "requests.urgent": False,
            "decisions.chief_level": True,
            "decisions.legal_requested": False,
            "decisions.has_payment": False,
            "decisions.has_recovery": False,
            "test.late": False,
        }
        self.referent: int | None = None

    @contextmanager
    def installed(self) -> Iterator[World]:
        facts = {name.replace(".", "__"): (lambda subject, name=name: self.facts[name]) for name in self.facts}
        screens = {
            key.replace(".", "__"): Screen(key, key, lambda subject, key=key: f"/{key.replace('.', '/')}/{subject.id}/")
            for key in SEED_SCREENS
        }
        for name in SEED_EVENTS:
            _types.setdefault(name, event_type(name))
        with (
            registered(registries.facts, **facts),
            registered(registries.screens, **screens),
            registered(registries.assignees, requests__referent=lambda subject: self.referent),
        ):
            yield self


_types: dict[str, type[Event]] = {}


def happened(name: str, subject: SubjectRef | None, outcome: str = "", actor: Actor = SYSTEM) -> None:
    """Publish an event with only what every event has: processes read nothing else of it."""
    kind = _types.setdefault(name, event_type(name))
    event = object.__new__(kind)
    for key, value in {"actor": actor, "process_subject": subject, "outcome": outcome}.items():
        object.__setattr__(event, key, value)
    with gesture_scope():
        running.on_event(event)


def model(body: str, *, key: str = "trial", head: str = 'isExecutable="true"') -> bytes:
    """A small BPMN file around the given elements of a process."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:parvis="urn:parvis:bpmn" targetNamespace="urn:test">
<bpmn:process id="{key}" name="Trial" {head}>
{body}
</bpmn:process>
</bpmn:definitions>
""".encode()


def user_task(key: str, attributes: str = 'queue="clerk"', inner: str = "") -> str:
    return f'<bpmn:userTask id="{key}" name="{key.title()}"><bpmn:extensionElements><parvis:step {attributes} />{inner}</bpmn:extensionElements></bpmn:userTask>'


def flow(source: str, target: str, condition: str = "", key: str = "") -> str:
    key = key or f"{source}_{target}"
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


SEED = seed_xml("aid-request")
