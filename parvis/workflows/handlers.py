"""A running process moves on when something happened to its subject; a task that reaches somebody absent goes on to who acts. Last of the handlers,
so that they read settled facts."""

from __future__ import annotations

from parvis.identity.events import ProxyChanged
from parvis.kernel.actor import system_actor
from parvis.kernel.events import Event, subscribe

from .events import StepHanded, StepOpened
from .models import Away
from .services import away, running


@subscribe(Event, order=200)
def complete_steps(event: Event) -> None:
    running.on_event(event)


@subscribe(StepOpened, order=210)
@subscribe(StepHanded, order=210)
def reaches_who_acts(event: StepOpened | StepHanded) -> None:
    if event.owner_id is not None and event.subject.type != "away":
        _follow(event.owner_id)


@subscribe(ProxyChanged, order=210)
def follow_stand_in(event: ProxyChanged) -> None:
    _follow(event.giver_id)


def _follow(account_id: int) -> None:
    if Away.objects.filter(account=account_id, live=1).exists():
        away.follow_absence(actor=system_actor("absences"), account=account_id)
