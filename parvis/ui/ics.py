"""A calendar file (RFC 5545) of whole days and of hours: a tiny writer, because what goes into another calendar needs few properties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE = 75
"""Octets in a line before it is folded, the CRLF not counted."""


@dataclass(frozen=True)
class Day:
    """Something due on a day. ``uid`` stays the same from one export to the next, so that a calendar replaces and does not double."""

    uid: str
    on: date
    title: str
    text: str = ""
    url: str = ""

    @property
    def when(self) -> list[str]:
        return [f"DTSTART;VALUE=DATE:{self.on:%Y%m%d}", f"DTEND;VALUE=DATE:{self.on + timedelta(days=1):%Y%m%d}"]

    @property
    def more(self) -> list[str]:
        return ["TRANSP:TRANSPARENT"]


@dataclass(frozen=True)
class Hours:
    """Something from one instant to another, written in UTC: right in every calendar, summer and winter. ``number`` grows with each change,
    so that a calendar takes the later one; ``cancelled`` takes it out."""

    uid: str
    start: datetime
    end: datetime
    title: str
    text: str = ""
    url: str = ""
    place: str = ""
    number: int = 0
    cancelled: bool = False

    @property
    def when(self) -> list[str]:
        return [f"DTSTART:{stamp(self.start)}", f"DTEND:{stamp(self.end)}"]

    @property
    def more(self) -> list[str]:
        place = [f"LOCATION:{escaped(self.place)}"] if self.place else []
        return [*place, f"SEQUENCE:{self.number}", f"STATUS:{'CANCELLED' if self.cancelled else 'CONFIRMED'}", "TRANSP:OPAQUE"]


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """TEXT of the standard: backslash, semicolon, comma and line break are escaped; other control characters are left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(char for char in plain if char == "\n" or char == "\t" or ord(char) >= 32)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """At most 75 octets a line; what follows begins with a space. A character of several octets is never cut."""
    parts: list[str] = []
    room, part = LINE, ""
    for char in line:
        size = len(char.encode())
        if size > room:
            parts.append(part)
            part, room = "", LINE - 1  # the space counts
        part += char
        room -= size
    return "\r\n ".join([*parts, part])


def calendar(events: Iterable[Day | Hours], *, name: str, now: datetime, method: str = "") -> bytes:
    """The file: one event for each. Of whole days none makes its reader busy. ``method``: PUBLISH or CANCEL, for a file sent by e-mail."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Parvis//Tasks//EN", "CALSCALE:GREGORIAN"]
    lines += [f"METHOD:{method}"] if method else []
    lines += [f"X-WR-CALNAME:{escaped(name)}"] if name else []
    for one in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}",
            f"DTSTAMP:{stamp(now)}",
            *one.when,
            f"SUMMARY:{escaped(one.title)}",
            *([f"DESCRIPTION:{escaped(one.text)}"] if one.text else []),
            *([f"URL:{one.url}"] if one.url else []),
            *one.more,
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines).encode()
