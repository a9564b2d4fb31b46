"""The second factor, asked again: the proof holds for ten minutes (C18)."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.urls import reverse

from parvis.kernel import clock
from parvis.kernel.errors import StepFirst

from .models import Factor

FRESH = dt.timedelta(minutes=10)
PROVED = "proved_at"


def note(request: HttpRequest) -> None:
    """A second factor was just given in this session."""
    request.session[PROVED] = clock.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    at = request.session.get(PROVED)
    return at is not None and 0 <= clock.now().timestamp() - float(at) <= FRESH.total_seconds()


def require(request: HttpRequest, back: str = "") -> None:
    """Lead to the page that asks. An account without second factor, which only a test or demo instance lets in, is asked nothing.

    Raises:
        StepFirst: the proof is older than ten minutes.
    """
    account = getattr(request, "account", None)
    if account is None or is_fresh(request) or not Factor.objects.filter(account=account).exists():
        return
    raise StepFirst(reverse("identity:prove"), back=back)
