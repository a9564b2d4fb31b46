"""Ask the outside, keep what was asked and what came back, try again, and say so when it is dead."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.subject import SubjectRef

from ..enums import CallState
from ..errors import ConnectorError
from ..events import AnswerReceived, CallFailed
from ..models import Answer, Call
from ..registry import connectors

STREAM = "context:connectors"


def submit(*, actor: Actor, connector: str, name: str, content: bytes, subject: SubjectRef, purpose: str, key: str) -> Call:
    """Keep the request and hand it over. Called by jobs, outside any transaction; the same key is handed over once.

    Raises:
        ConnectorError: a simulator is asked for where none may run.
        Exception: what the connector raised; the attempt is noted and the job tries again.
    """
    gate = connectors.get(connector)
    call = _keep(
        actor=actor, connector=connector, name=name, content=content, subject=subject, purpose=purpose, key=key, simulated=gate.simulated
    )
    if call.state in (CallState.SENT, CallState.ANSWERED):
        return call
    try:
        answers = gate.send(call)
    except Exception as error:
        _note_failure(actor, call, str(error), final=call.attempts + 1 >= gate.max_attempts)
        raise
    _note_sent(actor, call)
    if answers:
        receive(actor=actor, call=call, files=answers)
    call.refresh_from_db()
    return call


@gesture
def _keep(*, actor: Actor, connector: str, name: str, content: bytes, subject: SubjectRef, purpose: str, key: str, simulated: bool) -> Call:
    existing = Call.unscoped.filter(connector=connector, key=key).first()
    if existing is not None:
        return existing
    call = Call(
        connector=connector,
        key=key,
        subject_type=subject.type,
        subject_id=subject.id,
        purpose=purpose[:191],
        request_name=name[:120],
        request=content,
        request_sha256=hashlib.sha256(content).hexdigest(),
        simulated=simulated,
        author_id=actor.account_id,
        author_label=actor.label[:191],
        asked_at=clock.now(),
    )
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:
        return Call.unscoped.get(connector=connector, key=key)
    mutations.record(
        STREAM,
        actor=actor,
        verb="call.asked",
        subject=SubjectRef("call", call.pk),
        values={"connector": connector, "about": str(subject), "purpose": purpose, "sha256": call.request_sha256},
    )
    return call


@gesture
def _note_sent(actor: Actor, call: Call) -> None:
    Call.unscoped.filter(pk=call.pk, state__in=(CallState.QUEUED, CallState.FAILED)).update(
        state=CallState.SENT, sent_at=clock.now(), attempts=call.attempts + 1, error="", next_at=None
    )
    mutations.record(STREAM, actor=actor, verb="call.sent", subject=SubjectRef("call", call.pk), values={"attempt": call.attempts + 1})


@gesture
def _note_failure(actor: Actor, call: Call, error: str, *, final: bool) -> None:
    attempts = call.attempts + 1
    Call.unscoped.filter(pk=call.pk).update(
        state=CallState.FAILED if final else CallState.QUEUED,
        attempts=attempts,
        error=error[:191],
        next_at=None if final else clock.now() + timedelta(seconds=5 * 4**attempts),
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="call.failed",
        subject=SubjectRef("call", call.pk),
        values={"attempt": attempts, "final": final},
        note=error[:191],
    )
    if final:
        publish(CallFailed(actor=actor, call_id=call.pk, connector=call.connector, subject=call.subject, error=error[:191]))


def receive(*, actor: Actor, call: Call, files: Sequence[tuple[str, bytes]]) -> int:
    """Keep what came back and tell those who asked. Returns the number of this round.

    Raises:
        ConnectorError: the call never left.
    """
    with gesture_scope():
        fresh = Call.unscoped.select_for_update().get(pk=call.pk)
        if fresh.state not in (CallState.SENT, CallState.ANSWERED):
            raise ConnectorError(_("This call has not left yet: it cannot be answered."), code="not_sent")
        number = fresh.rounds + 1
        at = clock.now()
        Call.unscoped.filter(pk=call.pk).update(state=CallState.ANSWERED, rounds=number, answered_at=at)
        for position, (name, content) in enumerate(files, start=1):
            Answer.unscoped.create(
                call=fresh,
                round=number,
                position=position,
                name=name[:120],
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                received_at=at,
                given_by_label=actor.label[:191],
            )
        mutations.record(
            STREAM,
            actor=actor,
            verb="call.answered",
            subject=SubjectRef("call", call.pk),
            values={"round": number, "files": [hashlib.sha256(content).hexdigest() for _name, content in files]},
        )
        publish(AnswerReceived(actor=actor, call_id=call.pk, connector=call.connector, subject=fresh.subject, round=number))
    return number


def answers_of(call_id: int) -> list[Answer]:
    """Everything that came back, oldest first."""
    return list(Answer.unscoped.filter(call=call_id).order_by("round", "position", "pk"))
