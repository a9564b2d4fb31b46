"""Where own fields serve beyond their section: letters and takeover. Lists: ``custom_lists``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from parvis.form_engine.api import problems, read_page, resolve
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.kernel.textmatch import fold
from parvis.ui import formats

from .custom import Words, every_section, facts_of, latest_first
from .enums import CustomType
from .models import CustomFact, Dossier, PersonFact

OWN_FIELD = "own_"
"""How the names of own fields begin in a letter template."""


# Letters ----------------------------------------------------------------------------------------------------------------
def template_fields(actor: Actor) -> dict[str, str]:
    """Names that a letter template may use ("{own_energy_tutor}"), with what they mean. Those of persons are said of the applicant."""
    return {
        f"{OWN_FIELD}{one['key']}": f"{section.title} · {formats.label(one['label'])}"
        for section in every_section(persons=None)
        for one in section.seen_by(actor)
    }


def template_values(actor: Actor, dossier: Dossier | int, language: str, day: dt.date | None = None) -> dict[str, str]:
    """Values of these names for a file on a day, in the letter's language; a hidden class of data is absent, not empty."""
    with translation.override(language):
        return _template_values(actor, dossier, day or clock.today()) | _of_applicant(actor, dossier, day or clock.today())


def _template_values(actor: Actor, dossier: Dossier | int, day: dt.date) -> dict[str, str]:
    fields = {one["key"]: one for section in every_section() for one in section.seen_by(actor)}
    if not fields:
        return {}
    return _in_words(actor, fields, [fact for fact in facts_of(actor, dossier, day=day) if fact.field in fields], day)


def _of_applicant(actor: Actor, dossier: Dossier | int, day: dt.date) -> dict[str, str]:
    """The fields of persons, of the person under whose name the file stands."""
    fields = {one["key"]: one for section in every_section(persons=True) for one in section.seen_by(actor)}
    if not fields:
        return {}
    pk = dossier if isinstance(dossier, int) else dossier.pk
    lead = Dossier.objects.visible_to(actor).filter(pk=pk).order_by().values("lead")[:1]
    rows = PersonFact.objects.visible_to(actor).filter(person=Subquery(lead), field__in=fields).at(day)
    return _in_words(actor, fields, list(rows.order_by("field", "pk")), day)


def _in_words(actor: Actor, fields: Mapping[str, Any], facts: Sequence[CustomFact | PersonFact], day: dt.date) -> dict[str, str]:
    return _said_of(Words(actor, fields.values(), facts, day), fields, facts)


def _said_of(words: Words, fields: Mapping[str, Any], facts: Sequence[CustomFact | PersonFact]) -> dict[str, str]:
    """Of a section that repeats every entry of the day, the latest first: "1-KLM-204, M-BRT-118"."""
    said: dict[str, list[str]] = {f"{OWN_FIELD}{key}": [] for key in fields}
    for fact in latest_first(facts):
        if text := words.text(fact.field, fact.value):
            said[f"{OWN_FIELD}{fact.field}"].append(text)
    return {name: ", ".join(texts) for name, texts in said.items()}


def template_classes(actor: Actor) -> dict[str, str]:
    """Class of data of each of these names."""
    return {f"{OWN_FIELD}{one['key']}": one["data_class"] for section in every_section(persons=None) for one in section.seen_by(actor)}


def template_values_of(actor: Actor, dossiers: Mapping[int, int], language: str, day: dt.date) -> dict[int, dict[str, str]]:
    """``template_values`` of many files at once, in a fixed number of queries. ``dossiers``: file to the person under whose name it stands."""
    found: dict[int, dict[str, str]] = {pk: {} for pk in dossiers}
    with translation.override(language):
        for persons in (False, True):
            fields = {one["key"]: one for section in every_section(persons=persons) for one in section.seen_by(actor)}
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
                found[pk] |= _said_of(words, fields, mine)
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
    repeats: bool = False
    dated: bool = False


def custom_targets(actor: Actor, *, repeats: bool | None = False) -> list[CustomTarget]:
    """Own fields that fill once per file or person, those of sections that repeat, or all (None), as columns of an import. Codes are taken by
    code or by name in any language."""
    found = []
    sections = [section for section in every_section(persons=None) if repeats is None or section.repeats == repeats]
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
                    repeats=section.repeats,
                    dated=section.dated,
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
