"""How a party is reached on a day: the envelope, the e-mail address, the way it prefers. Many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ..book.selectors import Label, labels
from ..enums import Channel, PointKind
from ..models import ContactPoint, OrganisationName, OrganisationPoint, OrganisationProfile, PersonIndex, PersonLanguage
from ..selectors import hidden_person_ids

Party = tuple[str, int]


@dataclass(frozen=True)
class Reach:
    """``protected``: neither address nor e-mail is told to anybody; the letter is handed over at the centre."""

    name: str
    lines: tuple[str, ...] = ()
    language: str = "fr"
    email: str = ""
    channel: str = Channel.ANY
    no_email: bool = False
    no_post: bool = False
    protected: bool = False
    closed: bool = False


@dataclass(frozen=True)
class _Entry:
    organisation_id: int | None
    person_id: int | None
    display_name: str
    protected: bool = False


def reach_of(parties: Iterable[Party], day: dt.date, purpose: str = "letter") -> dict[Party, Reach]:
    """How each of these ("person" | "organisation", id) is reached on a day, in a fixed number of queries. Who may know them is the caller's
    question; what is protected is told to nobody.

    Raises:
        ValueError: an unknown purpose.
    """
    wanted = list(dict.fromkeys(parties))
    people = [pk for kind, pk in wanted if kind == "person"]
    orgs = [pk for kind, pk in wanted if kind == "organisation"]
    names: dict[Party, str] = {("person", pk): name for pk, name in _person_names(people).items()}
    names |= {("organisation", pk): name for pk, name in _office_names(orgs, day).items()}
    known = [party for party in wanted if party in names]
    entries = [_Entry(pk if kind == "organisation" else None, pk if kind == "person" else None, names[kind, pk]) for kind, pk in known]
    envelopes: dict[Party, Label] = dict(zip(known, labels(entries, day, purpose), strict=True))  # type: ignore[arg-type]
    secret = hidden_person_ids(people, day) if people else set()
    emails: dict[Party, str] = {}
    for row in ContactPoint.unscoped.filter(person__in=people, kind=PointKind.EMAIL).at(day).order_by("-pk"):
        emails["person", row.person_id] = row.value
    for office in OrganisationPoint.unscoped.filter(organisation__in=orgs, kind=PointKind.EMAIL).at(day).order_by("-pk"):
        emails["organisation", office.organisation_id] = office.value
    ways: dict[Party, PersonLanguage | OrganisationProfile] = {}
    for spoken in PersonLanguage.unscoped.filter(person__in=people).at(day):
        ways["person", spoken.person_id] = spoken
    for profile in OrganisationProfile.unscoped.filter(organisation__in=orgs).at(day):
        ways["organisation", profile.organisation_id] = profile
    found = {}
    for party in known:
        label, way = envelopes[party], ways.get(party)
        protected = label.protected or (party[0] == "person" and party[1] in secret)
        found[party] = Reach(
            name=label.name,
            lines=() if protected else label.lines,
            language=label.language,
            email="" if protected else emails.get(party, ""),
            channel=way.channel if way else Channel.ANY,
            no_email=bool(way and way.no_email),
            no_post=bool(way and way.no_post),
            protected=protected,
            closed=bool(getattr(way, "closed", False)),
        )
    return found


def _person_names(ids: list[int]) -> dict[int, str]:
    return dict(PersonIndex.unscoped.filter(person__in=ids).values_list("person_id", "display_name")) if ids else {}


def _office_names(ids: list[int], day: dt.date) -> dict[int, str]:
    found: dict[int, str] = {}
    for row in OrganisationName.unscoped.filter(organisation__in=ids, live=1).order_by("valid_from", "pk") if ids else ():
        if row.organisation_id not in found or row.valid_from <= day:
            found[row.organisation_id] = row.name
    return found
