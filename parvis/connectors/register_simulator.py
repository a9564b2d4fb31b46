"""A register that tells what changed about people. Its files are of our own form: the network's mutation flows need a contract and a
certificate, which no tester has. What the network's answers have a group for it also writes as such an answer (RetrieveTIGroups), without the
codes of the register's own tables. It knows national numbers only, never our tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from lxml import etree

FORMAT = "parvis-register-mutations/1"


@dataclass(frozen=True)
class Happening:
    """One mutation. ``kind``: address, death, civil_status, household or nationality; ``value`` what the register holds from ``on``."""

    id: str
    national_number: str
    kind: str
    on: date
    value: Mapping[str, Any] = field(default_factory=dict)


def register_file(happenings: Iterable[Happening], *, made_on: date) -> bytes:
    """The file that the register would send: JSON, UTF-8, one object for each mutation."""
    rows = [
        {"id": one.id, "national_number": one.national_number, "kind": one.kind, "on": one.on.isoformat(), "value": dict(one.value)}
        for one in happenings
    ]
    text = json.dumps({"format": FORMAT, "made_on": made_on.isoformat(), "mutations": rows}, ensure_ascii=False, indent=1)
    return text.encode("utf-8")


SERVICE = "http://kszbcss.fgov.be/intf/RetrieveTIGroupsService/v1"
RN = "http://www.ibz.rrn.fgov.be/XSD/xm25/rn25Schema"
ANSWERED = frozenset({"address", "civil_status", "death"})


def register_answer(happening: Happening, *, made_on: date) -> bytes:
    """The same as an answer of RetrieveTIGroups, in the order of its schema: who was asked about, and the one group that changed.

    Raises:
        ValueError: a kind that the answers have no group for here.
    """
    if happening.kind not in ANSWERED:
        raise ValueError(happening.kind)
    root = etree.Element(f"{{{SERVICE}}}retrieveTIGroupsResponse", nsmap={"v1": SERVICE})
    _put(root, "informationCBSS/ticketCBSS", str(uuid4()))
    _put(root, "informationCBSS/timestampReply", f"{made_on.isoformat()}T12:00:00Z")
    _put(root, "status/value", "DATA_FOUND")
    _put(root, "status/code", "MSG00000")
    _put(root, "searchInformation/ssin", happening.national_number)
    groups, value, on = etree.SubElement(root, "rrn_it_implicit", nsmap={"r": RN}), happening.value, happening.on
    if happening.kind == "address":
        home = _group(groups, "FileOwner/Residences", "001", on)
        _rn(home, "Residence/Label", value.get("municipality", ""))
        here = _group(groups, "LegalMainAddresses/LegalMainAddress", "020", on)
        for path, name in (("ZipCode", "postal_code"), ("Street/Label", "street"), ("HouseNumber", "number"), ("Box", "box")):
            if value.get(name):
                _rn(here, f"Address/{path}", value[name])
    elif happening.kind == "civil_status":
        _rn(_group(groups, "CivilStates/CivilState", "120", on), "CivilState/Label", value.get("status", ""))
    else:
        _rn(_group(groups, "Deceases/Decease", "150", on), "Decease/Place1/Label", value.get("place", ""))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _group(groups: Any, path: str, number: str, on: date) -> Any:
    group = _rn(groups, path, "")
    group.set("Type", number)
    for name, text in (
        ("Century", f"{on.year // 100}"),
        ("Year", f"{on.year % 100:02}"),
        ("Month", f"{on.month:02}"),
        ("Day", f"{on.day:02}"),
    ):
        _rn(group, f"Date/{name}", text)
    return group


def _rn(parent: Any, path: str, text: str) -> Any:
    return _put(parent, "/".join(f"{{{RN}}}{name}" for name in path.split("/")), text, cut="/{")


def _put(parent: Any, path: str, text: str, cut: str = "/") -> Any:
    """The element of this path, made where it is not there."""
    names = path.split("/") if cut == "/" else [f"{{{one}" for one in path.removeprefix("{").split(cut)]
    for name in names:
        found = parent.find(name)
        parent = etree.SubElement(parent, name) if found is None else found
    if text:
        parent.text = text
    return parent
