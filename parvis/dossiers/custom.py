"""The organisation's own sections and fields: what is defined, what a file holds of it on a day, and its data tree.

Every read takes the actor: a field of a class of data that is hidden from the reader does not exist, on a page, in a list or in a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from parvis.contacts.api import Organisation, can_read_persons, display_names, organisation_cards, organisation_names
from parvis.form_engine.api import FormState, resolve, show
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import may_see
from parvis.kernel.statements import Statement
from parvis.kernel.textmatch import fold
from parvis.ui import formats

from .enums import CustomGroup, CustomType
from .models import Code, CustomFact, CustomVersion, Dossier, DossierProfile, PersonFact
from .selectors import members_at

EVER = dt.date(1900, 1, 1)
"""First day of what is not dated: it holds on any day that is looked at."""
LANGUAGES = ("fr", "nl", "de", "en")
MOST_ORGANISATIONS = 300
SHORT = 8
"""Up to so many answers the form shows buttons, else a list that has an empty line."""


def code_label(code: Code, language: str | None = None) -> str:
    return label_of_code(code.label, code.value, language)


def label_of_code(names: Mapping[str, str], value: str, language: str | None = None) -> str:
    """A code's name in the reader's language; one borrowed from another language says which: "Tuteur énergie (fr)"."""
    wanted = language or formats.language()
    if names.get(wanted):
        return str(names[wanted])
    borrowed = next((one for one in (*formats.FALLBACK, *LANGUAGES) if names.get(one)), "")
    return f"{names[borrowed]} ({borrowed})" if borrowed else value


def missing_languages(labels: Mapping[str, str]) -> list[str]:
    return [one for one in LANGUAGES if not labels.get(one)]


# What is defined ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Section:
    """A section as its latest version defines it. ``fields`` are those still asked; ``general``: of every file, whatever its kind."""

    version: CustomVersion
    raw: Mapping[str, Any]
    general: bool = False

    @property
    def key(self) -> str:
        return str(self.raw["key"])

    @property
    def title(self) -> str:
        return formats.label(self.raw["title"])

    @property
    def group(self) -> CustomGroup:
        return CustomGroup(self.raw.get("group", CustomGroup.OTHER))

    @property
    def dated(self) -> bool:
        return bool(self.raw.get("dated"))

    @property
    def repeats(self) -> bool:
        return bool(self.raw.get("repeats"))

    @property
    def all_fields(self) -> list[dict[str, Any]]:
        return list(self.raw["fields"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        return [one for one in self.raw["fields"] if not one.get("ended")]

    def seen_by(self, actor: Actor) -> list[dict[str, Any]]:
        return [one for one in self.fields if may_see(actor, one["data_class"])]


def latest_versions(kinds: Any = None) -> list[CustomVersion]:
    """The definition in force of each kind, the general kind first: one query."""
    rows = _in_force()
    return list(rows if kinds is None else rows.filter(kind__in=kinds))


def _in_force() -> QuerySet[CustomVersion]:
    """Only the latest: a definition is long, and former ones are many after some years."""
    later = CustomVersion.objects.filter(kind=OuterRef("kind"), number__gt=OuterRef("number")).order_by()
    return CustomVersion.objects.filter(~Exists(later)).select_related("kind").order_by("-kind__is_general", "kind__key", "pk")


def kind_of(dossier: Dossier, actor: Actor) -> DossierProfile | None:
    """What kind of file it is; what the page of the dossier has read with it is not read again."""
    if "profile" in dossier._state.fields_cache:
        return dossier._state.fields_cache["profile"]
    return DossierProfile.objects.visible_to(actor).select_related("kind").filter(dossier=dossier).first()


def sections_of(dossier: Dossier, profile: DossierProfile | None) -> list[Section]:
    """Sections of the general kind and of the file's own kind, in the order of the tree."""
    rows = CustomVersion.objects.select_related("kind").filter(Q(kind__is_general=True) | Q(kind=profile.kind_id if profile else 0))
    found: dict[int, CustomVersion] = {}
    for row in rows.order_by("-kind__is_general", "-number"):
        found.setdefault(row.kind_id, row)
    return _in_order(Section(version, raw, version.kind.is_general) for version in found.values() for raw in version.definition["sections"])


def _in_order(sections: Iterable[Section]) -> list[Section]:
    order = list(CustomGroup)
    return sorted(sections, key=lambda one: order.index(one.group))


def definitions_beside() -> dict[str, Any]:
    """What the page of a dossier reads with it, at no further query: the definitions in force of the general kind and of its own."""
    latest = CustomVersion.objects.order_by("-number", "-pk").values("definition")
    return {
        "own_general": Subquery(latest.filter(kind__is_general=True)[:1]),
        "own_kind": Subquery(latest.filter(kind=OuterRef("profile__kind"), kind__is_general=False)[:1]),
    }


def _sections_beside(dossier: Dossier) -> list[Section] | None:
    """Sections for reading, when the page has read their definitions with the dossier."""
    if not hasattr(dossier, "own_general"):
        return None
    read = [(one, general) for one, general in ((dossier.own_general, True), (dossier.own_kind, False)) if one]
    return _in_order(Section(CustomVersion(definition=one), raw, general) for one, general in read for raw in one["sections"])


def _held_elsewhere(dossier: Dossier, sections: Iterable[Section], facts: Iterable[CustomFact]) -> list[Section]:
    """Sections of another kind in which the file holds answers: its kind was changed, and nothing is hidden by that."""
    known = {one.key for one in sections}
    left = {fact.section for fact in facts} - known
    return [one for one in every_section() if one.key in left] if left else []


def section_of(actor: Actor, dossier: Dossier, key: str) -> tuple[Section | None, bool]:
    """A section by its key, and whether it is asked of this kind of file; else it is there only as long as it holds answers."""
    found = next((one for one in sections_of(dossier, kind_of(dossier, actor)) if one.key == key), None)
    if found is not None:
        return found, True
    left = _held_elsewhere(dossier, (), facts_of(actor, dossier, section=key))
    return (left[0] if left else None), False


_EVERY = Statement("dossiers.every_section")


def every_section(*, persons: bool | None = False) -> list[Section]:
    """Sections of files, of whatever kind; or those of persons; None: all of them."""
    rows = _EVERY.rows(persons, lambda at: _in_force() if persons is None else _in_force().filter(kind__for_persons=persons))
    return [Section(version, raw) for version in rows for raw in version.definition["sections"]]


# Values in words --------------------------------------------------------------------------------------------------------
class Words:
    """Values to words in the reader's language, with all codes and names read once."""

    def __init__(
        self, actor: Actor, fields: Iterable[Mapping[str, Any]], facts: Iterable[CustomFact | PersonFact] = (), day: dt.date | None = None
    ):
        self.actor, self.day = actor, day or clock.today()
        self.fields = {one["key"]: one for one in fields}
        self.facts = list(facts)
        self.said: dict[str, dict[str, dict[str, str]]] = {}
        """Names of codes that came with the facts."""
        for fact in self.facts:
            if getattr(fact, "code_names", None):
                self.said.setdefault(fact.field, {})[str(fact.value)] = fact.code_names

    @cached_property
    def codes(self) -> dict[str, list[Code]]:
        keys = {one["list"] for one in self.fields.values() if one.get("list")}
        found: dict[str, list[Code]] = {key: [] for key in keys}
        if keys:
            for code in Code.objects.filter(code_list__key__in=keys).select_related("code_list").order_by("position", "value", "pk"):
                found[code.code_list.key].append(code)
        return found

    @cached_property
    def persons(self) -> dict[int, str]:
        return display_names(self._ids(CustomType.PERSON)) if can_read_persons(self.actor) else {}

    @cached_property
    def organisations(self) -> dict[int, str]:
        return organisation_names(self.actor, self._ids(CustomType.ORGANISATION))

    def hold(self, facts: Iterable[CustomFact | PersonFact]) -> None:
        """The answers of the next page of a list: the names that they point at are read once for all of them, when the first is asked for."""
        self.facts = list(facts)
        for name in ("persons", "organisations"):
            self.__dict__.pop(name, None)

    def _ids(self, kind: str) -> list[int]:
        keys = {key for key, one in self.fields.items() if one["type"] == kind}
        return [int(fact.value) for fact in self.facts if fact.field in keys and str(fact.value or "").isdecimal()]

    def text(self, key: str, value: Any) -> str:
        one = self.fields.get(key)
        if one is None or value in (None, "", []):
            return ""
        if one["type"] == CustomType.PERSON:
            return self.persons.get(int(value), "")
        if one["type"] == CustomType.ORGANISATION:
            return self.organisations.get(int(value), "")
        if one["type"] in (CustomType.CHOICE, CustomType.CHOICES):
            if key in self.said and isinstance(value, str):
                return label_of_code(self.said[key].get(value) or {}, value)
            names = {code.value: code_label(code) for code in self.codes.get(one["list"], [])}
            return ", ".join(names.get(item, item) for item in (value if isinstance(value, list) else [value]))
        return show(one, value)

    def options(self, one: Mapping[str, Any], held: Any = None) -> list[tuple[str, str]]:
        """Codes valid on the day, and the ended one that is held already."""
        kept = {item for item in (held if isinstance(held, list) else [held]) if isinstance(item, str)}  # not what could not be read
        codes = self.codes.get(one["list"], [])
        return [(c.value, code_label(c)) for c in codes if c.valid_from <= self.day < c.valid_to or c.value in kept]


def plain(one: Mapping[str, Any], value: Any) -> str:
    """The value as filters compare it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"|{'|'.join(value)}|"[:191]
    return fold(str(value))[:191] if one["type"] in (CustomType.TEXT, CustomType.LONGTEXT) else str(value)[:191]


# The form ---------------------------------------------------------------------------------------------------------------
def form_of(
    actor: Actor,
    dossier: Dossier | None,
    section: Section,
    answers: Mapping[str, Any],
    day: dt.date,
    classes: Collection[str] | None = None,
) -> FormState:
    """The section as a form of the form engine, with the codes valid on the day; hidden classes of data are not asked. Without a dossier it
    is the section of a person, of which ``classes`` are open to the actor."""
    fields = [one for one in section.seen_by(actor) if classes is None or one["data_class"] in classes]
    words = Words(actor, fields, day=day)
    asked = []
    for one in fields:
        out = {name: one[name] for name in ("key", "label", "required", "decimals", "max_length") if one.get(name) is not None}
        out["type"] = one["type"]
        if any((one.get("help") or {}).values()):
            out["help"] = one["help"]
        held = answers.get(one["key"])
        if one["type"] in (CustomType.CHOICE, CustomType.CHOICES):
            options = words.options(one, held)
        elif one["type"] == CustomType.PERSON:
            ids = [row.person_id for row in members_at(dossier.pk)] if dossier is not None else []
            ids += [int(held)] if str(held or "").isdecimal() and int(held) not in ids else []
            names = display_names(ids)
            options = [(str(pk), names.get(pk, "?")) for pk in ids]
        elif one["type"] == CustomType.ORGANISATION:
            ids = list(Organisation.objects.visible_to(actor).order_by("-pk").values_list("pk", flat=True)[:MOST_ORGANISATIONS])
            ids += [int(held)] if str(held or "").isdecimal() and int(held) not in ids else []
            options = sorted(((str(pk), card.name) for pk, card in organisation_cards(actor, ids).items()), key=lambda two: fold(two[1]))
        else:
            options = []
        if one["type"] in (CustomType.CHOICE, CustomType.CHOICES, CustomType.PERSON, CustomType.ORGANISATION):
            out["type"] = "choices" if one["type"] == CustomType.CHOICES else "choice"
            if out["type"] == "choice" and held and not one.get("required") and len(options) <= SHORT:
                options = [*options, ("", _("nothing noted"))]  # radio buttons alone cannot be emptied
            out["options"] = [{"value": value, "label": dict.fromkeys(LANGUAGES, name)} for value, name in options]
        asked.append(out)
    page = {"key": "own", "title": section.raw["title"], "fields": asked}
    return resolve({"key": "own", "title": section.raw["title"], "pages": [page]}, dict(answers), today=day, channel="desk")


# What a file holds --------------------------------------------------------------------------------------------------------
_FACTS = Statement("dossiers.own_facts")


def facts_of(
    actor: Actor,
    dossier: Dossier | int,
    *,
    day: dt.date | None = None,
    known_on: dt.datetime | None = None,
    section: str = "",
    named: Iterable[Mapping[str, Any]] = (),
) -> list[CustomFact]:
    """Answers that this reader may see: those of a day, or all that are known. ``named``: fields whose codes come with their names."""
    lists = {one["key"]: one["list"] for one in named if one["type"] == CustomType.CHOICE}

    def read(at: dict[str, Any]) -> QuerySet[CustomFact]:
        rows = CustomFact.objects.visible_to(actor).filter(dossier=at["dossier"]).annotate(version_number=F("version__number"))
        if lists:
            own_list = Case(*(When(field=key, then=Value(own)) for key, own in lists.items()), default=Value(""), output_field=CharField())
            codes = Code.objects.filter(code_list__key=OuterRef("own_list"), value=OuterRef("text"))
            rows = rows.annotate(own_list=own_list, code_names=Subquery(codes.values("label")[:1]))
        rows = rows.filter(section=section) if section else rows
        rows = rows.at(at["day"], at.get("known_on")) if day else rows.known(at.get("known_on"))
        return rows.order_by("section", "item", "valid_from", "pk")

    pk = getattr(dossier, "pk", dossier)
    return _FACTS.rows((actor, section, tuple(lists.items())), read, dossier=pk, day=day, known_on=known_on)


def latest_first(facts: Iterable[CustomFact | PersonFact]) -> list[CustomFact | PersonFact]:
    """Entries of a section that repeats in the order in which they are said: the one that began last comes first."""
    return sorted(facts, key=lambda fact: (-fact.valid_from.toordinal(), fact.pk))


@dataclass
class Entry:
    """One filling of a section: its answers in words, its period, and whether it holds on the day looked at."""

    item: UUID
    valid_from: dt.date
    valid_to: dt.date
    lines: list[tuple[str, str]] = field(default_factory=list)
    summary: str = ""
    holds: bool = True
    version: int = 0
    author: str = ""

    @property
    def last_day(self) -> dt.date | None:
        return None if self.valid_to == OPEN_END else self.valid_to - dt.timedelta(days=1)


@dataclass
class Node:
    """A branch of the data tree: "Placement (01/01/2013 Home avec occupation DEM)"."""

    title: str
    key: str = ""
    note: str = ""
    on: dt.date | None = None
    until: dt.date | None = None
    ended: bool = False
    empty: bool = False
    missing: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        return f"{self.title} ({self.note})" if self.note else self.title

    def outline(self, depth: int = 0) -> list[tuple[int, str]]:
        return [(depth, self.text), *(line for child in self.children for line in child.outline(depth + 1))]


def entries(
    actor: Actor, section: Section, facts: Sequence[CustomFact | PersonFact], day: dt.date, words: Words | None = None
) -> list[Entry]:
    """Fillings of a section, those that hold on the day first. A field that is no longer asked keeps its place and its name.
    ``words``: shared by the sections of a page, so that codes and names are read once.
    """
    names = {one["key"]: one for one in section.all_fields}
    words = words or Words(actor, names.values(), facts, day)
    groups: dict[tuple[UUID, dt.date, dt.date], list[CustomFact | PersonFact]] = {}
    for fact in facts:
        groups.setdefault((fact.item, fact.valid_from, fact.valid_to), []).append(fact)
    order = list(names)
    found = []
    for (item, start, end), rows in groups.items():
        rows.sort(key=lambda fact: order.index(fact.field) if fact.field in order else len(order))
        lines = [(formats.label(names[f.field]["label"]), words.text(f.field, f.value)) for f in rows if f.field in names]
        summary = next((words.text(f.field, f.value) for f in rows if f.field == section.raw.get("summary")), "")
        shown = [line for line in lines if line[1]]
        if shown:
            newest = max(rows, key=lambda fact: fact.recorded_at)
            found.append(Entry(item, start, end, shown, summary, start <= day < end, newest.version_number, newest.author_label))
    return sorted(found, key=lambda one: (not one.holds, -one.valid_from.toordinal(), str(one.item)))


def tree(
    actor: Actor, dossier: Dossier, day: dt.date, known_on: dt.datetime | None = None, *, profile: DossierProfile | None = None
) -> list[Node]:
    """The dated data tree: groups, their sections, one node per entry of a section that repeats. What ended stays, marked."""
    beside = _sections_beside(dossier)
    sections = beside if beside is not None else sections_of(dossier, profile or kind_of(dossier, actor))
    if not sections:
        return []
    asked = {one.key for one in sections}
    facts = facts_of(actor, dossier, known_on=known_on, named=[one for section in sections for one in section.all_fields])
    sections += _held_elsewhere(dossier, sections, facts)
    words = Words(actor, [one for section in sections for one in section.all_fields], facts, day)
    groups: dict[CustomGroup, Node] = {}
    for section in sections:
        if not section.seen_by(actor):
            continue
        found = entries(actor, section, [fact for fact in facts if fact.section == section.key and fact.valid_from <= day], day, words)
        if not section.repeats:
            found = found[:1]
        if section.general and not found:
            continue  # of every file and empty in this one: beside the tree, not in it
        group = groups.setdefault(section.group, Node(str(section.group.label), key=f"group-{section.group}"))
        missing = missing_of(actor, section, facts, day) if section.key in asked else []
        for one in found:
            parts = [formats.day(one.valid_from) if section.dated else "", one.summary]
            note = " ".join(part for part in parts if part)
            ended = not one.holds
            group.children.append(Node(section.title, section.key, note, one.valid_from, one.last_day, ended=ended, missing=missing))
        if not found:
            group.children.append(Node(section.title, section.key, empty=True, missing=missing))
    for key, group in groups.items():  # a group with one section of its own name is that section
        if len(group.children) == 1 and group.children[0].title == str(key.label):
            only = group.children[0]
            groups[key] = Node(only.title, only.key, only.note, only.on, only.until, only.ended, only.empty, only.missing)
    return list(groups.values())


def still_empty(actor: Actor, dossier: Dossier, nodes: Iterable[Node]) -> list[Node]:
    """Sections of every file that this one has left empty, with the answers that are needed: they stand beside the tree."""
    beside = _sections_beside(dossier)
    sections = beside if beside is not None else sections_of(dossier, kind_of(dossier, actor))
    there = {child.key for node in nodes for child in (node, *node.children)}
    return [
        Node(one.title, one.key, empty=True, missing=missing_of(actor, one, (), clock.today()))
        for one in sections
        if one.general and one.key not in there and one.seen_by(actor)
    ]


def missing_of(actor: Actor, section: Section, facts: Iterable[CustomFact | PersonFact], day: dt.date) -> list[str]:
    """Answers that are needed of this kind of file and that it does not hold on the day."""
    if section.repeats:
        return []
    held = {fact.field for fact in facts if fact.valid_from <= day < fact.valid_to and fact.value not in (None, "", [])}
    return [formats.label(one["label"]) for one in section.seen_by(actor) if one.get("required") and one["key"] not in held]


# List, export, template, import: the same fields ----------------------------------------------------------------------------
def typed(one: Mapping[str, Any], value: Any) -> Any:
    """The value as a list sorts and prints it."""
    if value in (None, "", []):
        return None
    if one["type"] in (CustomType.NUMBER, CustomType.MONEY):
        return Decimal(value)
    return dt.date.fromisoformat(value) if one["type"] == CustomType.DATE else value
