"""What stands in the way of an appointment: somebody or a room taken, an absence, a closed day."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.identity.api import Account
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.terms import is_closed

from ..enums import State
from ..models import Appointment, Attendance
from .reading import Meeting, told, with_agents

MOST = 100
MOST_SHOWN = 20


@dataclass(frozen=True)
class Wanted:
    """A time that somebody wants."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def day(self) -> dt.date:
        return clock.date_of(self.starts_at)


@dataclass(frozen=True)
class Clash:
    """One thing in the way. ``kind``: agent, room, absence or closed. ``key`` names it for ever, ``text`` says it to this reader."""

    kind: str
    key: str
    text: str
    at: dt.datetime
    url: str = ""


class Busy:
    """When some agents are taken around some appointments, read once: what is booked, and absences."""

    def __init__(
        self, spans: dict[int, list[tuple[dt.datetime, dt.datetime, int]]], away: Mapping[int, list[tuple[dt.date, dt.date]]]
    ) -> None:
        self.spans = spans
        self.away = away

    @classmethod
    def of(cls, rows: Sequence[Appointment], agents: Collection[int]) -> Busy:
        if not rows or not agents:
            return cls({}, {})
        first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
        spans: dict[int, list[tuple[dt.datetime, dt.datetime, int]]] = {}
        found = Attendance.unscoped.filter(
            account__in=list(agents), appointment__state=State.BOOKED, appointment__starts_at__lt=last, appointment__ends_at__gt=first
        )
        for account, start, end, pk in found.order_by().values_list(
            "account", "appointment__starts_at", "appointment__ends_at", "appointment"
        ):
            spans.setdefault(account, []).append((start, end, pk))
        away: dict[int, list[tuple[dt.date, dt.date]]] = {}
        for source in registries.absences.all():
            for account, days in source(sorted(agents), clock.date_of(first), clock.date_of(last) + dt.timedelta(days=1)).items():
                away.setdefault(account, []).extend(days)
        return cls(spans, away)

    def why(self, account: int, row: Appointment) -> str:
        """ "taken" or "absent" at the hour of an appointment, apart from that one itself; nothing when free."""
        if any(start < row.ends_at and end > row.starts_at for start, end, pk in self.spans.get(account, ()) if pk != row.pk):
            return "taken"
        return "absent" if any(start <= row.day < end for start, end in self.away.get(account, ())) else ""

    def take(self, account: int, row: Appointment) -> None:
        """From here on the agent is at this one too."""
        self.spans.setdefault(account, []).append((row.starts_at, row.ends_at, row.pk))


def mark_of(clashes: Sequence[Clash]) -> str:
    """Names exactly these: who confirms has seen them, and nothing that came since."""
    return hashlib.sha256("\n".join(sorted(one.key for one in clashes)).encode()).hexdigest()[:24] if clashes else ""


def clashes_of(
    actor: Actor, wanted: Sequence[Wanted], *, agents: Collection[int], room_key: str = "", but: Collection[int] = ()
) -> list[Clash]:
    """In the order of time; in words as far as this reader may know them. ``but``: appointments that are moved themselves."""
    if not wanted:
        return []
    names = dict(Account.objects.filter(pk__in=agents).values_list("pk", "display_name"))
    first, last = min(one.starts_at for one in wanted), max(one.ends_at for one in wanted)
    rows = Appointment.unscoped.filter(state=State.BOOKED, starts_at__lt=last, ends_at__gt=first).exclude(pk__in=list(but))
    attended = Q(pk__in=Attendance.unscoped.filter(account__in=list(agents)).values("appointment"))
    taken = attended | Q(room_key=room_key) if room_key else attended
    met = [row for row in with_agents(rows.filter(taken).order_by("starts_at", "pk"))[:1000] if any(_meet(row, one) for one in wanted)][
        :MOST
    ]
    who: dict[int, list[int]] = {}
    for appointment, account in Attendance.unscoped.filter(appointment__in=met, account__in=list(agents)).values_list(
        "appointment", "account"
    ):
        who.setdefault(appointment, []).append(account)
    found: list[Clash] = []
    for meeting in told(actor, met):
        row, about = meeting.row, meeting.title or _("occupied")
        when = {"from": _hour(row.starts_at), "to": _hour(row.ends_at), "about": about}
        for account in sorted(who.get(row.pk, [])):
            text = _("%(who)s is taken from %(from)s to %(to)s: %(about)s") % {"who": names.get(account, "?"), **when}
            found.append(Clash("agent", f"agent:{account}:{row.pk}:{row.lock}", text, row.starts_at, meeting.url))
        if room_key and row.room_key == room_key:
            text = _("%(room)s is taken from %(from)s to %(to)s: %(about)s") % {"room": row.room, **when}
            found.append(Clash("room", f"room:{row.pk}:{row.lock}", text, row.starts_at, meeting.url))
    found += _absent(wanted, names)
    for day in sorted({one.day for one in wanted if is_closed(one.day)}):
        found.append(Clash("closed", f"closed:{day}", _("The centre is closed on that day."), _noon(day)))
    return sorted(found, key=lambda one: (one.at, one.kind, one.key))


def _meet(row: Appointment, one: Wanted) -> bool:
    return row.starts_at < one.ends_at and row.ends_at > one.starts_at


def _absent(wanted: Sequence[Wanted], names: Mapping[int, str]) -> list[Clash]:
    days = sorted({one.day for one in wanted})
    found = []
    for source in registries.absences.all():
        for account, spans in source(sorted(names), days[0], days[-1] + dt.timedelta(days=1)).items():
            for day in days:
                if any(start <= day < end for start, end in spans):
                    text = _("%(who)s is absent on that day.") % {"who": names.get(account, "?")}
                    found.append(Clash("absence", f"absence:{account}:{day}", text, _noon(day)))
    return found


def meetings_in_absences(
    actor: Actor, account_id: int, spans: Iterable[tuple[dt.date, dt.date]], *, limit: int = MOST_SHOWN
) -> list[Meeting]:
    """Booked appointments still to come that fall into these absences of an agent (half-open days): they have to be moved, or held by somebody
    else. In words as far as this reader may know them."""
    when = Q()
    for start, end in spans:
        when |= Q(starts_at__lt=midnight(end), ends_at__gt=midnight(start))
    if not when:
        return []
    mine = Attendance.unscoped.filter(account=account_id).values("appointment")
    rows = Appointment.unscoped.filter(when, state=State.BOOKED, ends_at__gt=clock.now(), pk__in=mine)
    return told(actor, list(with_agents(rows.order_by("starts_at", "pk"))[:limit]))


def _hour(at: dt.datetime) -> str:
    return f"{at.astimezone(clock.zone()):%H:%M}"


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone()) if day.year < 9999 else dt.datetime(9998, 12, 31, tzinfo=dt.UTC)


def _noon(day: dt.date) -> Any:
    return dt.datetime.combine(day, dt.time(12), clock.zone())
