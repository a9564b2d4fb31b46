"""Room on the interpreter's stack, taken once at the base of a piece of work.

CPython keeps the frames of Python functions in chunks of 16 KiB, taken from the system when a call crosses the edge of one and given back as
soon as that call returns. A page calls some hundred functions deep and returns over an edge thousands of times: each time the system maps a page
of memory, clears it and takes it away. A function that says it needs a large stack makes CPython take one chunk of 1 MiB, with room for all deeper
calls in it; only what is touched of it takes memory. It costs one chunk for each call of that function, so it belongs at the base: a request, a
command, a job.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TypeVar, cast

#: In values of eight bytes. A chunk is a power of two: more than half of 1 MiB makes it 1 MiB, and the rest is for deeper calls. The rest must be
#: smaller than this: else a base inside a base would fill the chunk of the outer one to its edge, and have no room itself.
SIZE = 70_000

F = TypeVar("F", bound=Callable[..., object])


def at_base(function: F) -> F:
    """Marks a function inside which a whole piece of work runs (decorator). A generator or coroutine has its frame elsewhere: it cannot be one."""
    plain = cast("FunctionType", function)
    plain.__code__ = plain.__code__.replace(co_stacksize=SIZE)
    return function
