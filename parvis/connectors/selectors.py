from __future__ import annotations

from django.db.models import Q, QuerySet

from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from .enums import CallState
from .models import Answer, Call


def calls(actor: Actor, *, connector: str = "", after: str = "", limit: int = 50) -> list[Call]:
    """The log, newest first; ``after`` is the id of the last one seen. One more than ``limit`` says that there are others."""
    rows: QuerySet[Call] = Call.objects.visible_to(actor).defer("request")
    if connector:
        rows = rows.filter(connector=connector)
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    return list(rows.order_by("-pk")[: limit + 1])


def bank_calls(actor: Actor, limit: int = 30) -> list[Call]:
    """Orders at the simulated bank: those without an answer first."""
    waiting = Q(state=CallState.SENT)
    rows = Call.objects.visible_to(actor).filter(connector="bank-simulator").defer("request")
    return [*rows.filter(waiting).order_by("-pk")[:limit], *rows.exclude(waiting).order_by("-pk")[:limit]]


def call_by_uuid(actor: Actor, uuid: str) -> Call | None:
    return Call.objects.visible_to(actor).filter(uuid=uuid).first()


def call_about(actor: Actor, subject: SubjectRef, connector: str = "") -> Call | None:
    rows = Call.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id)
    return (rows.filter(connector=connector) if connector else rows).order_by("-pk").first()


def answers(actor: Actor, call: Call) -> list[Answer]:
    return list(Answer.objects.visible_to(actor).filter(call=call).defer("content").order_by("round", "position", "pk"))


def answer_content(actor: Actor, call: Call, answer_id: int) -> Answer | None:
    return Answer.objects.visible_to(actor).filter(call=call, pk=answer_id).first()
