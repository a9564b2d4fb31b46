"""Deep calls do not take memory from the system and give it back each time."""

from __future__ import annotations

import resource
from collections.abc import Callable
from threading import Thread

from parvis.config import cli
from parvis.config.middleware import DeepStackMiddleware
from parvis.kernel import deepstack, jobs

CALLS = 200


def leaf(a: int, b: int, c: int) -> int:
    return a + b + c


def at_depth(depth: int) -> int:
    """How often the system had to give a page of memory while a function is called many times at this depth."""
    if depth:
        return at_depth(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        leaf(1, 2, 3)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def worst() -> int:
    return max(at_depth(depth) for depth in range(400))


@deepstack.at_base
def with_room(call: Callable[[], int]) -> int:
    return call()


@deepstack.at_base
def with_room_again(call: Callable[[], int]) -> int:
    return with_room(call)


def test_no_call_inside_asks_the_system_for_memory_each_time() -> None:
    assert with_room(worst) < CALLS / 4
    assert with_room_again(worst) < CALLS / 4
    assert in_a_thread(worst) >= CALLS  # without it, at some depth each call does
    assert in_a_thread(lambda: with_room(worst)) < CALLS / 4


def in_a_thread(call: Callable[[], int]) -> int:
    """On a stack of its own, as the server's threads have."""
    told: list[int] = []
    thread = Thread(target=lambda: told.append(call()))
    thread.start()
    thread.join()
    return told[0]


def test_deep_calls_and_errors_work_inside() -> None:
    def deep(depth: int) -> int:
        return 1 + deep(depth - 1) if depth else 1 // 0

    def refused() -> int:
        try:
            return deep(600)
        except ZeroDivisionError as error:
            trace, frames = error.__traceback__, 0
            while trace is not None:
                trace, frames = trace.tb_next, frames + 1
            return frames

    assert with_room(refused) == 602


def test_requests_commands_and_jobs_begin_with_room() -> None:
    assert {base.__code__.co_stacksize for base in (DeepStackMiddleware.__call__, cli.main, jobs.run_pending)} == {deepstack.SIZE}
