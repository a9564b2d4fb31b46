"""Shared reads. Callers that show to a person pass an actor; the others are for services above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from parvis.kernel import clock, memo
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.statements import Statement, one_of
from parvis.procedures import api as procedures

from .enums import UNDECIDED, ClockKind
from .models import Clock, Request, RequestLine, StageMark

_READER = system_actor("requests.reader")


@dataclass(frozen=True)
class LineCard:
    """What contexts above need of a line, without its answers."""

    id: int
    uuid: UUID
    kind: str
    label: dict[str, str]
    provision: str
    letter_template: str
    mandatory_pieces: list[dict[str, Any]]
    terms: dict[str, str]
    stage: str
    request_id: int
    request_uuid: UUID
    number: str
    channel: str
    language: str
    requested_on: date
    received_at: datetime
    urgent: bool
    urgent_reason: str
    wants_hearing: bool
    applicant_name: str
    dossier_id: int | None
    person_id: int | None
    unit_id: int
    procedure_key: str
    answers: dict[str, Any]


_LINE = Statement("requests.line")


def line_card(line_id: int) -> LineCard:
    """Raises RequestLine.DoesNotExist."""
    line = _LINE.one(
        (),
        lambda at: (
            RequestLine.objects.visible_to(_READER)
            .select_related("request", "request__procedure__procedure")
            .defer("request__procedure__definition")  # long, and nobody reads it here
            .filter(pk=at["line"])
        ),
        line=line_id,
    )
    if line is None:
        raise RequestLine.DoesNotExist(line_id)
    request = line.request
    return LineCard(
        id=line.pk,
        uuid=line.uuid,
        kind=line.kind,
        label=line.label,
        provision=line.provision,
        letter_template=line.letter_template,
        mandatory_pieces=line.mandatory_pieces,
        terms=line.terms,
        stage=line.stage,
        request_id=request.pk,
        request_uuid=request.uuid,
        number=request.number,
        channel=request.channel,
        language=request.language,
        requested_on=request.requested_on,
        received_at=request.received_at,
        urgent=request.urgent,
        urgent_reason=request.urgent_reason,
        wants_hearing=request.wants_hearing,
        applicant_name=request.applicant_name,
        dossier_id=request.dossier_id,
        person_id=line.person_id,
        unit_id=request.unit_id,
        procedure_key=request.procedure.procedure.key,
        answers=request.answers,
    )


@dataclass(frozen=True)
class UrgentAsk:
    """What was said at the desk of an urgent need, for whoever decides it. Empty: not said."""

    amount: Decimal | None
    iban: str
    name: str


def urgent_ask(line_id: int) -> UrgentAsk:
    """Amount and account as they were typed once, with the request (C7, F7)."""
    line = RequestLine.objects.visible_to(_READER).select_related("request__procedure").get(pk=line_id)
    request, definition = line.request, line.request.procedure.definition
    said = procedures.urgency(definition, request.answers).amount
    try:
        amount = Decimal(said) if said else None
    except InvalidOperation:
        amount = None
    iban = str(request.answers.get(definition["person"].get("iban", ""), "") or "")
    return UrgentAsk(amount=amount if amount is not None and amount > 0 else None, iban=iban, name=request.applicant_name)


def visible_request(actor: Actor, uuid: UUID) -> Request | None:
    """The request, when it is in the actor's scope."""
    found: Request | None = (
        Request.objects.visible_to(actor)
        .select_related("procedure__procedure", "procedure__form", "unit", "dossier", "applicant")
        .filter(uuid=uuid)
        .first()
    )
    return found


def visible_line(actor: Actor, uuid: UUID) -> RequestLine | None:
    found: RequestLine | None = RequestLine.objects.visible_to(actor).select_related("request").filter(uuid=uuid).first()
    return found


def lines_of_request(request_id: int) -> list[RequestLine]:
    """Lines of a request whose access was checked."""
    return lines_of_requests([request_id])


def lines_of_requests(request_ids: Collection[int]) -> list[RequestLine]:
    """Lines of requests whose access was checked."""
    return list(RequestLine.objects.visible_to(_READER).filter(request_id__in=list(request_ids)).order_by("pk"))


_CLOCKS, _LINES = Statement("requests.clocks"), Statement("requests.lines")


def clocks_for(line_ids: Collection[int]) -> dict[int, list[Clock]]:
    """Clocks that count, per line, the next due first. One query."""
    wanted = frozenset(line_ids)
    known = memo.kept("requests.clocks", {})
    if not wanted <= known.keys():
        known = {line_id: [] for line_id in wanted}
        rows = _CLOCKS.rows(
            (),
            lambda at: Clock.objects.visible_to(_READER).filter(one_of("line", at["lines"]), live=1).order_by("due_on", "pk"),
            lines=sorted(wanted),
        )
        for row in rows:
            known[row.line_id].append(row)
        memo.keep("requests.clocks", {**memo.kept("requests.clocks", {}), **known})
    return {line_id: known[line_id] for line_id in wanted if known[line_id]}


def next_clock(line_ids: Collection[int]) -> dict[int, Clock]:
    """The clock that the law asks next, per line (running, not appeal). One query."""
    out: dict[int, Clock] = {}
    for line_id, rows in clocks_for(line_ids).items():
        running = [row for row in rows if row.met_on is None and row.kind != ClockKind.APPEAL]
        if running:
            out[line_id] = running[0]
    return out


def lines_of_dossier(actor: Actor, dossier_id: int) -> list[RequestLine]:
    """Lines of a dossier, the latest request first."""
    return memo.once(
        ("requests.lines", actor, dossier_id),
        lambda: _LINES.rows(
            actor,
            lambda at: (
                RequestLine.objects.visible_to(actor)
                .select_related("request")
                .filter(request__dossier_id=at["dossier"])
                .order_by("-request__received_at", "-request_id", "pk")
            ),
            dossier=dossier_id,
        ),
    )


def undecided(dossiers: Collection[int]) -> Any:
    """Requests in these files of which a line still waits for its decision: a look-up."""
    return (
        RequestLine.objects.visible_to(_READER)
        .filter(request__dossier__in=sorted(dossiers), stage__in=UNDECIDED)
        .order_by()
        .values("request")
    )


def over_term(actor: Actor = _READER) -> Any:
    """Lines whose decision is later than the law allows: in the house, or those that an actor may open."""
    return (
        RequestLine.objects.visible_to(actor)
        .filter(
            stage__in=UNDECIDED,
            clocks__kind=ClockKind.DECIDE,
            clocks__live=1,
            clocks__met_on__isnull=True,
            clocks__due_on__lt=clock.today(),
        )
        .order_by("clocks__due_on", "pk")
    )


def count_late(actor: Actor = _READER) -> int:
    """Requests with such a line: as many as the register lists."""
    return int(over_term(actor).order_by().values("request").distinct().count())


def marks_of(line_ids: Collection[int]) -> dict[int, list[StageMark]]:
    out: dict[int, list[StageMark]] = defaultdict(list)
    for row in StageMark.objects.visible_to(_READER).filter(line_id__in=list(line_ids)).order_by("marked_at", "pk"):
        out[row.line_id].append(row)
    return dict(out)
