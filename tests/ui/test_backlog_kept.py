"""A count of the backlog that takes long is told again for a while; the page of the list counts anew (Scale)."""

from __future__ import annotations

import time

import pytest
from django.utils import translation

from parvis.kernel import lately, registries
from parvis.ui import backlog
from tests.identity.factories import an_account, as_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """How often a count of everybody and one of the reader's own were asked."""
    told = {"house": 7, "own": 3, "asked": []}

    def count(_actor) -> int:
        told["asked"].append("house")
        return told["house"]

    def mine(actor) -> int:
        told["asked"].append(actor.label)
        return told["own"]

    entry = registries.Backlog(key="kept.test", title="Kept", order=1, count=count, url=lambda: "/tasks/", mine=mine)
    lately.forget()
    told["ask"] = lambda actor: backlog._figure(actor, entry, backlog._lately)
    told["now"] = lambda actor: backlog._figure(actor, entry, lambda _key, ask: ask())
    yield told
    lately.forget()


def test_a_slow_count_is_kept_for_each_reader_and_the_list_counts_anew(asked, monkeypatch) -> None:
    monkeypatch.setattr(lately, "SLOW", -1)
    monkeypatch.setattr(lately, "KEEP", 60)
    one, other = as_actor(an_account("chief", name="Une")), as_actor(an_account("chief", name="Deux"))
    first = asked["ask"](one)
    asked["house"], asked["own"] = 8, 4
    again, theirs = asked["ask"](one), asked["ask"](other)
    assert [(shown.count, shown.mine) for shown in (first, again, theirs)] == [(7, 3), (7, 3), (7, 4)]
    assert asked["asked"] == ["house", "Une", "Deux"]
    now = asked["now"](one)
    assert (now.count, now.mine) == (8, 4)
    later = time.monotonic() + 61
    monkeypatch.setattr(lately.time, "monotonic", lambda: later)
    assert asked["ask"](one).count == 8


def test_a_quick_count_is_asked_each_time(asked, monkeypatch) -> None:
    monkeypatch.setattr(lately, "SLOW", 3600)
    monkeypatch.setattr(lately, "KEEP", 60)
    one = as_actor(an_account("chief"))
    asked["ask"](one)
    asked["house"] = 8
    assert asked["ask"](one).count == 8


def test_a_figure_is_of_one_language_and_one_day(monkeypatch) -> None:
    monkeypatch.setattr(lately, "SLOW", -1)
    monkeypatch.setattr(lately, "KEEP", 60)
    lately.forget()
    counted = iter(range(9))
    with translation.override("fr"):
        assert [lately.told("sum", lambda: next(counted)) for _time in range(2)] == [0, 0]
    with translation.override("nl"):
        assert lately.told("sum", lambda: next(counted)) == 1
    lately.forget()
    with translation.override("fr"):
        assert [lately.told("sum", lambda: next(counted), large=lambda found: found > 2) for _time in range(3)] == [2, 3, 3]
    lately.forget()
