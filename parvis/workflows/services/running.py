"""Cases: start, move on when something happened, finish. The engine's state is changed nowhere else, and always under lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.identity.api import Account
from parvis.kernel import clock, events, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import Event
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..bpmn import engine
from ..bpmn.reading import StepDef
from ..enums import CaseState, ItemState
from ..errors import AlreadyRunning, CannotAssign, NoSuchProcess, NotReady, UnknownOutcome
from ..events import CaseFinished, CaseStarted
from ..models import Case, ProcessVersion, WorkItem
from .items import account_of, create_item, finish_item

GENERIC_EVENT = "workflows.StepClosed"


def steps_of(version: ProcessVersion) -> dict[str, StepDef]:
    return {data["key"]: StepDef.from_json(data) for data in version.outline["steps"]}


def latest(process_key: str) -> ProcessVersion:
    """The version that new cases get.

    Raises:
        NoSuchProcess: none is published under this key.
    """
    version = ProcessVersion.objects.filter(key=process_key).order_by("-number").first()
    if version is None:
        raise NoSuchProcess(_("No process “%(key)s” is published.") % {"key": process_key})
    return version


def _facts(subject: SubjectRef) -> Callable[[str], Any]:
    return lambda name: registries.facts.get(name)(subject)


def case_subject(case: Case) -> SubjectRef:
    return SubjectRef(case.subject_type, case.subject_id)


def _stream(case: Case) -> str:
    return f"dossier:{case.dossier_key}" if case.dossier_key else "context:workflows"


@gesture
def start_case(
    *,
    actor: Actor,
    process_key: str,
    subject: SubjectRef,
    unit_id: int | None = None,
    dossier_id: int | None = None,
    number: int | None = None,
) -> Case:
    """Start a case of the latest (or the named) version; its first tasks open in the same transaction.

    Raises:
        NoSuchProcess: nothing is published under this key.
        AlreadyRunning: the subject has a running case of this process.
    """
    if number is None:
        version = latest(process_key)
    else:
        found = ProcessVersion.objects.filter(key=process_key, number=number).first()
        if found is None:
            raise NoSuchProcess(_("No process “%(key)s” is published.") % {"key": f"{process_key} {number}"})
        version = found
    try:
        with transaction.atomic():
            case = Case.objects.create(
                version=version,
                process_key=process_key,
                subject_type=subject.type,
                subject_id=subject.id,
                dossier_key=dossier_id,
                unit_id=unit_id,
                started_at=clock.now(),
            )
    except IntegrityError:
        raise AlreadyRunning(_("This process is already running for this subject.")) from None
    run = engine.Run.start(version.spec, _facts(subject))
    mutations.record(
        _stream(case),
        actor=actor,
        verb="workflows.started",
        subject=SubjectRef("case", case.pk),
        values={"process": f"{process_key} {version.number}", "subject": str(subject)},
    )
    events.publish(CaseStarted(actor=actor, case_id=case.pk, process_key=process_key, subject=subject))
    _store(case, run, actor=actor, closed={})
    return case


def _locked(subject: SubjectRef) -> list[Case]:
    rows = Case.objects.select_for_update().filter(subject_type=subject.type, subject_id=subject.id, live=1)
    return list(rows.select_related("version").order_by("pk"))


def on_event(event: Event) -> None:
    """Complete the READY steps that wait for this event, in the event's own transaction. Nothing READY: nothing happens."""
    if event.process_subject is None:
        return
    for case in _locked(event.process_subject):
        steps = steps_of(case.version)
        if not any(event.name in step.completes_on for step in steps.values()):
            continue
        run = engine.Run.load(case.version.spec, case.tokens, _facts(event.process_subject))
        tokens = engine.waiting_for(steps, run.ready(), event.name)
        if tokens:
            _complete(case, run, tokens, actor=event.actor, outcome=event.outcome, event=event.name)


def _complete(case: Case, run: engine.Run, tokens: list[engine.Token], *, actor: Actor, outcome: str, event: str, note: str = "") -> None:
    closed = {}
    for token in tokens:
        if any(ready.id == token.id for ready in run.ready()):
            run.complete(token, outcome=outcome, event=event)
            closed[token.id] = (outcome, note)
    _store(case, run, actor=actor, closed=closed)


def _store(case: Case, run: engine.Run, *, actor: Actor, closed: dict[str, tuple[str, str]]) -> None:
    """Write the tokens, unless somebody moved the case meanwhile; then make the open tasks equal to the READY steps."""
    done = run.finished
    state = {"state": CaseState.FINISHED, "live": None, "finished_at": clock.now()} if done else {}
    changed = Case.objects.filter(pk=case.pk, lock=case.lock).update(tokens=run.dump(), lock=F("lock") + 1, **state)
    if not changed:
        raise Conflict(_("Somebody else moved this case at the same moment. Look at it again."))
    case.lock += 1
    for name, value in state.items():
        setattr(case, name, value)
    steps = steps_of(case.version)
    open_items = {item.token: item for item in WorkItem.unscoped.filter(case=case, state=ItemState.OPEN)}
    ready = {token.id: token for token in run.ready()}
    for token_id, item in open_items.items():
        if token_id not in ready:
            outcome, note = closed.get(token_id, ("", ""))
            finish_item(item, actor=actor, state=ItemState.DONE if token_id in closed else ItemState.DROPPED, outcome=outcome, note=note)
    for token in ready.values():
        if token.id not in open_items:
            _open_step(case, steps[token.step], token, actor=actor)
    if done:
        subject = case_subject(case)
        events.publish(CaseFinished(actor=actor, case_id=case.pk, process_key=case.process_key, subject=subject))


def _due(case: Case, step: StepDef) -> tuple[date | None, date | None]:
    for slot in (f"step:{step.key}", f"clock:{step.clock}" if step.clock else "", "*"):
        entry = case.dues.get(slot) if slot else None
        if entry is not None:
            return tuple(date.fromisoformat(entry[name]) if entry.get(name) else None for name in ("on", "from"))  # type: ignore[return-value]
    return None, None


def _assignee(step: StepDef, subject: SubjectRef) -> Account | None:
    """Who the model says the step is for; nobody when that person is gone, so that the queue has it."""
    if not step.assign:
        return None
    account = account_of(registries.assignees.get(step.assign)(subject))
    return account if account is not None and account.is_active else None


def _open_step(case: Case, step: StepDef, token: engine.Token, *, actor: Actor) -> WorkItem:
    subject = case_subject(case)
    due_on, due_from = _due(case, step)
    return create_item(
        actor=actor,
        subject=subject,
        title=step.title,
        screen=step.screen,
        owner=_assignee(step, subject),
        queue=step.queue,
        unit_id=case.unit_id,
        due_on=due_on,
        due_from=due_from,
        clock_kind=step.clock,
        why="",
        slot=f"case:{case.pk}:{token.id}",
        case=case,
        step=step.key,
        token=token.id,
        dossier_key=case.dossier_key,
    )


@gesture
def complete_step(*, actor: Actor, item: WorkItem, outcome: str, note: str = "") -> WorkItem:
    """Finish a step on the generic page, with one of the outcomes that its model names.

    Raises:
        UnknownOutcome, NotReady, ItemClosed, NotAllowed.
        CannotAssign: the step has a screen of its own, which completes it.
    """
    if not access.may_do(actor, item):
        raise NotAllowed(_("This task is not in one of your queues."))
    if item.case_id is None:
        if outcome not in {"", "done"}:
            raise UnknownOutcome(outcome)
        finish_item(item, actor=actor, state=ItemState.DONE, outcome=outcome or "done", note=note)
        mutations.record(_item_stream(item), actor=actor, verb="workflows.done", subject=item.ref, values={"outcome": outcome}, note=note)
        return item
    case = Case.objects.select_for_update().select_related("version").get(pk=item.case_id)
    step = steps_of(case.version).get(item.step)
    if step is None or step.completes_on:
        raise CannotAssign(_("This step is done on its own page."))
    if outcome not in ({choice.code for choice in step.outcomes} or {"done"}):
        raise UnknownOutcome(outcome)
    run = engine.Run.load(case.version.spec, case.tokens, _facts(case_subject(case))) if case.live else None
    token = next((t for t in run.ready() if t.id == item.token), None) if run else None
    if run is None or token is None:
        fresh = WorkItem.unscoped.get(pk=item.pk)
        raise NotReady(_("This task is already done."), who=fresh.closed_by_label, when=fresh.closed_at)
    _complete(case, run, [token], actor=actor, outcome=outcome, event=GENERIC_EVENT, note=note)
    mutations.record(_item_stream(item), actor=actor, verb="workflows.done", subject=item.ref, values={"outcome": outcome}, note=note)
    item.refresh_from_db()
    return item


def _item_stream(item: WorkItem) -> str:
    return f"dossier:{item.dossier_key}" if item.dossier_key else "context:workflows"


@gesture
def stop_case(*, actor: Actor, subject: SubjectRef, process_key: str = "", reason: str) -> int:
    """Stop the running cases of a subject (withdrawn request, duplicate): their tasks are dropped. Returns how many were stopped."""
    stopped = 0
    for case in _locked(subject):
        if process_key and case.process_key != process_key:
            continue
        changed = Case.objects.filter(pk=case.pk, lock=case.lock).update(
            state=CaseState.STOPPED, live=None, finished_at=clock.now(), lock=F("lock") + 1
        )
        if not changed:
            raise Conflict(_("Somebody else moved this case at the same moment. Look at it again."))
        for item in WorkItem.unscoped.filter(case=case, state=ItemState.OPEN):
            finish_item(item, actor=actor, state=ItemState.DROPPED, note=reason)
        mutations.record(_stream(case), actor=actor, verb="workflows.stopped", subject=SubjectRef("case", case.pk), note=reason)
        stopped += 1
    return stopped


def is_ready(subject: SubjectRef, completes_on: str | type[Event]) -> bool:
    """True when a running case of the subject waits for this event. One query, under no lock: a hint for screens."""
    name = completes_on if isinstance(completes_on, str) else completes_on.name
    rows = WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id, state=ItemState.OPEN, case__live=1)
    for item in rows.select_related("case__version"):
        step = steps_of(item.case.version).get(item.step) if item.case else None
        if step is not None and name in step.completes_on:
            return True
    return False


def require_ready(subject: SubjectRef, completes_on: str | type[Event]) -> None:
    """For domain services whose gesture makes sense only at its step. Locks the subject's cases until the gesture ends.

    Raises:
        NotReady: no running case waits for this event; who moved it, and when.
    """
    _locked(subject)
    if is_ready(subject, completes_on):
        return
    last = (
        WorkItem.unscoped.filter(subject_type=subject.type, subject_id=subject.id, case__isnull=False)
        .exclude(state=ItemState.OPEN)
        .order_by("-closed_at", "-pk")
        .first()
    )
    raise NotReady(
        _("The file is not at this step: somebody may have moved it on."),
        who=last.closed_by_label if last else "",
        when=last.closed_at if last else None,
    )
