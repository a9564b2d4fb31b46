"""Appointments in the search box. They answer only where the words mean an appointment or a day, so that a search for a name costs nothing more."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any
from uuid import UUID

from babel.dates import get_month_names
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.textmatch import fold, tokens
from parvis.ui import formats

from . import access
from .calculations import Asked
from .enums import State
from .models import Appointment
from .selectors.clashes import midnight
from .selectors.reading import agents_of, attended_by, with_agents

LANGUAGES = ("fr", "nl", "de", "en")
#: Words that mean an appointment, folded.
NAMED = re.compile(r"\b(rendez[- ]?vous|rdv|afspra(?:ak|ken)|termine?|appointments?)\b")
NEAR = {
    0: ("aujourd[’' ]?hui", "vandaag", "heute", "today"),
    1: ("demain", "morgen", "tomorrow"),
    2: ("apres-demain", "overmorgen", "ubermorgen", "uebermorgen"),
}
#: As many files are looked into, and as many appointments to come for a word of their subject.
FILES, READ = 12, 200


def meant(query: str, today: dt.date) -> Asked | None:
    """What of a query means an appointment or a day, and the words that are left; None where nothing does. Asks the database nothing."""
    text = fold(query.strip())
    rest, named = NAMED.subn(" ", text)
    day, rest = _day(rest, today)
    if not named and day is None:
        return None
    return Asked(bool(named), day, tuple(tokens(rest)))


def _day(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    for ahead in sorted(NEAR, reverse=True):
        found = re.search(rf"\b({'|'.join(NEAR[ahead])})\b", text)
        if found:
            return today + dt.timedelta(days=ahead), text[: found.start()] + " " + text[found.end() :]
    for pattern, names in (
        (r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", {}),
        (r"(?<![\d/.-])(?P<d>\d{1,2})[/.](?P<m>\d{1,2})(?:[/.](?P<y>\d{4}))?(?![\d/.])", {}),
        (_words(), _months()),
    ):
        found = re.search(pattern, text)
        if found is None:
            continue
        month = names.get(found["m"]) if names else int(found["m"])
        day = _near(int(found["d"]), month or 0, int(found["y"]) if found["y"] else None, today)
        if day is not None:
            return day, text[: found.start()] + " " + text[found.end() :]
    return None, text


def _near(day: int, month: int, year: int | None, today: dt.date) -> dt.date | None:
    """That day; without a year the one that is nearest. Nothing for what is no day, and for one of long ago: that is a birth."""
    found = []
    for one in (year,) if year else (today.year - 1, today.year, today.year + 1):
        try:
            found.append(dt.date(one, month, day))
        except ValueError:
            continue
    near = [one for one in found if -400 <= (one - today).days <= 1100]
    return min(near, key=lambda one: abs((one - today).days)) if near else None


@cache
def _months() -> dict[str, int]:
    return {fold(name).strip("."): number for code in LANGUAGES for number, name in get_month_names("wide", locale=code).items()}


@cache
def _words() -> str:
    return rf"\b(?P<d>\d{{1,2}})(?:er|\.)?\s+(?P<m>{'|'.join(sorted(_months(), key=len, reverse=True))})(?:\s+(?P<y>\d{{4}}))?\b"


def search_meetings(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Of files that the reader sees and that ask for no reason first; the words of a subject only where the reader may see them."""
    asked = meant(query, clock.today())
    if asked is None:
        return []
    rows = Appointment.objects.visible_to(actor).exclude(state=State.CANCELLED)
    for unguarded in registries.unguarded.all():
        rows = rows.filter(unguarded(actor, "subject_id"))
    if asked.day is not None:
        rows = rows.filter(starts_at__gte=midnight(asked.day), starts_at__lt=midnight(asked.day + dt.timedelta(days=1)))
    found = _matching(actor, asked, rows, limit)
    names = _names(actor, [row for row, _why in found])
    return [_hit(actor, row, why, names[row.subject_id]) for row, why in found if row.subject_id in names]


def _matching(actor: Actor, asked: Asked, rows: Any, limit: int) -> list[tuple[Appointment, str]]:
    now = clock.now()
    if not asked.words:
        if asked.day is None:
            rows = rows.filter(pk__in=attended_by(actor.stands_for or 0), state=State.BOOKED, ends_at__gt=now)
        why = str(_("on that day")) if asked.day else str(_("your next appointments"))
        return [(row, why) for row in with_agents(rows.order_by("starts_at", "pk"))[:limit]]
    if files := _files(actor, " ".join(asked.words)):
        found = list(with_agents(rows.filter(subject_type="dossier", subject_id__in=files).order_by("-starts_at", "-pk"))[: limit * 2])
        found.sort(key=lambda row: (row.ends_at <= now, abs((row.starts_at - now).total_seconds())))
        return [(row, str(_("appointment of a file that was found"))) for row in found[:limit]]
    if asked.day is None:
        rows = rows.filter(state=State.BOOKED, ends_at__gt=now)
        memo.keep(("search.note", "appointments"), _("Words of the subject are looked for in the next 200 appointments."))
    told = []
    for row in with_agents(rows.order_by("starts_at", "pk"))[:READ]:
        words = fold(row.text) if access.reads_words(actor, row) else ""
        if words and all(word in words for word in asked.words):
            told.append((row, str(_("words of the appointment: %(words)s") % {"words": ", ".join(asked.words)})))
    return told[:limit]


def _files(actor: Actor, words: str) -> list[int]:
    """Files that the words find by the name or the number, as the search for files does."""
    source = registries.search_sources.get("dossiers") if "dossiers" in registries.search_sources else None
    if source is None or not source.access(actor):
        return []
    uuids = [uuid for hit in source.search(actor, words, FILES) if (uuid := _uuid(hit.url))]
    rows = registries.subject_scopes.get("dossier")(actor)
    return [int(row["pk"]) for row in rows.filter(uuid__in=uuids)] if uuids else []


def _uuid(url: str) -> UUID | None:
    try:
        return resolve(url).kwargs.get("uuid")
    except Resolver404:
        return None


def _names(actor: Actor, rows: list[Appointment]) -> dict[int, str]:
    ids = {row.subject_id for row in rows}
    return {pk: words for find in registries.file_names.all() for pk, words in find(actor, ids).items()} if ids else {}


def _hit(actor: Actor, row: Appointment, why: str, name: str) -> Hit:
    text = row.text if access.reads_words(actor, row) else ""
    agents = ", ".join(one.display_name for one in agents_of(row))
    state = "" if row.is_booked else str(row.get_state_display())
    return Hit(
        title=f"{formats.moment(row.starts_at)} · {name}",
        subtitle=" · ".join(part for part in (state, row.where, text, agents) if part),
        url=reverse("agenda:appointment", args=[row.uuid]),
        why=why,
        icon=row.place_icon,
    )


search_sources.register(
    "appointments",
    SearchSource(key="appointments", title=gettext_lazy("Appointments"), order=42, search=search_meetings, access=access.can_read),
)
