"""The face of a legal clock: how many days, to do what, how much of the time is used. Colour is never alone: word and figure say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from parvis.kernel import clock
from parvis.ui import formats

URGENT_DAYS = 2
SOON_DAYS = 7


@dataclass(frozen=True)
class Face:
    """``state``: late, urgent, soon, open, hold or done. ``used``: per cent of the time used, for the ring."""

    state: str
    days: str
    what: str
    used: int
    due_on: date | None = None
    source: str = ""
    spoken: str = ""

    @property
    def css(self) -> str:
        return "" if self.state == "open" else f"clock--{self.state}"


def verb_of(kind: Any) -> str:
    """What the clock asks, for the kinds of the law; other texts pass as they are."""
    known = {
        "acknowledge": gettext("to acknowledge receipt"),
        "decide": gettext("to decide"),
        "notify": gettext("to notify"),
        "pay": gettext("to pay"),
        "appeal": gettext("to appeal"),
        "sign": gettext("to sign"),
        "evaluate": gettext("to evaluate"),
        "transfer": gettext("to transfer"),
        "answer": gettext("to answer"),
    }
    return known.get(str(kind), formats.label(kind))


def read(
    term: Any,
    verb: Any = "",
    *,
    started_on: Any = None,
    met_on: Any = None,
    held: bool = False,
    today: date | None = None,
) -> Face:
    """Read a due date, or an object with ``due_on`` and perhaps ``kind``, ``started_on``, ``met_on``, ``held``, ``started_by``."""
    if term is not None and hasattr(term, "due_on"):
        verb = verb or getattr(term, "verb", "") or getattr(term, "kind", "")
        started_on = started_on or getattr(term, "started_on", None)
        met_on = met_on or getattr(term, "met_on", None)
        held = held or bool(getattr(term, "held", False))
        source = formats.label(getattr(term, "started_by", "") or "")
        due = formats.as_date(term.due_on)
    else:
        due, source = formats.as_date(term), ""
    start, met, now = formats.as_date(started_on), formats.as_date(met_on), today or clock.today()
    what = verb_of(verb)
    if met is not None:
        took = (met - start).days if start else None
        if due is not None and met > due:
            return _met_late((met - due).days, took, what, due, source)
        text = what
        if took is not None:
            text = gettext("the same day") if took == 0 else ngettext("in %(days)s day", "in %(days)s days", took) % {"days": took}
        text = f"{what}, {text}" if took is not None and what else text
        return Face("done", pgettext("term", "Met"), text, 100, due, source, text)
    if held:
        return Face("hold", pgettext("term", "Suspended"), "", 100, due, source, what)
    if due is None:
        return Face("open", gettext("No date"), what, 0, None, source, what)
    left = (due - now).days
    spoken = _spoken(left, due)
    if left < 0 and str(verb) == "appeal":
        # The term is the person's: when it is over, nothing is late here.
        return Face("hold", pgettext("term to appeal", "Over"), what, 100, due, source, formats.day(due, "long"))
    if left < 0:
        return Face("late", pgettext("days past the due date", "D+%(days)s") % {"days": -left}, what, 100, due, source, spoken)
    state = "urgent" if left <= URGENT_DAYS else "soon" if left <= SOON_DAYS else "open"
    days = gettext("Today") if left == 0 else pgettext("days before the due date", "D-%(days)s") % {"days": left}
    return Face(state, days, what, _used(start, due, now), due, source, spoken)


def _used(start: date | None, due: date, now: date) -> int:
    """A term with no known start is drawn against a month, the most common one."""
    whole = (due - start).days if start else 30
    if whole <= 0:
        return 100
    return max(0, min(100, 100 - round((due - now).days * 100 / whole)))


def _spoken(left: int, due: date) -> str:
    when = formats.day(due, "long")
    if left < 0:
        return ngettext("%(days)s day late, due on %(when)s", "%(days)s days late, due on %(when)s", -left) % {"days": -left, "when": when}
    if left == 0:
        return gettext("due today, %(when)s") % {"when": when}
    return ngettext("%(days)s day left, due on %(when)s", "%(days)s days left, due on %(when)s", left) % {"days": left, "when": when}


def _met_late(days: int, took: int | None, verb: str, due: date, source: str) -> Face:
    """Done, but after the day that the law gave: never drawn as if it had been kept."""
    late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    what = gettext("done late") if took is None else ngettext("done in %(days)s day", "done in %(days)s days", took) % {"days": took}
    what = f"{verb}, {what}" if verb else what
    return Face("late", late, what, 100, due, source, formats.day(due, "long"))
