"""Own fields: code lists, kinds of file, sections and fields; each change is the next version. Answers: ``custom_answers``."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef

from .. import access
from ..custom import EVER, LANGUAGES
from ..enums import CUSTOM_CLASSES, CustomGroup, CustomType
from ..errors import InvalidDossier
from ..models import Code, CodeList, CustomVersion, DossierKind
from .custom_answers import set_profile, write_custom, write_person_custom

__all__ = [
    "add_code",
    "add_field",
    "add_section",
    "change_code",
    "change_field",
    "create_code_list",
    "create_kind",
    "general_kind",
    "persons_kind",
    "publish_custom",
    "set_profile",
    "write_custom",
    "write_person_custom",
]

PERSONS = {"fr": "Personnes", "nl": "Personen", "de": "Personen", "en": "Persons"}
GENERAL = {"fr": "Tous les dossiers", "nl": "Alle dossiers", "de": "Alle Akten", "en": "All files"}


def _defining(actor: Actor) -> None:
    if not access.may_define_fields(actor):
        raise NotAllowed(_("Only the administration defines own fields and lists."))


def _note(actor: Actor, verb: str, subject: SubjectRef, values: dict[str, Any]) -> None:
    mutations.record("context:dossiers", actor=actor, verb=verb, subject=subject, values=values)


def _labels(label: Mapping[str, str], field: str = "label_fr") -> dict[str, str]:
    """Texts by language without empty ones; at least one is needed, the others fall back."""
    found = {code: " ".join(str(label.get(code, "")).split())[:120] for code in LANGUAGES}
    found = {code: text for code, text in found.items() if text}
    if not found:
        raise InvalidDossier(_("Give a name in at least one language."), field=field, code="label")
    return found


def _key(text: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", slugify(text))[:32].strip("_")
    base = base if base[:1].isalpha() else f"f_{base}".strip("_")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def _first(labels: Mapping[str, str]) -> str:
    return next(labels[code] for code in ("en", "fr", "nl", "de") if labels.get(code))


# Code lists ---------------------------------------------------------------------------------------------------------------
@gesture
def create_code_list(*, actor: Actor, label: Mapping[str, str], key: str = "") -> CodeList:
    """A new, empty list."""
    _defining(actor)
    labels = _labels(label)
    key = key or _key(_first(labels), set(CodeList.objects.values_list("key", flat=True)))
    if CodeList.objects.filter(key=key).exists():
        raise InvalidDossier(_("There is already a list under this name."), field="label_fr", code="taken")
    row = CodeList.objects.create(key=key, label=labels, created_at=clock.now())
    _note(actor, "code_list_created", SubjectRef("code_list", row.pk), {"key": key})
    return row


@gesture
def add_code(
    *,
    actor: Actor,
    code_list: CodeList,
    value: str,
    label: Mapping[str, str],
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Code:
    """One more code, from a day on.

    Raises:
        InvalidDossier: no name, a code that the list has already (also an ended one: old answers keep their meaning).
    """
    _defining(actor)
    value = " ".join(value.split())[:40]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,39}", value):
        raise InvalidDossier(_("A code is letters, digits, hyphens and dots."), field="value", code="value")
    if Code.objects.filter(code_list=code_list, value=value).exists():
        raise InvalidDossier(
            _("The list has this code already. A code never changes its meaning: choose another."), field="value", code="taken"
        )
    start, end = valid_from or clock.today(), valid_to or OPEN_END
    if end <= start:
        raise InvalidDossier(_("The end lies before the start."), field="last_day", code="period")
    top = Code.objects.filter(code_list=code_list).aggregate(top=Max("position"))["top"] or 0
    row = Code.objects.create(code_list=code_list, value=value, label=_labels(label), position=top + 10, valid_from=start, valid_to=end)
    _note(actor, "code_added", SubjectRef("code_list", code_list.pk), {"code": value, "from": start})
    return row


@gesture
def change_code(*, actor: Actor, code: Code, label: Mapping[str, str], valid_to: dt.date | None) -> Code:
    """Other names, and the day from which it is no longer offered. The code itself and its answers stay; nothing is deleted."""
    _defining(actor)
    end = valid_to or OPEN_END
    if end <= code.valid_from:
        raise InvalidDossier(_("The end lies before the start."), field="last_day", code="period")
    before = (code.label, code.valid_to)
    code.label, code.valid_to = _labels(label), end
    code.save(update_fields=["label", "valid_to"])
    values = {"label": [before[0], code.label], "until": [before[1], end], "code": code.value}
    _note(actor, "code_changed", SubjectRef("code_list", code.code_list_id), values)
    return code


# Kinds, sections, fields ----------------------------------------------------------------------------------------------------
@gesture
def general_kind(*, actor: Actor) -> DossierKind:
    """The kind that every file has; made when first needed."""
    row = DossierKind.objects.filter(is_general=True).first()
    if row is None:
        _defining(actor)
        row = DossierKind.objects.create(key="general", label=GENERAL, is_general=True, created_at=clock.now())
    return row


@gesture
def persons_kind(*, actor: Actor) -> DossierKind:
    """What is asked of persons, whatever their files; made when first needed."""
    row = DossierKind.objects.filter(for_persons=True).first()
    if row is None:
        _defining(actor)
        row = DossierKind.objects.create(key="persons", label=PERSONS, for_persons=True, created_at=clock.now())
    return row


@gesture
def create_kind(*, actor: Actor, label: Mapping[str, str], key: str = "") -> DossierKind:
    _defining(actor)
    labels = _labels(label)
    key = key or _key(_first(labels), {"general", "persons", *DossierKind.objects.values_list("key", flat=True)})[:20]
    if DossierKind.objects.filter(key=key).exists():
        raise InvalidDossier(_("There is already a kind under this name."), field="label_fr", code="taken")
    row = DossierKind.objects.create(key=key, label=labels, created_at=clock.now())
    _note(actor, "dossier_kind_created", SubjectRef("dossier_kind", row.pk), {"key": key})
    return row


@gesture
def publish_custom(
    *, actor: Actor, kind: DossierKind, definition: dict[str, Any], note: str = "", expected: int | None = None
) -> CustomVersion:
    """Freeze a definition under the next number of its kind. The same definition again is the same version.

    Raises:
        InvalidDossier: a fault of the definition, or somebody else published since ``expected``.
    """
    _defining(actor)
    latest = CustomVersion.objects.filter(kind=kind).order_by("-number").first()
    if expected is not None and expected != (latest.number if latest else 0):
        raise InvalidDossier(_("Somebody else changed these fields in the meantime. Look at them again before you save."), code="stale")
    _checked(kind, definition, latest)
    digest = canonical.digest(definition)
    if latest is not None and latest.digest == digest:
        return latest
    row = CustomVersion.objects.create(
        kind=kind,
        number=(latest.number if latest else 0) + 1,
        definition=definition,
        digest=digest,
        note=note[:191],
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    _note(actor, "custom_published", SubjectRef("dossier_kind", kind.pk), {"number": row.number, "digest": digest, "change": note})
    return row


def _checked(kind: DossierKind, definition: dict[str, Any], latest: CustomVersion | None) -> None:
    """A key means one thing for ever: unique over all kinds, of one type, one class of data and one list. Nothing is taken out, only ended."""
    lists = set(CodeList.objects.values_list("key", flat=True))
    elsewhere = {
        one["key"]
        for row in CustomVersion.objects.exclude(kind=kind)
        for section in row.definition["sections"]
        for one in section["fields"]
    }
    before = {one["key"]: one for section in (latest.definition["sections"] if latest else ()) for one in section["fields"]}
    seen: set[str] = set()
    for section in definition["sections"]:
        if section.get("group") not in CustomGroup.values:
            raise InvalidDossier(_("This value is not in the list."), field="group", code="group")
        for one in section["fields"]:
            key = one["key"]
            if key in seen or key in elsewhere:
                raise InvalidDossier(_("There is already a field under this name."), field="label_fr", code="taken")
            seen.add(key)
            if one["type"] not in CustomType.values or one["data_class"] not in CUSTOM_CLASSES:
                raise InvalidDossier(_("This value is not in the list."), field="type", code="type")
            if kind.for_persons and one["type"] == CustomType.PERSON:
                raise InvalidDossier(_("Links between persons are noted as relations, not as a field."), field="type", code="type")
            if one["type"] in (CustomType.CHOICE, CustomType.CHOICES) and one.get("list") not in lists:
                raise InvalidDossier(_("Choose the list of codes."), field="list", code="list")
            old = before.get(key)
            if old and any(old.get(name) != one.get(name) for name in ("type", "data_class", "list")):
                raise InvalidDossier(_("The type, the list and the class of data of a field stay. End it and add another."), code="frozen")
    if set(before) - seen:
        raise InvalidDossier(_("A field is ended, never taken out: files hold answers to it."), code="taken_out")


def _draft(kind: DossierKind) -> tuple[dict[str, Any], int]:
    latest = CustomVersion.objects.filter(kind=kind).order_by("-number").first()
    return (copy.deepcopy(latest.definition), latest.number) if latest else ({"sections": []}, 0)


def _taken() -> set[str]:
    return {
        key
        for row in CustomVersion.objects.all()
        for section in row.definition["sections"]
        for key in (section["key"], *(one["key"] for one in section["fields"]))
    }


@gesture
def add_section(
    *, actor: Actor, kind: DossierKind, title: Mapping[str, str], group: str, dated: bool = False, repeats: bool = False
) -> CustomVersion:
    _defining(actor)
    labels = _labels(title)
    definition, number = _draft(kind)
    key = _key(_first(labels), _taken())
    definition["sections"].append(
        {"key": key, "title": labels, "group": group, "dated": dated, "repeats": repeats, "summary": "", "fields": []}
    )
    return publish_custom(actor=actor, kind=kind, definition=definition, note=f"+ {_first(labels)}", expected=number)


@gesture
def add_field(
    *,
    actor: Actor,
    kind: DossierKind,
    section: str,
    label: Mapping[str, str],
    type: str,
    data_class: str,
    help: Mapping[str, str] | None = None,
    code_list: str = "",
    required: bool = False,
    listed: bool = False,
    summary: bool = False,
    values: Sequence[str] = (),
) -> CustomVersion:
    """A field at the end of a section: in the form, the list, exports, letters and imports from the next page on. ``values``: names, in
    the actor's language, of which a list of its own is made.
    """
    _defining(actor)
    labels = _labels(label)
    if values:
        code_list = _list_of(actor, labels, values).key
    definition, number = _draft(kind)
    target = next((one for one in definition["sections"] if one["key"] == section), None)
    if target is None:
        raise InvalidDossier(_("This section does not exist."), code="section")
    key = _key(_first(labels), _taken())
    one: dict[str, Any] = {"key": key, "type": type, "label": labels, "data_class": data_class, "required": required, "listed": listed}
    if help and any(help.values()):
        one["help"] = _labels(help)
    if type in (CustomType.CHOICE, CustomType.CHOICES):
        one["list"] = code_list
    if type == CustomType.NUMBER:
        one["decimals"] = 2
    target["fields"].append(one)
    if summary:
        target["summary"] = key
    return publish_custom(actor=actor, kind=kind, definition=definition, note=f"+ {_first(labels)}", expected=number)


def _list_of(actor: Actor, labels: Mapping[str, str], values: Sequence[str]) -> CodeList:
    row = create_code_list(actor=actor, label=labels)
    taken: set[str] = set()
    for name in values:
        code = _key(name, taken)
        taken.add(code)
        said = {actor.language if actor.language in LANGUAGES else "fr": name}
        add_code(actor=actor, code_list=row, value=code, label=said, valid_from=EVER)  # offered for past days too
    return row


@gesture
def change_field(
    *,
    actor: Actor,
    kind: DossierKind,
    field: str,
    label: Mapping[str, str],
    help: Mapping[str, str] | None = None,
    required: bool = False,
    listed: bool = False,
    ended: bool = False,
    move: int = 0,
) -> CustomVersion:
    """Other words, other place, or its end. Answers given under the versions of before keep them."""
    _defining(actor)
    definition, number = _draft(kind)
    for section in definition["sections"]:
        for at, one in enumerate(section["fields"]):
            if one["key"] != field:
                continue
            one |= {"label": _labels(label), "required": required, "listed": listed, "ended": ended}
            one.pop("help", None)
            if help and any(help.values()):
                one["help"] = _labels(help)
            section["fields"].insert(max(0, at + move), section["fields"].pop(at))
            return publish_custom(actor=actor, kind=kind, definition=definition, note=f"~ {_first(one['label'])}", expected=number)
    raise InvalidDossier(_("This field does not exist."), code="field")
