"""The person's timeline: plain words, what was done, what comes next and when. Nothing internal enters here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.kernel import clock

from .enums import ClockKind, Stage
from .models import Clock, Request, RequestLine, StageMark
from .selectors import clocks_for, lines_of_requests, marks_of

PATH = (Stage.RECEIVED, Stage.INQUIRY, Stage.PROPOSAL, Stage.COMMITTEE, Stage.DECIDED, Stage.NOTIFIED, Stage.PAID)
URGENT_PATH = (Stage.RECEIVED, Stage.PRESIDENT, Stage.DECIDED, Stage.NOTIFIED, Stage.PAID)

TITLES = {
    Stage.RECEIVED: gettext_lazy("We received your request"),
    Stage.INQUIRY: gettext_lazy("We look at your situation"),
    Stage.PROPOSAL: gettext_lazy("We prepare the proposal"),
    Stage.COMMITTEE: gettext_lazy("The committee decides"),
    Stage.PRESIDENT: gettext_lazy("The president decides"),
    Stage.DECIDED: gettext_lazy("The decision is taken"),
    Stage.NOTIFIED: gettext_lazy("You receive the letter"),
    Stage.PAID: gettext_lazy("The payment arrives"),
    Stage.CLOSED: gettext_lazy("The request is closed"),
}
TEXTS = {
    Stage.INQUIRY: gettext_lazy("A social worker contacts you and notes what you need."),
    Stage.PROPOSAL: gettext_lazy("The social worker writes a proposal for the committee, and a colleague checks it."),
    Stage.COMMITTEE: gettext_lazy("You may come and explain your situation, alone or with somebody."),
    Stage.PRESIDENT: gettext_lazy("Your request is urgent: the president decides without waiting for the committee."),
    Stage.NOTIFIED: gettext_lazy("It says what was decided, why, and how to appeal."),
}
OUTCOMES = {
    "granted": gettext_lazy("Your request is accepted. The letter says what you receive."),
    "adjusted": gettext_lazy("Your request is accepted in part. The letter explains why."),
    "refused": gettext_lazy("Your request is refused. The letter explains why and how to appeal."),
    "postponed": gettext_lazy("The committee will look at your request again at its next meeting."),
    "more_info": gettext_lazy("The committee needs more information. Your social worker contacts you."),
}
ICONS = {
    Stage.RECEIVED: "inbox",
    Stage.INQUIRY: "users",
    Stage.PROPOSAL: "edit",
    Stage.COMMITTEE: "gavel",
    Stage.PRESIDENT: "gavel",
    Stage.DECIDED: "check",
    Stage.NOTIFIED: "mail",
    Stage.PAID: "euro",
    Stage.CLOSED: "archive",
}


@dataclass(frozen=True)
class TrackStep:
    """One line of the timeline, for ui's ``track`` component."""

    stage: str
    title: str
    state: str
    text: str = ""
    on: datetime | date | None = None
    when: str = ""
    icon: str = "circle"
    url: str = ""
    action: str = ""


@dataclass(frozen=True)
class LineTrack:
    kind: str
    label: dict[str, str]
    steps: Sequence[TrackStep]
    decide_by: date | None
    letter_by: date | None
    appeal_until: date | None
    next_title: str
    next_on: date | None
    outcome: str
    finished: bool
    decided_late: int = 0
    overdue: int = 0
    appeal_over: bool = False

    @property
    def last_title(self) -> str:
        """What was done last, of a line that is finished."""
        return next((step.title for step in reversed(self.steps) if step.state == "done"), "")


@dataclass(frozen=True)
class Tracker:
    """What the person sees of a request."""

    number: str
    title: dict[str, str]
    received_at: datetime
    requested_on: date
    channel: str
    urgent: bool
    service: dict[str, str]
    lines: Sequence[LineTrack] = field(default=())


def tracker(request: Request) -> Tracker:
    """The timeline of a request whose access was checked by its code."""
    return trackers([request])[request.pk]


def trackers(requests: Sequence[Request]) -> dict[int, Tracker]:
    """The timelines of requests whose access was checked, in a fixed number of queries."""
    by_request: dict[int, list[RequestLine]] = {request.pk: [] for request in requests}
    for line in lines_of_requests(by_request):
        by_request[line.request_id].append(line)
    ids = [line.pk for lines in by_request.values() for line in lines]
    clocks, marks = clocks_for(ids), marks_of(ids)
    return {
        request.pk: Tracker(
            number=request.number,
            title=request.procedure.definition["title"],
            received_at=request.received_at,
            requested_on=request.requested_on,
            channel=request.get_channel_display(),
            urgent=request.urgent,
            service=request.unit.name,
            lines=[_line(line, clocks.get(line.pk, []), marks.get(line.pk, [])) for line in by_request[request.pk]],
        )
        for request in requests
    }


def _line(line: RequestLine, clocks: list[Clock], marks: list[StageMark]) -> LineTrack:
    by_kind = {row.kind: row for row in clocks}
    decide, notify, pay = by_kind.get(ClockKind.DECIDE), by_kind.get(ClockKind.NOTIFY), by_kind.get(ClockKind.PAY)
    reached = {mark.stage: mark for mark in marks}
    outcome = next(
        (mark.outcome for mark in reversed(marks) if mark.stage == Stage.DECIDED and mark.outcome in {"granted", "adjusted", "refused"}), ""
    )
    path = list(URGENT_PATH if line.kind == "urgent_aid" else PATH)
    if outcome == "refused":
        path.remove(Stage.PAID)
    current = Stage(line.stage)
    finished = current == Stage.CLOSED or (current == path[-1])
    position = path.index(current) if current in path else len(path) - 1
    steps = []
    for index, stage in enumerate(path):
        mark = reached.get(stage)
        done = index < position or finished or (index == position and stage in {Stage.RECEIVED, Stage.DECIDED, Stage.NOTIFIED, Stage.PAID})
        now = index == position and not done
        if not now and not done and index == position + 1 and path[position] in {Stage.RECEIVED, Stage.DECIDED, Stage.NOTIFIED}:
            now = True
        text = str(TEXTS.get(stage, ""))
        if stage == Stage.DECIDED and outcome:
            text = str(OUTCOMES[outcome])
            if decide is not None and decide.met_on and decide.met_on > decide.due_on:
                days = (decide.met_on - decide.due_on).days
                text += " " + ngettext(
                    "This was %(days)s day later than the law allows.", "This was %(days)s days later than the law allows.", days
                ) % {"days": days}
        elif stage == current and mark is not None and mark.outcome in {"postponed", "more_info"}:
            text = str(OUTCOMES[mark.outcome])
        steps.append(
            TrackStep(
                stage=stage,
                title=str(TITLES[stage]),
                state="done" if done else "current" if now else "todo",
                text=text,
                on=mark.marked_at if mark is not None and (done or now) else None,
                when=_when(stage, line, decide, notify, pay) if mark is None or not done else "",
                icon=ICONS[stage],
            )
        )
    ahead = next((step for step in steps if step.state == "current"), None) or next((step for step in steps if step.state != "done"), None)
    today = clock.today()
    waited = decide if decide and decide.met_on is None else notify if notify and notify.met_on is None else None
    appeal = by_kind.get(ClockKind.APPEAL)
    letter_by = notify.due_on if notify else None
    return LineTrack(
        kind=line.kind,
        label=line.label,
        steps=steps,
        decide_by=decide.due_on if decide and decide.met_on is None else None,
        letter_by=letter_by if notify and notify.met_on is None else None,
        appeal_until=by_kind[ClockKind.APPEAL].due_on if ClockKind.APPEAL in by_kind else None,
        next_title=ahead.title if ahead else "",
        next_on=line.expected_on,
        outcome=outcome,
        finished=finished,
        decided_late=max(0, (decide.met_on - decide.due_on).days) if decide and decide.met_on else 0,
        overdue=max(0, (today - waited.due_on).days) if waited and not finished else 0,
        appeal_over=appeal is not None and appeal.due_on < today,
    )


def _when(stage: Stage, line: RequestLine, decide: Clock | None, notify: Clock | None, pay: Clock | None) -> str:
    from parvis.ui import formats

    if (
        stage in {Stage.COMMITTEE, Stage.PRESIDENT}
        and line.expected_on
        and line.stage in {Stage.COMMITTEE, Stage.PROPOSAL, Stage.PRESIDENT}
    ):
        return _("expected on %(day)s") % {"day": formats.day(line.expected_on, "text")}
    if stage == Stage.DECIDED and decide is not None:
        return _("on %(day)s at the latest") % {"day": formats.day(decide.due_on, "text")}
    if stage == Stage.NOTIFIED:
        return _("on %(day)s at the latest") % {"day": formats.day(notify.due_on, "text")} if notify else _("within 8 days of the decision")
    if stage == Stage.PAID:
        return _("on %(day)s at the latest") % {"day": formats.day(pay.due_on, "text")} if pay else _("within 15 days of the decision")
    return ""


def headline(track: LineTrack) -> dict[str, Any] | None:
    """The legal day of the answer, said first."""
    if track.decide_by:
        return {"day": track.decide_by, "kind": "decide"}
    if track.letter_by:
        return {"day": track.letter_by, "kind": "letter"}
    return None
