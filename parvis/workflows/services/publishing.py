"""Publication of models: checked as a whole, numbered, never changed afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.utils.translation import gettext as _

from parvis.identity.enums import Function
from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import Event
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..bpmn import checks, engine, reading
from ..errors import ModelRefused, Problem
from ..models import ProcessVersion

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
STREAM = "context:workflows"
#: Files found without fault in this process (digest, key, what existed then): every way through a model is walked, which takes a while.
_sound: set[tuple[str, str, checks.Known]] = set()


def _event_names(base: type[Event] = Event) -> set[str]:
    names: set[str] = set()
    for child in base.__subclasses__():
        names |= {child.name} | _event_names(child)
    return names


def known() -> checks.Known:
    """What models may name in this instance."""
    return checks.Known(
        facts=frozenset(registries.facts),
        screens=frozenset(registries.screens),
        assignees=frozenset(registries.assignees),
        events=frozenset(_event_names()),
        queues=frozenset(Function.values),
    )


def seed_xml(key: str) -> bytes:
    """The model that the product brings along."""
    return (SEEDS / f"{key}.bpmn").read_bytes()


def check_model(xml: bytes, *, key: str = "") -> tuple[reading.Model | None, list[Problem]]:
    """Every reason why a file cannot be published (as ``key``, when given); none means that it can."""
    model, problems = reading.read(xml)
    if model is None:
        return None, problems
    if key and model.key != key:
        text = _("the file holds the process “%(found)s”, not “%(wanted)s”") % {"found": model.key, "wanted": key}
        problems = [Problem(0, model.key, text), *problems]
    exists = known()
    mark = (hashlib.sha256(xml).hexdigest(), key, exists)
    if not problems and mark in _sound:
        return model, []
    problems = [*problems, *checks.problems_of(model, exists)]
    if not problems:
        problems = engine.compile_spec(xml, model.key)[1]
    if not problems:
        _sound.add(mark)
        if len(_sound) > 16:
            _sound.pop()
    return model, problems


@gesture
def publish_process(*, actor: Actor, xml: bytes, key: str = "", note: str = "") -> ProcessVersion:
    """Publish a model as the next version of its process. Publishing the present version again changes nothing.

    Raises:
        ModelRefused: with every fault of the file.
        NotAllowed: only administrators publish.
    """
    if not access.may_publish(actor):
        raise NotAllowed(_("Only an administrator publishes a process."))
    model, problems = check_model(xml, key=key)
    if model is None or problems:
        raise ModelRefused(problems)
    digest = hashlib.sha256(xml).hexdigest()
    latest = ProcessVersion.objects.filter(key=model.key).order_by("-number").first()
    if latest is not None and latest.digest == digest:
        return latest
    spec, problems = engine.compile_spec(xml, model.key)
    if problems:
        raise ModelRefused(problems)
    version = ProcessVersion.objects.create(
        key=model.key,
        number=(latest.number if latest else 0) + 1,
        title=model.title,
        xml=xml.decode("utf-8"),
        digest=digest,
        spec=spec,
        outline=model.outline(),
        note=note[:500],
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:120],
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="workflows.published",
        subject=SubjectRef("process_version", version.pk),
        values={"key": version.key, "number": version.number, "digest": digest},
        note=note,
    )
    return version
