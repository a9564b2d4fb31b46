"""Where own fields serve beyond their section: columns and filters of the lists of files and persons, letters, takeover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from parvis.form_engine.api import problems, read_page, resolve
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.kernel.textmatch import fold
from parvis.ui import formats
from parvis.ui.grid import Column, Filter, Grid

from .access import open_in
from .custom import Section, Words, code_label, every_section, facts_of, typed
from .enums import CustomType
from .models import CustomFact, Dossier, PersonFact

OWN_FIELD = "own_"
"""How the names of own fields begin in a letter template."""
SUMMED = (CustomType.NUMBER, CustomType.MONEY)
NOTHING = "-"
"""Filter: the files that hold no answer. No code looks like this."""
KINDS = {CustomType.NUMBER: "number", CustomType.MONEY: "amount", CustomType.DATE: "day"}


def listed_fields(sections: list[Section]) -> list[dict[str, Any]]:
    return [one for section in sections if not section.repeats for one in section.fields if one.get("listed")]


def with_custom(grid: Grid, rows: QuerySet[Any], actor: Actor, *, persons: bool = False) -> tuple[Grid, QuerySet[Any]]:
    """The list of files, or of persons, with the organisation's own columns and filters: values of today, or of the day of view, read in one query per page."""
    if actor.kept and not persons:
        grid = _as_left(grid, actor)
    fields = listed_fields(every_section(persons=persons))
    if not fields:
        return grid, rows
    model, anchor, prefetch = (PersonFact, "person", "own_facts") if persons else (CustomFact, "dossier", "custom_facts")
    own = (
        model.objects.visible_to(actor)
        .filter(field__in=[one["key"] for one in fields])
        .at(asof.day(), asof.known_on())
        .order_by("field", "pk")
    )
    words = Words(actor, fields)
    columns = [
        Column(
            f"own_{one['key']}",
            formats.label(one["label"]),
            value=_reader(one, words),
            kind=KINDS.get(one["type"], "text"),
            data_class=one["data_class"],
            total=f"own_{one['key']}_n" if one["type"] in SUMMED else "",
        )
        for one in fields
    ]
    sums = {f"own_{one['key']}_n": _number(one["key"], own, anchor) for one in fields if one["type"] in SUMMED}
    filters = [_filter(one, words, own, anchor) for one in fields if one["type"] not in (CustomType.PERSON, CustomType.ORGANISATION)]
    rows = rows.annotate(**sums).prefetch_related(Prefetch(prefetch, queryset=own, to_attr="own_today"))
    return replace(grid, columns=[*grid.columns, *columns], filters=[*grid.filters, *filters]), rows


def _as_left(grid: Grid, actor: Actor) -> Grid:
    """A service of before finds its files by nothing that was not left to it: counting what a filter leaves would tell it."""

    def narrowed(one: Filter) -> Filter:
        seen = open_in(actor, one.data_class)
        return replace(one, apply=lambda rows, value: one.apply(rows.filter(seen), value))

    return replace(grid, filters=[narrowed(one) if one.data_class else one for one in grid.filters])


def _number(field: str, own: QuerySet[Any], anchor: str) -> Subquery:
    """The figure that a file or a person holds today, for the totals."""
    facts = own.filter(field=field, **{anchor: OuterRef("pk")}).exclude(text="").order_by("pk")
    return Subquery(facts.annotate(n=Cast("text", DecimalField(max_digits=14, decimal_places=2))).values("n")[:1])


def _reader(one: dict[str, Any], words: Words) -> Callable[[Any], Any]:
    def value(holder: Any) -> Any:
        fact = next((row for row in getattr(holder, "own_today", ()) if row.field == one["key"]), None)
        if fact is None:
            return None
        if one["type"] in KINDS:
            return typed(one, fact.value)
        if one["type"] in (CustomType.PERSON, CustomType.ORGANISATION):
            return Words(words.actor, [one], [fact]).text(one["key"], fact.value)
        return words.text(one["key"], fact.value)

    return value


def _filter(one: dict[str, Any], words: Words, own: QuerySet[Any], anchor: str) -> Filter:
    key, kind = one["key"], one["type"]

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        facts = own.filter(field=key, **{anchor: OuterRef("pk")}).order_by()
        if value == NOTHING and choices is not None:
            return rows.exclude(Exists(facts.exclude(text="")))
        if kind == CustomType.CHOICES:
            facts = facts.filter(text__contains=f"|{value}|")
        elif kind in (CustomType.TEXT, CustomType.LONGTEXT):
            facts = facts.filter(text__contains=fold(value))
        else:
            facts = facts.filter(text=_bare(kind, value))
        return rows.filter(Exists(facts))

    choices: list[tuple[str, Any]] | None = None
    if kind in (CustomType.CHOICE, CustomType.CHOICES):
        choices = [(code.value, code_label(code)) for code in words.codes.get(one["list"], [])]
    elif kind == CustomType.YES_NO:
        choices = [("yes", _("Yes")), ("no", _("No"))]
    if choices is not None:
        choices.append((NOTHING, _("nothing noted")))
    return Filter(
        f"own_{key}",
        formats.label(one["label"]),
        apply,
        choices=choices,
        kind="day" if kind == CustomType.DATE else "choice" if choices is not None else "text",
        data_class=one["data_class"],
    )


def _bare(kind: str, value: str) -> str:
    if kind == CustomType.DATE:
        day = formats.as_date(value)
        return day.isoformat() if day else value
    if kind == CustomType.MONEY:
        text = value.replace(" ", "").replace(",", ".")
        try:
            return f"{Decimal(text):.2f}"
        except InvalidOperation:
            return value
    return value.replace(",", ".") if kind == CustomType.NUMBER else value


# Letters ----------------------------------------------------------------------------------------------------------------
def template_fields(actor: Actor) -> dict[str, str]:
    """Names that a letter template may use ("{own_energy_tutor}"), with what they mean. Those of persons are said of the applicant."""
    return {
        f"{OWN_FIELD}{one['key']}": f"{section.title} · {formats.label(one['label'])}"
        for section in every_section(persons=None)
        if not section.repeats
        for one in section.seen_by(actor)
    }


def template_values(actor: Actor, dossier: Dossier | int, language: str, day: dt.date | None = None) -> dict[str, str]:
    """Values of these names for a file on a day, in the letter's language; a hidden class of data is absent, not empty."""
    with translation.override(language):
        return _template_values(actor, dossier, day or clock.today()) | _of_applicant(actor, dossier, day or clock.today())


def _template_values(actor: Actor, dossier: Dossier | int, day: dt.date) -> dict[str, str]:
    fields = {one["key"]: one for section in every_section() if not section.repeats for one in section.seen_by(actor)}
    if not fields:
        return {}
    return _in_words(actor, fields, [fact for fact in facts_of(actor, dossier, day=day) if fact.field in fields], day)


def _of_applicant(actor: Actor, dossier: Dossier | int, day: dt.date) -> dict[str, str]:
    """The fields of persons, of the person under whose name the file stands."""
    fields = {one["key"]: one for section in every_section(persons=True) if not section.repeats for one in section.seen_by(actor)}
    if not fields:
        return {}
    pk = dossier if isinstance(dossier, int) else dossier.pk
    lead = Dossier.objects.visible_to(actor).filter(pk=pk).order_by().values("lead")[:1]
    rows = PersonFact.objects.visible_to(actor).filter(person=Subquery(lead), field__in=fields).at(day)
    return _in_words(actor, fields, list(rows.order_by("field", "pk")), day)


def _in_words(actor: Actor, fields: Mapping[str, Any], facts: Sequence[CustomFact | PersonFact], day: dt.date) -> dict[str, str]:
    words = Words(actor, fields.values(), facts, day)
    return {f"{OWN_FIELD}{key}": "" for key in fields} | {f"{OWN_FIELD}{fact.field}": words.text(fact.field, fact.value) for fact in facts}


def template_classes(actor: Actor) -> dict[str, str]:
    """Class of data of each of these names."""
    return {
        f"{OWN_FIELD}{one['key']}": one["data_class"]
        for section in every_section(persons=None)
        if not section.repeats
        for one in section.seen_by(actor)
    }


def template_values_of(actor: Actor, dossiers: Mapping[int, int], language: str, day: dt.date) -> dict[int, dict[str, str]]:
    """``template_values`` of many files at once, in a fixed number of queries. ``dossiers``: file to the person under whose name it stands."""
    found: dict[int, dict[str, str]] = {pk: {} for pk in dossiers}
    with translation.override(language):
        for persons in (False, True):
            fields = {
                one["key"]: one for section in every_section(persons=persons) if not section.repeats for one in section.seen_by(actor)
            }
            if not fields or not dossiers:
                continue
            model, anchor = (PersonFact, "person_id") if persons else (CustomFact, "dossier_id")
            wanted = set(dossiers.values()) if persons else set(dossiers)
            rows = model.objects.visible_to(actor).filter(field__in=list(fields), **{f"{anchor}__in": wanted}).at(day)
            by_anchor: dict[int, list[CustomFact | PersonFact]] = {}
            for fact in rows.order_by("section", "item", "valid_from", "pk"):
                by_anchor.setdefault(getattr(fact, anchor), []).append(fact)
            facts = [fact for some in by_anchor.values() for fact in some]
            words = Words(actor, fields.values(), facts, day)
            for pk, lead in dossiers.items():
                mine = by_anchor.get(lead if persons else pk, [])
                found[pk] |= {f"{OWN_FIELD}{key}": "" for key in fields}
                found[pk] |= {f"{OWN_FIELD}{fact.field}": words.text(fact.field, fact.value) for fact in mine}
    return found


# Takeover ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CustomTarget:
    """A column that a takeover may fill. ``read(text)`` gives the stored value, or raises ValueError with what is wrong; ``words(value)``
    says it; ``names`` are those that a column may bear; a field that is not ``general`` is asked of files of its kind only, one ``of_person``
    of the person of the line.
    """

    key: str
    label: str
    section: str
    field: str
    data_class: str
    read: Callable[[str], Any]
    words: Callable[[Any], str]
    names: tuple[str, ...] = ()
    required: bool = False
    general: bool = False
    kind_id: int | None = None
    of_person: bool = False


def custom_targets(actor: Actor) -> list[CustomTarget]:
    """Own fields that fill once per file or person, as columns of an import. Codes are taken by code or by name in any language."""
    found = []
    sections = [section for section in every_section(persons=None) if not section.repeats]
    words = Words(actor, [one for section in sections for one in section.fields])
    for section in sections:
        for one in section.fields:
            if not (actor.is_system or may_see(actor, one["data_class"])):
                continue
            if one["type"] in (CustomType.PERSON, CustomType.ORGANISATION):
                continue
            title = f"{section.title} · {formats.label(one['label'])}"
            found.append(
                CustomTarget(
                    f"own.{one['key']}",
                    title,
                    section.key,
                    one["key"],
                    one["data_class"],
                    read=_import_reader(one, words),
                    words=_said(one, words),
                    names=tuple(name for name in one["label"].values() if name),
                    required=bool(one.get("required")),
                    general=section.version.kind.is_general,
                    kind_id=section.version.kind_id,
                    of_person=section.version.kind.for_persons,
                )
            )
    return found


def _said(one: dict[str, Any], words: Words) -> Callable[[Any], str]:
    return lambda value: words.text(one["key"], value)


def _import_reader(one: dict[str, Any], words: Words) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        text = text.strip()
        if not text:
            return None
        kind = one["type"]
        if kind in (CustomType.CHOICE, CustomType.CHOICES):
            names = {}
            for code in words.codes.get(one["list"], []):
                names |= {fold(name): code.value for name in (code.value, *code.label.values()) if name}
            parts = [part for part in text.replace("|", ";").split(";") if part.strip()] if kind == CustomType.CHOICES else [text]
            unknown = [part.strip() for part in parts if fold(part.strip()) not in names]
            if unknown:
                raise ValueError(str(_("“%(text)s” is not in the list.") % {"text": unknown[0]}))
            values = [names[fold(part.strip())] for part in parts]
            return values if kind == CustomType.CHOICES else values[0]
        if kind == CustomType.YES_NO:
            word = fold(text)
            if word in {"1", "yes", "oui", "ja", "o", "j", "true", "x"}:
                return True
            if word in {"0", "no", "non", "nee", "nein", "n", "false"}:
                return False
            raise ValueError(str(_("Choose yes or no.")))
        return _by_form(one, text)

    return read


def _by_form(one: dict[str, Any], text: str) -> Any:
    """Read by the form's own rules: what the screen refuses, an import refuses in the same words."""
    from django.http import QueryDict

    definition = {"key": "own", "title": one["label"], "pages": [{"key": "own", "title": one["label"], "fields": [_asked(one)]}]}
    state = resolve(definition, {}, today=clock.today(), channel="desk")
    post = QueryDict(mutable=True)
    if one["type"] == CustomType.DATE:
        day = formats.as_date(text) if text[:4].isdecimal() else None
        pieces = text.replace(".", "/").replace("-", "/").split("/")
        parts = [str(day.day), str(day.month), str(day.year)] if day else (pieces + ["", "", ""])[:3]
        for name, part in zip(("d", "m", "y"), parts, strict=True):
            post[f"{state.pages[0].fields[0].id}-{name}"] = part
    else:
        post[state.pages[0].fields[0].id] = text
    post["shown"] = one["key"]
    answers = read_page(state.pages[0], post, {})
    found = problems(resolve(definition, answers, today=clock.today(), channel="desk"), today=clock.today())
    if found:
        raise ValueError(found[0].text)
    return answers.get(one["key"])


def _asked(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("key", "type", "label", "decimals", "max_length") if one.get(name) is not None}
