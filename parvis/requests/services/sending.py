"""A demand enters the register: number, receipt, lines, clocks and cases in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.documents import api as documents
from parvis.form_engine import api as forms
from parvis.identity.api import Unit
from parvis.kernel import clock, jobs, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import sort_key
from parvis.procedures import api as procedures
from parvis.workflows import api as workflows

from .. import access
from ..enums import DESK_CHANNELS, Channel, ClockKind, Stage
from ..errors import RequestError
from ..events import RequestSent
from ..lines import line_of
from ..models import Request, RequestLine
from ._common import line_ref, record
from .clocks import start_clock
from .correcting import correct_day
from .naming import answered, name_party
from .progress import mark_progress

TRACKING = "request"


class Incomplete(RequestError):
    """Answers are missing or wrong; ``problems`` lists them."""

    def __init__(self, problems: list[forms.Problem]) -> None:
        super().__init__(_("Some answers are missing or must be corrected."), code="incomplete")
        self.problems = problems


@dataclass(frozen=True)
class Sent:
    """``tracking_code`` is known here only: it is shown once."""

    request: Request
    tracking_code: str


@gesture
def send_request(
    *,
    actor: Actor,
    procedure: procedures.ProcedureVersion,
    answers: Mapping[str, Any],
    language: str,
    channel: str,
    draft: forms.Draft | None = None,
    unit: Unit | None = None,
    made_on: date | None = None,
    made_why: str = "",
    incomplete: bool = False,
    only: Collection[str] = (),
    names: Mapping[str, str] | None = None,
    aids: Collection[str] = (),
) -> Sent:
    """Register a demand. The law counts from its day, whatever is still missing.

    Args:
        answers: as in the draft; hidden and unreadable ones are dropped.
        made_on, made_why: an agent registers later what was asked earlier; kept as a correction of the day.
        incomplete: accept missing answers (an agent registers what the person could say).
        names: question → entry of the address book that the agent chose while typing.
        only: line kinds, when not those that the procedure's conditions give.
        aids: kinds of aid of the centre that are asked for too, each a line.

    Raises:
        Incomplete: with every problem, when ``incomplete`` is not set.
        AlreadySent: the draft was sent before (double click).
        NotAllowed: an agent without the function registers at the desk.
    """
    if channel in DESK_CHANNELS and not (actor.is_system or access.can_register(actor)):
        raise NotAllowed(_("You may not register requests."))
    form_channel = "portal" if channel == Channel.PORTAL else "desk"
    state = forms.resolve(procedure.form.definition, answers, today=clock.today(), channel=form_channel)
    found = forms.problems(state, today=clock.today())
    if found and not incomplete:
        raise Incomplete(found)
    if draft is not None:
        draft = forms.close_draft(actor=actor, draft=draft)
    sent = forms.sendable(state)
    definition = procedure.definition
    name = procedures.applicant_name(definition, sent)
    if not name:
        raise RequestError(_("Write at least a name."), field="name", code="no_name")
    lines = [line for line in definition["lines"] if (line["key"] in only if only else procedures.line_wanted(line, state.names))]
    lines += [line_of(key, definition) for key in dict.fromkeys([*procedures.asked_aids(definition, sent), *aids])]
    if not lines and incomplete and not only:
        lines = definition["lines"][:1]
    if not lines:
        raise RequestError(_("This request asks for nothing that the centre can decide."), code="no_line")
    now = clock.now()
    code = forms.new_code()
    year = clock.today().year
    urgency = procedures.urgency(definition, sent)
    request = Request.unscoped.create(
        number=f"{year}/{numbers.allot('request', year):05}",
        procedure=procedure,
        unit=unit or procedures.receiving_unit(definition),
        draft=draft,
        channel=channel,
        received_at=now,
        requested_on=clock.date_of(now),
        language=language[:2],
        answers=sent,
        choices_shown=forms.shown_lists(state) or None,
        applicant_name=name[:191],
        applicant_sort=sort_key(name),
        urgent=urgency.urgent or any(line["key"] == "urgent_aid" for line in lines),
        urgent_reason=urgency.reason,
        wants_hearing=procedures.wants_hearing(definition, sent),
        tracking_hash=forms.code_digest(code, TRACKING),
        registered_by_id=actor.account_id if actor.is_agent else None,
        registered_by_label=actor.label[:191] if actor.is_agent else "",
    )
    record(
        actor,
        "request_sent",
        request,
        {"number": request.number, "channel": channel, "procedure": str(procedure), "lines": [line["key"] for line in lines]},
    )
    for line in lines:
        open_line(actor, request, line, definition, state.names)
    if made_on is not None and made_on != request.requested_on:
        request = correct_day(actor, request, made_on, made_why)
    _keep_files(actor, request, sent, definition)
    for path, ref in (names or {}).items():
        field = forms.sent_path(state, path)
        if field is not None and answered(sent, field) is not None:
            name_party(actor=actor, request=request, field=field, ref=ref)
    jobs.enqueue("requests.receipt", SubjectRef("request", request.pk))
    publish(
        RequestSent(
            actor=actor,
            process_subject=SubjectRef("request", request.pk),
            request_id=request.pk,
            number=request.number,
            channel=channel,
            urgent=request.urgent,
        )
    )
    return Sent(request, code)


def open_line(
    actor: Actor, request: Request, data: Mapping[str, Any], definition: Mapping[str, Any], names: Mapping[str, Any], on: date | None = None
) -> RequestLine:
    """``on``: the day from which its term runs, where it was asked for later than the request."""
    line = RequestLine.unscoped.create(
        request=request,
        kind=data["key"],
        label=data["label"],
        provision=data.get("provision", ""),
        terms=data["terms"],
        mandatory_pieces=procedures.pieces_wanted(data, names),
        letter_template=data.get("letter_template") or definition.get("letter_template", ""),
        process_key=data.get("process") or definition["process"],
        stage=Stage.RECEIVED,
        stage_at=request.received_at,
    )
    workflows.start_case(actor=actor, process_key=line.process_key, subject=line_ref(line.pk), unit_id=request.unit_id)
    due = start_clock(actor=actor, line_id=line.pk, kind=ClockKind.DECIDE, on=on or request.requested_on, started_by=request.number)
    mark_progress(actor=actor, line_id=line.pk, stage=Stage.RECEIVED, next_step="inquiry", expected_on=due.due_on if due else None)
    return line


def _keep_files(actor: Actor, request: Request, sent: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Files of the answers become documents of the request, of the kind that the procedure gives to their field."""
    wanted = {item["file"] for item in forms.stored_files(dict(sent))}
    stored = documents.StoredFile.objects.in_bulk(sorted(wanted)) if wanted else {}
    for field, value in sent.items():
        for item in forms.stored_files(value):
            documents.attach(
                actor=actor,
                subject=SubjectRef("request", request.pk),
                file=stored[item["file"]],
                kind=procedures.piece_kind(definition, field),
                title=item["name"],
                language=request.language,
                origin=documents.Origin.INCOMING,
            )
