"""The mutation journal: append-only, one hash chain per stream.

A line is canonical JSON; its hash covers the previous hash and the line. Values stay in a side table, their salted digests in
the chain. Heads are locked last in the gesture, in stream order, so that two gestures never wait for each other in a circle.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models.constants import OnConflict

from parvis.kernel import canonical, clock, gestures

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor
    from parvis.kernel.models import MutationLine
    from parvis.kernel.subject import SubjectRef


@dataclass
class _Pending:
    stream: str
    at: datetime
    verb: str
    subject: SubjectRef
    actor: Actor
    values: dict[str, Any]
    note: str


def record(
    stream: str,
    *,
    actor: Actor,
    verb: str,
    subject: SubjectRef,
    values: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Add a line to the running gesture. ``values``: field to ``[old, new]`` (a list of two) or to a plain new value."""
    gestures.current().mutations.append(_Pending(stream, clock.now(), verb, subject, actor, values or {}, note))


def values_before(subject: SubjectRef, at: datetime) -> dict[str, Any]:
    """What fields held before an instant, of those that changed since: the old value of the first change after it. One query."""
    return values_before_each(subject.type, [subject.id], at).get(subject.id, {})


def values_before_each(kind: str, ids: Collection[int], at: datetime) -> dict[int, dict[str, Any]]:
    """The same for several subjects of a kind; those of which nothing changed are left out. One query, none without subjects."""
    from parvis.kernel.models import MutationValue

    if not ids:
        return {}
    rows = MutationValue.objects.filter(
        line__subject_type=kind, line__subject_id__in=list(ids), line__recorded_at__gte=at, destroyed_at__isnull=True
    )
    held: dict[int, dict[str, Any]] = {}
    for pk, field, old in rows.order_by("line__recorded_at", "line", "pk").values_list("line__subject_id", "field", "old"):
        held.setdefault(pk, {}).setdefault(field, old)
    return held


def line_hash(previous: str, body: str) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + body.encode()).hexdigest()


def value_digest(salt: str, field: str, old: Any, new: Any) -> str:
    return hashlib.sha256(canonical.dumps([salt, field, old, new]).encode()).hexdigest()


def flush(gesture: gestures.Gesture) -> None:
    """Write the gesture's lines, locking each stream's head in order."""
    from parvis.kernel.models import ChainHead, MutationLine, MutationValue

    pending = gesture.mutations
    if not pending:
        return
    by_stream: dict[str, list[_Pending]] = {}
    for item in pending:
        by_stream.setdefault(item.stream, []).append(item)
    lines: list[MutationLine] = []
    values: list[MutationValue] = []
    for stream in sorted(by_stream):
        head = ChainHead.objects.select_for_update().filter(stream=stream).first()
        if head is None:
            try:
                with transaction.atomic():
                    ChainHead.objects.create(stream=stream)
            except IntegrityError:  # another gesture made it first: wait for it
                pass
            head = ChainHead.objects.select_for_update().get(stream=stream)
        for item in by_stream[stream]:
            number = head.length + 1
            salted: list[tuple[str, str, Any, Any]] = []
            for name, value in item.values.items():
                pair = isinstance(value, list | tuple) and len(value) == 2
                old, new = (canonical.plain(value[0]), canonical.plain(value[1])) if pair else (None, canonical.plain(value))
                salted.append((name, secrets.token_hex(8), old, new))
            body = canonical.dumps(
                {
                    "stream": stream,
                    "number": number,
                    "at": item.at,
                    "verb": item.verb,
                    "subject": item.subject,
                    "actor": [item.actor.account_id, item.actor.label],
                    "for": [item.actor.on_behalf_of_id, item.actor.on_behalf_of_label],
                    "purpose": item.actor.purpose,
                    "screen": item.actor.screen,
                    "origin": item.actor.origin,
                    "note": item.note,
                    "values": {name: value_digest(salt, name, old, new) for name, salt, old, new in salted},
                }
            )
            digest = line_hash(head.last_hash, body)
            line = MutationLine(
                stream=stream,
                number=number,
                recorded_at=item.at,
                verb=item.verb,
                subject_type=item.subject.type,
                subject_id=item.subject.id,
                actor_id=item.actor.account_id,
                actor_label=item.actor.label[:191],
                behalf_id=item.actor.on_behalf_of_id,
                body=body,
                previous_hash=head.last_hash,
                hash=digest,
            )
            lines.append(line)
            values += [MutationValue(line=line, field=name, salt=salt, old=old, new=new) for name, salt, old, new in salted]
            head.length, head.last_hash = number, digest
        head.save(update_fields=["length", "last_hash"])
    if connection.features.can_return_rows_from_bulk_insert:
        MutationLine.objects.bulk_create(lines)
    else:
        for line in lines:
            line.save(force_insert=True)
    if values:
        MutationValue.objects.bulk_create(values)
    pending.clear()


SLOT_SECONDS = 600


ReadGuard = Callable[["Actor", "SubjectRef", str], str]
_read_guards: dict[str, ReadGuard] = {}


def read_guard(kind: str) -> Callable[[ReadGuard], ReadGuard]:
    """Register what is asked before a file of this kind is read. The guard returns the purpose to be logged (empty: the actor's), or
    raises ``StepFirst`` when the reader has to say why first: then nothing is shown."""

    def register(guard: ReadGuard) -> ReadGuard:
        _read_guards[kind] = guard
        return guard

    return register


def record_read(*, actor: Actor, subject: SubjectRef, screen: str, within: SubjectRef | None = None) -> None:
    """Note that a person opened a protected file. Once per actor, subject, screen and ten minutes; needs no gesture.

    Args:
        within: the file in which the thing lies: its guard is asked, its purpose is noted.

    Raises:
        StepFirst: a guard of this kind of file wants a reason first.
    """
    from parvis.kernel.models import ReadLine

    if actor.is_system:
        return
    asked = within or subject
    guard = _read_guards.get(asked.type)
    purpose = (guard(actor, asked, screen) if guard is not None else "") or actor.purpose
    at = clock.now()
    line = ReadLine(
        read_at=at,
        slot=int(at.timestamp()) // SLOT_SECONDS,
        actor_id=actor.account_id,
        actor_label=actor.label[:191],
        behalf_id=actor.on_behalf_of_id,
        purpose=purpose[:191],
        screen=screen[:100],
        subject_type=subject.type,
        subject_id=subject.id,
    )
    # One statement that commits by itself; bulk_create would open and close a transaction around it, on every page of a dossier.
    fields = [field for field in ReadLine._meta.concrete_fields if not field.primary_key]
    rows: Any = ReadLine.objects.all()  # the one-statement insert is not in the public types
    rows._insert([line], fields=fields, using=ReadLine.objects.db, on_conflict=OnConflict.IGNORE)


def history(subject: SubjectRef, limit: int = 100) -> list[MutationLine]:
    """Latest lines about a subject, newest first."""
    from parvis.kernel.models import MutationLine

    return list(
        MutationLine.objects.filter(subject_type=subject.type, subject_id=subject.id)
        .prefetch_related("values")
        .order_by("-recorded_at", "-pk")[:limit]
    )
