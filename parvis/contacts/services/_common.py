"""What every write of this context shares."""

from __future__ import annotations

from typing import Any, TypedDict

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Fact, end_fact, untouched, write_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import Channel
from ..errors import InvalidPerson
from ..events import PersonChanged
from ..models import Person

STREAM = "context:contacts"


class Origin(TypedDict):
    """Where a fact comes from, as the services take it."""

    source: str
    source_ref: str


_BOOKKEEPING = {
    "id",
    "person",
    "valid_from",
    "valid_to",
    "recorded_at",
    "superseded_at",
    "live",
    "source",
    "source_ref",
    "author_id",
    "author_label",
}


def require_editor(actor: Actor) -> None:
    if not access.can_edit_person(actor):
        raise NotAllowed(_("You may read persons, not change them."))


def values_of(row: Fact) -> dict[str, Any]:
    """The values of a version, without its period and author."""
    return {f.name: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in _BOOKKEEPING}


def stale(conflict: Conflict, versions: Any, *, yours: dict[str, Any], anchor: str = "person") -> Conflict:
    """The same conflict with who changed this aspect last, when, and both values."""
    latest = versions.filter(live=1).order_by("-recorded_at", "-pk").first()
    return Conflict(
        conflict.message,
        who=latest.author_label if latest else "",
        when=latest.recorded_at if latest else clock.now(),
        yours=yours,
        theirs={name: value for name, value in values_of(latest).items() if name != anchor} if latest else {},
        code="stale",
    )


def write_person_fact(
    model: type[Any],
    *,
    actor: Actor,
    person: Person,
    aspect: str,
    verb: str,
    values: dict[str, Any],
    key: dict[str, Any] | None = None,
    expected: int | None = None,
    instead_of: dict[str, Any] | None = None,
    **dated: Any,
) -> Any:
    """Write one version of one aspect, its mutation line and its event.

    Args:
        instead_of: what held until now under another key, told as the old value when this key is new.

    Raises:
        Conflict: the person changed since ``expected``; it names who changed this aspect, and both values.
    """
    key = key or {}
    before = (
        None
        if untouched(person, model, key)
        else model.unscoped.filter(person=person, live=1, **key).order_by("-valid_from", "-pk").first()
    )
    try:
        row = write_fact(model, anchor_field="person", anchor=person, key=key, values=values, actor=actor, expected=expected, **dated)
    except Conflict as conflict:
        raise stale(conflict, model.unscoped.filter(person=person), yours={**key, **values}) from conflict
    old = values_of(before) if before else instead_of or {}
    record_person(actor, verb, person, {name: [old.get(name), value] for name, value in values_of(row).items() if old.get(name) != value})
    publish(PersonChanged(actor=actor, person_id=person.pk, aspect=aspect))
    return row


def wishes_after(before: Any, channel: str | None, no_email: bool | None, no_post: bool | None) -> dict[str, Any]:
    """By which way mail goes: what is given, else as it was.

    Raises:
        InvalidPerson: an unknown way, or the way that is preferred is also refused.
    """
    found = {
        "channel": channel if channel is not None else getattr(before, "channel", ""),
        "no_email": no_email if no_email is not None else getattr(before, "no_email", False),
        "no_post": no_post if no_post is not None else getattr(before, "no_post", False),
    }
    if found["channel"] not in Channel.values:
        raise InvalidPerson(_("This value is not in the list."), field="channel", code="channel")
    if (found["channel"] == Channel.EMAIL and found["no_email"]) or (found["channel"] == Channel.POST and found["no_post"]):
        raise InvalidPerson(_("The way that is preferred is refused at the same time: choose one."), field="channel", code="channel")
    return found


def end_person_fact(*, actor: Actor, row: Any, on: Any, aspect: str, expected: int | None = None) -> Any:
    """A version of an aspect of a person holds until the day before ``on``."""
    closed = end_fact(row, valid_to=on, anchor=row.person, actor=actor, expected=expected)
    record_person(actor, f"person.{aspect}.end", row.person, {"valid_to": [None, on], **{k: v for k, v in values_of(row).items() if v}})
    publish(PersonChanged(actor=actor, person_id=row.person_id, aspect=aspect))
    return closed


def record_person(actor: Actor, verb: str, person: Person, values: dict[str, Any] | None = None) -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=SubjectRef("person", person.pk), values=values)
