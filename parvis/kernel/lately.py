"""Figures that take long to count are told again for a minute: in a large centre thousands of rows stand behind each. Quick ones are counted
each time. In the tests everything is."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation

from parvis.kernel import asof, clock

T = TypeVar("T")

#: Seconds for which a figure is told again.
KEEP = 0 if settings.PARVIS_TESTING else 60
#: Seconds that counting may take before its figure is kept. A home asks ten of them: each below this, they stay together below 50 ms.
SLOW = 0.005
MOST = 2_000

_kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
_lock = threading.Lock()


def told(key: Hashable, count: Callable[[], T], *, large: Callable[[T], bool] | None = None) -> T:
    """What ``count`` found within the last minute, when that took long and is ``large`` (where the caller can tell); else it counts. The key names
    everything that the figure depends on, the reader above all; today, the past day that is read and the language are part of each."""
    key = (key, clock.today(), asof.view(), translation.get_language())
    now = time.monotonic()
    with _lock:
        until, found = _kept.get(key, (0.0, None))
    if until > now:
        return found
    fresh = count()
    spent = time.monotonic() - now
    if spent > SLOW and (large is None or large(fresh)):
        with _lock:
            _kept[key] = (time.monotonic() + KEEP, fresh)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return fresh


def forget() -> None:
    """Nothing is kept: before a measure of counting itself."""
    with _lock:
        _kept.clear()
