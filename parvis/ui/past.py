"""The day of view: a reader sees the whole centre as it stood on a past day, changes nothing, and goes back to today (E20).

It lives in the session of an agent and ends by a click, at sign-out and after two hours. ``@screen`` asks here: writing is refused; a
page that declared ``DAY`` (``declare``) reads as of the day; any other shows today, and its banner says so. A part that another page
asks for under a different day makes that page load again, so that no page mixes two days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import asof, clock, registries
from parvis.kernel.asof import PastView
from parvis.ui import formats

KEY = "day_of_view"
HEADER = "X-Parvis-Past"
SPAN = dt.timedelta(hours=2)
FIRST_DAY = dt.date(1900, 1, 1)

DAY = "day"
#: Why a page shows today, whatever the day of view.
FORM, SETTING, LOG, PAPER, TOOL, OWN = "form", "setting", "log", "paper", "tool", "own"
REASONS = {
    FORM: gettext_lazy("It is a form: what was written with it stands on the pages that go back."),
    SETTING: gettext_lazy("It shows the settings of the house; where they have versions, each stands there with its days."),
    LOG: gettext_lazy("It is a log: each line bears its day."),
    PAPER: gettext_lazy("It is a paper as it was made, the same on every day."),
    TOOL: gettext_lazy("It is a tool for the work of today."),
    OWN: gettext_lazy("It is about your own account."),
}
#: What an agent may still send: it changes nothing in the centre, ends the reading, or proves who reads and why.
STAYS = frozenset(
    {
        "ui:past",
        "ui:past_end",
        "ui:language",
        "ui:theme",
        "identity:logout",
        "identity:login",
        "identity:second_factor",
        "identity:passkey_options",
        "identity:prove",
        "dossiers:why",
    }
)


def declare(
    namespace: str,
    *,
    day: Iterable[str] = (),
    forms: Iterable[str] = (),
    settings: Iterable[str] = (),
    logs: Iterable[str] = (),
    papers: Iterable[str] = (),
    tools: Iterable[str] = (),
    own: Iterable[str] = (),
) -> None:
    """Say of each address of a context that is read whether it can go back to a day (``day``), or why it shows today (``REASONS``). Nothing
    that has a history of its own is among the latter: whatever tells of a file, of money or of work goes back."""
    kinds = ((DAY, day), (FORM, forms), (SETTING, settings), (LOG, logs), (PAPER, papers), (TOOL, tools), (OWN, own))
    for kind, names in kinds:
        for name in names:
            registries.as_of.register(f"{namespace}:{name}", kind)


@dataclass(frozen=True)
class Banner:
    """What the layouts say above every page. ``reads``: this page goes back to the day; else ``why`` not."""

    view: PastView
    until: dt.datetime
    reads: bool
    why: Any = ""

    @property
    def day(self) -> dt.date:
        return self.view.day

    @property
    def then(self) -> bool:
        """As it was known that day; else as it is known now."""
        return self.view.known is not None

    @property
    def mark(self) -> str:
        return mark_of(self.view)


def mark_of(view: PastView | None) -> str:
    """What a page carries along, so that its parts are of the same day."""
    return "" if view is None else f"{view.day.isoformat()}{'k' if view.known is not None else ''}"


def of(request: HttpRequest) -> PastView | None:
    """The day of view of this agent's session. One that has run out ends here, with a word."""
    held: PastView | bool | None = getattr(request, "past_view", False)
    if not isinstance(held, bool):
        return held
    found = _read(request)
    request.past_view = found  # type: ignore[attr-defined]
    return found


def _read(request: HttpRequest) -> PastView | None:
    session = getattr(request, "session", None)
    actor = getattr(request, "actor", None)
    if session is None or actor is None or not actor.is_agent or KEY not in session:
        return None
    try:
        kept = session[KEY]
        day, until = dt.date.fromisoformat(kept["on"]), dt.datetime.fromisoformat(kept["until"])
    except (KeyError, TypeError, ValueError):
        del session[KEY]
        return None
    if clock.now() >= until or day >= clock.today():
        del session[KEY]
        messages.warning(request, _("You are back to today: reading a past day ends by itself after two hours."))
        return None
    return PastView(day, day if kept.get("then") else None)


def begin(request: HttpRequest, day: dt.date, *, then: bool) -> None:
    request.session[KEY] = {"on": day.isoformat(), "then": then, "until": (clock.now() + SPAN).isoformat()}
    request.past_view = False  # type: ignore[attr-defined]


def end(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
    request.past_view = None  # type: ignore[attr-defined]


def address_of(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match is not None else ""


def reads_day(name: str) -> bool:
    """Does this address go back? What nobody declared shows today, and says so."""
    return name in registries.as_of and registries.as_of.get(name) == DAY


def banner(request: HttpRequest) -> Banner | None:
    view = of(request)
    if view is None:
        return None
    name = address_of(request)
    why = REASONS.get(registries.as_of.get(name), "") if name in registries.as_of else ""
    return Banner(view, dt.datetime.fromisoformat(request.session[KEY]["until"]), reads_day(name), why)


def refusal(request: HttpRequest) -> str:
    """Why this gesture is refused; empty: it is not."""
    view = of(request)
    if view is None or address_of(request) in STAYS or address_of(request).startswith(("demo_bar:", "demo_citizen:")):
        return ""
    words = _("You see the centre as it stood on %(day)s: nothing can be changed. Go back to today first.")
    return words % {"day": formats.day(view.day, "long")}


def around(request: HttpRequest) -> AbstractContextManager[Any]:
    """Around the drawing of a page: as of the day, where the page declared that it can."""
    view = of(request)
    return asof.reading(view) if view is not None and reads_day(address_of(request)) else nullcontext()


def other_day(request: HttpRequest) -> HttpResponse | None:
    """A part that a page of another day asks for: the whole page is loaded again instead."""
    held = request.headers.get(HEADER)
    if held is None or held == (mark_of(of(request)) or "today"):
        return None
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response
