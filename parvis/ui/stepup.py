"""Asked again before what takes much out of the house: who holds the keys of this place, ``identity``, says how."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

Check = Callable[[HttpRequest, str], None]
_checks: list[Check] = []


def register(check: Check) -> None:
    """Said once, by the context that knows second factors. It raises ``StepFirst`` when the proof is too old."""
    _checks[:] = [check]


def require(request: HttpRequest, *, back: str = "") -> None:
    """Before a bulk export of personal data or an exceptional opening.

    Args:
        back: the page to come back to, when it is not this address (a file would leave the person on the page that asked).

    Raises:
        StepFirst: the second factor is asked again.
    """
    for check in _checks:
        check(request, back)


def without(request: HttpRequest, *names: str) -> str:
    """This address without the parameters that ask for a file."""
    kept = request.GET.copy()
    for name in names:
        kept.pop(name, None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path
