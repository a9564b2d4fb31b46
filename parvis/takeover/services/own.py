"""The organisation's own fields of a dossier and of a person: what a line would write, and the writing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import Person
from parvis.dossiers.api import CustomFact, Dossier, DossierProfile, PersonFact, set_profile, write_custom, write_person_custom
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source

from ..reading import own


def asked_of(kind_id: int | None) -> dict[str, Any]:
    """Own fields that a file of this kind has."""
    return {key: one for key, one in own.fields().items() if not one.of_person and (one.general or one.kind_id == kind_id)}


def given(values: dict[str, Any], *, persons: bool = False) -> dict[str, Any]:
    """What a line gives for own fields of the dossier, or of the person."""
    of_persons = {key for key, one in own.fields().items() if one.of_person}
    return {key: value for key, value in values.items() if key.startswith(own.PREFIX) and (key in of_persons) == persons}


def kind_id_of(values: dict[str, Any], dossier_id: int | None) -> int | None:
    """The kind that the file has, else the one that the line names."""
    held = DossierProfile.unscoped.filter(dossier=dossier_id).values_list("kind", flat=True).first() if dossier_id else None
    if held is not None:
        return int(held)
    named = own.kind_named(values["dossier_kind"]) if values.get("dossier_kind") else None
    return named.pk if named else None


def faults(values: dict[str, Any], dossier_id: int | None, *, opens: bool, mapped: Collection[str]) -> list[tuple[str, str, str]]:
    """What is wrong, before anything is looked up of the person. ``opens``: this line opens the dossier. A needed answer of the file's own
    kind is asked for in any case, one of all files when the file of the takeover has its column (``mapped``).
    """
    found = []
    mine = given(values)
    if mine and not values.get("dossier_key"):
        found += [(key, _("no dossier on this line"), _("Give the number of the dossier: the value belongs to it.")) for key in mine]
        return found
    if values.get("dossier_kind") and own.kind_named(values["dossier_kind"]) is None:
        text = values["dossier_kind"]
        found.append(("dossier_kind", _("no kind of file has this name: %(text)s") % {"text": text}, _("Correct it, or leave it empty.")))
        return found
    asked = asked_of(kind_id_of(values, dossier_id))
    for key in mine:
        if key not in asked:
            found.append((key, _("this kind of file has no such field"), _("Give the kind of the file, or leave the cell empty.")))
    if opens and dossier_id is None and values.get("dossier_key"):
        for key, one in asked.items():
            if one.required and key not in mine and (key in mapped or not one.general):
                found.append((key, _("empty"), _("This kind of file needs an answer: fill the column in.")))
    return found


def held_today(dossier_id: int | None, person_id: int | None, keys: Any) -> dict[str, CustomFact | PersonFact]:
    """Answers of today of the dossier and of the person, by target."""
    fields = [key.removeprefix(own.PREFIX) for key in keys]
    rows: list[CustomFact | PersonFact] = []
    if dossier_id is not None:
        rows += CustomFact.unscoped.filter(dossier=dossier_id, field__in=fields).at(clock.today())
    if person_id is not None:
        rows += PersonFact.unscoped.filter(person=person_id, field__in=fields).at(clock.today())
    return {f"{own.PREFIX}{row.field}": row for row in rows}


def write(actor: Actor, dossier: Dossier, values: dict[str, Any], keys: set[str], source_ref: str) -> None:
    """Kind of the file when it has none yet, and the answers; one version of the file after the other."""
    kind = own.kind_named(values["dossier_kind"]) if values.get("dossier_kind") else None
    if kind is not None and not DossierProfile.unscoped.filter(dossier=dossier).exists():
        set_profile(actor=actor, dossier=dossier, kind=kind)
    for section, answers in _by_section(given(values), keys).items():
        dossier.refresh_from_db(fields=["version"])
        write_custom(actor=actor, dossier=dossier, section=section, answers=answers, source=Source.IMPORT, source_ref=source_ref)


def write_person(actor: Actor, person: Person, values: dict[str, Any], keys: set[str], source_ref: str) -> None:
    """The answers that belong to the person."""
    for section, answers in _by_section(given(values, persons=True), keys).items():
        person.refresh_from_db(fields=["version"])
        write_person_custom(actor=actor, person=person, section=section, answers=answers, source=Source.IMPORT, source_ref=source_ref)


def _by_section(mine: dict[str, Any], keys: set[str]) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for key, value in mine.items():
        if key in keys:
            one = own.fields()[key]
            sections.setdefault(one.section, {})[one.field] = value
    return sections
