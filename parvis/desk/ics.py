"""A calendar file (RFC 5545) of whole days: a tiny writer, because a calendar of due days needs four properties."""

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


def calendar(days: Iterable[Day], *, name: str, now: datetime) -> bytes:
    """The file: one whole-day event for each, which does not make the agent busy."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Parvis//Tasks//EN", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{escaped(name)}"]
    for one in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(one.title)}",
            *([f"DESCRIPTION:{escaped(one.text)}"] if one.text else []),
            *([f"URL:{one.url}"] if one.url else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines).encode()
