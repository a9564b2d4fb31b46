from __future__ import annotations

from datetime import date

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from ..enums import Stage
from ..events import StageReached
from ..models import RequestLine, StageMark
from ._common import line_ref, record


@gesture
def mark_progress(
    *,
    actor: Actor,
    line_id: int,
    stage: str,
    next_step: str = "",
    expected_on: date | None = None,
    outcome: str = "",
) -> RequestLine:
    """The line reached a stage. The person sees it in plain words, with the next step and its day.

    Args:
        stage: one of enums.Stage.
        next_step: the stage that comes next, else the usual one.
        expected_on: the day on which the next step is expected.
        outcome: of the stage ("granted", "refused", "postponed"); shown in plain words.
    """
    line = RequestLine.unscoped.select_related("request").get(pk=line_id)
    before = line.stage
    line.stage = Stage(stage)
    line.stage_at = clock.now()
    line.next_step = next_step
    line.expected_on = expected_on
    line.save(update_fields=["stage", "stage_at", "next_step", "expected_on"])
    StageMark.unscoped.create(
        line=line,
        stage=stage,
        outcome=outcome[:32],
        next_step=next_step,
        expected_on=expected_on,
        marked_at=line.stage_at,
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    record(actor, "stage_reached", line.request, {"stage": [before, stage], "outcome": outcome, "expected_on": expected_on}, line=line)
    publish(
        StageReached(
            actor=actor, process_subject=line_ref(line.pk), outcome=outcome, line_id=line.pk, request_id=line.request_id, stage=stage
        )
    )
    return line
