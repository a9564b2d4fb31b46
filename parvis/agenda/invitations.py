"""What the person is told of an appointment: day, hour, place; never what it is about. One text for letter and e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from parvis.contacts.api import Reach
from parvis.contacts.enums import Channel
from parvis.documents.api import Block, Envelope, draft_letter, sender, subject_line
from parvis.kernel import clock
from parvis.ui import formats, ics

from .enums import Happened, Place, Way
from .models import Appointment
from .selectors.reading import names_at

TEMPLATES = {
    Happened.INVITED: "appointment.invitation",
    Happened.MOVED: "appointment.moved",
    Happened.CANCELLED: "appointment.cancelled",
    Happened.CHANGED: "appointment.colleague",
}

WHERE: dict[str, dict[str, str]] = {
    Place.OFFICE: {
        "fr": "Le rendez-vous a lieu au centre, {address}{room}.",
        "nl": "De afspraak vindt plaats in het centrum, {address}{room}.",
        "de": "Der Termin findet im Zentrum statt, {address}{room}.",
        "en": "The appointment takes place at the centre, {address}{room}.",
    },
    Place.HOME: {
        "fr": "Nous venons chez vous.",
        "nl": "Wij komen bij u thuis.",
        "de": "Wir kommen zu Ihnen nach Hause.",
        "en": "We come to your home.",
    },
    Place.PHONE: {
        "fr": "Nous vous appelons par téléphone.",
        "nl": "Wij bellen u op.",
        "de": "Wir rufen Sie an.",
        "en": "We call you by phone.",
    },
    Place.VIDEO: {
        "fr": "Le rendez-vous a lieu par vidéo{room}.",
        "nl": "De afspraak verloopt via video{room}.",
        "de": "Der Termin findet per Video statt{room}.",
        "en": "The appointment takes place by video{room}.",
    },
    Place.ELSEWHERE: {
        "fr": "Nous nous voyons hors du centre{room}.",
        "nl": "We zien elkaar buiten het centrum{room}.",
        "de": "Wir treffen uns außerhalb des Zentrums{room}.",
        "en": "We meet outside the centre{room}.",
    },
}
TITLE = {"fr": "Rendez-vous", "nl": "Afspraak", "de": "Termin", "en": "Appointment"}


@dataclass(frozen=True)
class Choice:
    """By which ways this person can be told, the preferred one first. Empty: by none, and ``why`` says so."""

    ways: tuple[str, ...]
    why: str = ""

    @property
    def preferred(self) -> str:
        return self.ways[0] if self.ways else ""


def ways_of(reach: Reach) -> Choice:
    """A protected person gets no e-mail and no post: the letter bears the name alone and is handed over at the centre."""
    if reach.protected:
        return Choice((Way.HAND,), "protected")
    email = bool(reach.email) and not reach.no_email
    post = bool(reach.lines) and not reach.no_post
    ways = [*([Way.EMAIL] if email else []), *([Way.POST] if post else [])]
    if reach.channel != Channel.EMAIL:
        ways.reverse()
    return Choice((*[str(way) for way in ways], str(Way.HAND)))


def where_in(row: Appointment, language: str) -> str:
    instance = settings.PARVIS
    address = f"{instance['street']}, {instance['postcode']} {instance['town']}"
    room = f", {row.room}" if row.room else ""
    return WHERE[row.place][language].replace("{address}", address).replace("{room}", room)


def _facts(row: Appointment, kind: str, language: str) -> dict[str, Any]:
    local = row.starts_at.astimezone(clock.zone())
    return {
        "meeting_day": formats.day(local.date(), "full", language),
        "meeting_hour": f"{local:%H:%M}",
        "meeting_where": where_in(row, language),
        **({"meeting_with": names_at(row.pk)} if kind == Happened.CHANGED else {}),
    }


def letter(
    row: Appointment, kind: str, *, language: str, reach: Reach, way: str, reference: str, author: str, on: Any
) -> tuple[str, list[Block], Envelope]:
    """Subject, blocks and envelope. No address of a protected person; of an e-mail the address that it went to."""
    blocks = draft_letter(TEMPLATES[Happened(kind)], language, _facts(row, kind, language))
    lines = (reach.email,) if way == Way.EMAIL else reach.lines if way == Way.POST else ()
    subject = subject_line(blocks)
    envelope = Envelope(
        language=language,
        recipient=(reach.name, *lines),
        subject=subject,
        on=on,
        reference=reference,
        contact=(author,),
        delivery="counter" if way == Way.HAND else "",
    )
    return subject, blocks, envelope


def body(blocks: list[Block], author: str) -> str:
    """The same as the text of an e-mail."""
    parts = [part for block in blocks for part in (block.heading, block.text.replace("**", "")) if part]
    centre = sender()
    return "\n\n".join([*parts, f"{author}\n{centre.name}\n{centre.phone}"])


def calendar_file(row: Appointment, kind: str, language: str) -> bytes:
    """What the person's own calendar takes in, or takes out. It stands on a screen that others see: day, hour, the centre."""
    centre = sender().name
    instance = settings.PARVIS
    event = ics.Hours(
        uid=f"{row.uuid}@{instance['town'].lower() or 'parvis'}.parvis",
        start=row.starts_at,
        end=row.ends_at,
        title=f"{TITLE[language]} · {centre}",
        text=where_in(row, language),
        place=f"{instance['street']}, {instance['postcode']} {instance['town']}" if row.place == Place.OFFICE else "",
        number=row.lock,
        cancelled=kind == Happened.CANCELLED,
    )
    method = "CANCEL" if kind == Happened.CANCELLED else "PUBLISH"
    return ics.calendar([event], name="", now=clock.now(), method=method)
