"""What follows from an entry: a task of ``workflows``, once or again and again, each turn opened once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.dossiers.api import Dossier, may_change
from parvis.identity.api import Account, actor_for
from parvis.identity.enums import Function
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import add_months
from parvis.kernel.scope import scope_q
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.workflows.api import WorkItem, close_item, may_do, open_item

from .. import access
from ..enums import MONTHS, Every
from ..errors import InvalidEntry, NoSuchTurn
from ..models import Action, Entry, Turn

SCREEN = "journal.action"
QUEUES = (Function.SOCIAL_WORKER, Function.CHIEF, Function.CLERK, Function.LAWYER)
FURTHEST = dt.timedelta(days=366 * 10)
RESTRICTED = gettext_noop("Next step of a restricted note")


def in_each_language(text: str, **values: Any) -> dict[str, str]:
    """A sentence of the product, for the title of a task."""
    found = {}
    for language in ("fr", "nl", "de", "en"):
        with translation.override(language):
            found[language] = _(text) % values if values else _(text)
    return found


def may_be_told(account: Account, entry: Entry) -> bool:
    """A colleague hears of an entry only when the dossier is open to that colleague, and the note itself when it is restricted."""
    actor = actor_for(account)
    if entry.restricted:
        return Entry.unscoped.filter(scope_q(Entry, actor), pk=entry.pk).exists()
    return Dossier.unscoped.filter(scope_q(Dossier, actor), pk=entry.dossier_id).exists()


@gesture
def plan(
    *,
    actor: Actor,
    entry: Entry,
    text: str,
    due_on: dt.date,
    owner: Account | int | None = None,
    queue: str = "",
    every: str = "",
) -> Action:
    """Say what comes next, who does it and by when.

    Raises:
        InvalidEntry: no words, no day or a day that is past, nobody to do it, or somebody who may not open the dossier.
        NotAllowed: the entry is not the actor's to follow up.
    """
    if not access.can_write_entry(actor) or not may_change(actor, entry.dossier) or not _reads(actor, entry):
        raise NotAllowed(_("You may not write in this journal."))
    text = " ".join(text.split())[:191]
    if not text:
        raise InvalidEntry(_("Say what is to be done."), field="next_text", code="next_text")
    today = clock.today()
    if not today <= due_on <= today + FURTHEST:
        raise InvalidEntry(_("Give a day from today on, within ten years."), field="next_on", code="next_on")
    if every and every not in Every.values:
        raise InvalidEntry(_("This value is not in the list."), field="next_every", code="next_every")
    account = Account.objects.filter(pk=owner).first() if isinstance(owner, int) else owner
    if account is None and queue not in QUEUES:
        raise InvalidEntry(_("Say who does it: a colleague or a queue."), field="next_owner", code="next_owner")
    if account is None and entry.restricted:
        raise InvalidEntry(
            _("The next step of a restricted note is for a named person, not for a queue."), field="next_owner", code="queue"
        )
    if account is not None and not (account.is_active and may_be_told(account, entry)):
        message = _("%(who)s may not open this dossier or this note: choose somebody else.") % {"who": account.display_name}
        raise InvalidEntry(message, field="next_owner", code="not_told")
    action = Action.unscoped.create(
        entry=entry,
        text=text,
        first_on=due_on,
        every=every,
        owner=account,
        queue="" if account else queue,
        planned_at=clock.now(),
    )
    mutations.record(
        f"dossier:{entry.dossier_id}",
        actor=actor,
        verb="journal.plan",
        subject=SubjectRef("journal_action", action.pk),
        values={"due_on": due_on.isoformat(), "every": every, "owner": account.pk if account else queue},
    )
    open_turn(actor, action, 0)
    return action


def day_of(action: Action, number: int) -> dt.date:
    """The day of a turn before closed days are counted: counted from the first day, so that the 31st comes back after February."""
    return add_months(action.first_on, MONTHS[Every(action.every)] * number) if action.every else action.first_on


def open_turn(actor: Actor, action: Action, number: int) -> Turn | None:
    """The turn with its task, unless it exists. A day on which the centre is closed moves to the next open one for what comes back."""
    on = day_of(action, number)
    due = Term(0, roll=True).due(on) if action.every else on
    turn, created = Turn.unscoped.get_or_create(action=action, number=number, defaults={"on": on, "due_on": due})
    if not created:
        return None
    entry = action.entry
    dossier = entry.dossier
    owner = action.owner if action.owner is not None and action.owner.is_active else None
    open_item(
        actor=actor,
        subject=SubjectRef("journal_turn", turn.pk),
        title=in_each_language(RESTRICTED) if entry.restricted else dict.fromkeys(("fr", "nl", "de", "en"), action.text),
        screen=SCREEN,
        owner=owner,
        queue=_turn_queue(action, owner, restricted=entry.restricted),
        unit_id=dossier.unit_id,
        # What is restricted is not told among the tasks of the dossier.
        dossier_id=None if entry.restricted else dossier.pk,
        due_on=due,
        due_from=clock.today(),
        key="turn",
    )
    return turn


def _turn_queue(action: Action, owner: Account | None, *, restricted: bool) -> str:
    """Where the step waits. A restricted one has its owner alone; when the owner left, the head of service, who may read the note."""
    if restricted:
        return "" if owner is not None else str(Function.CHIEF)
    return action.queue or _queue_of(owner, action.entry.dossier.unit_id)


def item_of(turn: Turn) -> WorkItem | None:
    return WorkItem.unscoped.filter(subject_type="journal_turn", subject_id=turn.pk).order_by("-pk").first()


@gesture
def answer(*, actor: Actor, turn: Turn, entry: Entry) -> Turn:
    """The step is done: this entry tells it, and the task is closed. The following turn opens where the duty comes back.

    Raises:
        NoSuchTurn: it is closed.
        NotAllowed: neither its holder nor its queue, or the entry is of another dossier.
    """
    item = item_of(turn)
    if item is None or not item.is_open:
        raise NoSuchTurn(_("This task is already done."))
    if not may_do(actor, item) or entry.dossier_id != turn.action.entry.dossier_id:
        raise NotAllowed(_("This task is not in one of your queues."))
    Turn.unscoped.filter(pk=turn.pk, answer__isnull=True).update(answer=entry)
    turn.answer = entry
    close_item(actor=actor, item=item, outcome="done")
    return turn


@gesture
def open_following(*, actor: Actor, turn: Turn) -> Turn | None:
    """The turn after this one, for an action that comes back and was not ended. Twice asked, once opened."""
    return _next(actor, turn.action, turn.number)


@gesture
def catch_up(*, actor: Actor, action: Action) -> Turn | None:
    """The time of the next turn has come although the last one still waits: open it. Turns that were missed altogether are not made up
    for: the one that waits stands for them, and the next one is the first whose day is still to come."""
    last = Turn.unscoped.filter(action=action).order_by("-number", "-pk").first()
    today = clock.today()
    if last is None or not action.every or action.ended_at is not None or last.on > today:
        return None
    return _next(actor, action, last.number)


def _next(actor: Actor, action: Action, after: int) -> Turn | None:
    if not action.every or action.ended_at is not None or Turn.unscoped.filter(action=action, number__gt=after).exists():
        return None
    number = after + 1
    while day_of(action, number) <= clock.today():
        number += 1
    return open_turn(actor, action, number)


def _queue_of(owner: Account | None, unit_id: int | None) -> str:
    """Where the task falls when its holder is away: to those who do the same work; to the chief where nobody holds it."""
    held = actor_for(owner) if owner is not None else None
    return next((str(function) for function in QUEUES if held is not None and held.holds(unit_id, function)), str(Function.CHIEF))


@gesture
def end_action(*, actor: Actor, action: Action, note: str = "") -> Action:
    """It does not come back any more. The task that waits stays until it is done."""
    entry = action.entry
    if not access.can_write_entry(actor) or not may_change(actor, entry.dossier) or not _reads(actor, entry):
        raise NotAllowed(_("You may not write in this journal."))
    if not Action.unscoped.filter(pk=action.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        raise NoSuchTurn(_("It is ended already."))
    action.refresh_from_db()
    mutations.record(
        f"dossier:{entry.dossier_id}",
        actor=actor,
        verb="journal.end_action",
        subject=SubjectRef("journal_action", action.pk),
        note=note,
    )
    return action


def _reads(actor: Actor, entry: Entry) -> bool:
    return actor.is_system or Entry.unscoped.filter(scope_q(Entry, actor), pk=entry.pk).exists()
