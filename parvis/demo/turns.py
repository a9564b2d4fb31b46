"""Old files played in the years themselves. The clock only moves forward: whatever the number of files, there is one order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from parvis.identity import demo as agents
from parvis.kernel import clock
from parvis.kernel.actor import system_actor

from . import stage

Turn = tuple[dt.datetime, Callable[[], None]]
"""An instant, and what happens then."""


def play_turns(before: dt.datetime, turns: Iterable[Turn]) -> None:
    """The agents come first, at ``before``; then each turn at its instant."""
    with clock.travel(before):
        agents.load(actor=system_actor("demo", origin="story"))
    stage.forget()
    for at, act in sorted(turns, key=lambda turn: turn[0]):
        with clock.travel(at):
            act()
    stage.forget()
