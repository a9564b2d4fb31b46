"""What an answer of the network (RetrieveTIGroups, ``rrn_it_implicit``) says has changed, as rows of a file of mutations.

An answer tells what holds, group by group, each with the day since when: a change is what began in the year before it. Of the groups of the
national register only three are read: 020 address (its municipality is that of 001 on that day), 120 civil status, 150 death. Labels come in
the language of the question; nationality (031) is left, because its label would be written as it came. The message by which the network
itself tells of a mutation is not public, and is not read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from .enums import MutationKind
from .errors import InvalidMutation

SERVICE = "http://kszbcss.fgov.be/intf/RetrieveTIGroupsService/"
R = "{http://www.ibz.rrn.fgov.be/XSD/xm25/rn25Schema}"
YEAR = dt.timedelta(days=366)


def is_answer(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def rows_of_answers(content: bytes) -> list[Any]:
    """One row for each group that began in the year before the answer; a file may hold several answers.

    Raises:
        InvalidMutation: not XML, with a document type, or without any answer of this kind.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content.lstrip(b" \t\r\n"), parser)
    except etree.XMLSyntaxError:
        raise InvalidMutation(_("This is not a file of mutations: it cannot be read as XML."), field="file", code="not_xml") from None
    if root.getroottree().docinfo.doctype:
        raise InvalidMutation(_("This is not a file of mutations: it cannot be read as XML."), field="file", code="not_xml")
    answers = [one for one in root.iter("{*}retrieveTIGroupsResponse") if (etree.QName(one).namespace or "").startswith(SERVICE)]
    if not answers:
        raise InvalidMutation(_("This file holds no answer of the service RetrieveTIGroups."), field="file", code="no_answer")
    return [row for answer in answers for row in _rows(answer)]


def _rows(answer: etree._Element) -> Iterator[dict[str, Any]]:
    number, replied = _text(answer, "searchInformation/ssin"), _text(answer, "informationCBSS/timestampReply")
    groups = answer.find("rrn_it_implicit")
    try:
        until = dt.date.fromisoformat(replied[:10])
    except ValueError:
        yield {"id": "-", "national_number": number}  # said to be a line that cannot be read
        return
    if groups is None or _text(answer, "status/value") != "DATA_FOUND":
        return
    for kind, on, value in (*_address(groups), *_civil_state(groups), *_death(groups)):
        if until - YEAR <= on <= until:
            told = "|".join((number, kind, on.isoformat(), *(f"{name}={text}" for name, text in sorted(value.items()))))
            key = hashlib.sha256(told.encode()).hexdigest()[:32]
            yield {"id": f"TI-{key}", "national_number": number, "kind": kind, "on": on.isoformat(), "value": value, "holds": True}


Found = Iterator[tuple[str, dt.date, dict[str, str]]]


def _address(groups: etree._Element) -> Found:
    addresses, homes = _dated(groups, "LegalMainAddresses", "LegalMainAddress"), _dated(groups, "FileOwner", "Residences")
    if not addresses:
        return
    on, newest = addresses[-1]
    if homes and homes[-1][0] > on:
        return  # has moved to another municipality or abroad since: this is not where the person lives
    value = {
        "street": _text(newest, f"{R}Address/{R}Street/{R}Label"),
        "number": _text(newest, f"{R}Address/{R}HouseNumber"),
        "box": _text(newest, f"{R}Address/{R}Box"),
        "postal_code": _text(newest, f"{R}Address/{R}ZipCode"),
        "municipality": _text(homes[-1][1], f"{R}Residence/{R}Label") if homes else "",
    }
    yield MutationKind.ADDRESS.value, on, {name: text for name, text in value.items() if text}


def _civil_state(groups: etree._Element) -> Found:
    for on, newest in _dated(groups, "CivilStates", "CivilState")[-1:]:
        yield MutationKind.CIVIL_STATUS.value, on, {"status": _text(newest, f"{R}CivilState/{R}Label")}


def _death(groups: etree._Element) -> Found:
    for on, newest in _dated(groups, "Deceases", "Decease")[-1:]:
        place = _text(newest, f"{R}Decease/{R}Place1/{R}Label")
        yield MutationKind.DEATH.value, on, {"place": place} if place else {}


def _dated(groups: etree._Element, several: str, one: str) -> list[tuple[dt.date, etree._Element]]:
    """The entries that were not taken back and whose day is whole, oldest first."""
    rows = [(_day(row), row) for row in groups.findall(f"{R}{several}/{R}{one}") if row.find(f"{R}DelDate") is None]
    return sorted(((day, row) for day, row in rows if day is not None), key=lambda pair: pair[0])


def _day(row: etree._Element) -> dt.date | None:
    parts = [_text(row, f"{R}Date/{R}{name}") for name in ("Century", "Year", "Month", "Day")]
    try:
        return dt.date(int(parts[0] + parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None  # the register knows a day in part only


def _text(element: etree._Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())
