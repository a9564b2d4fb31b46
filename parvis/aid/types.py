"""Kinds of aid that the centre adds on a page: beside those of the law wherever a kind of aid is chosen or named (A6).

One rests on a kind of the law, whose amount, rules, account and letter it uses, and bears its own names. A name that is missing in a language
is borrowed from another one, which is said: "Aide au chauffage (fr)".
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.decisions.api import MONTH, ONCE, Provision
from parvis.kernel import clock, memo, registries
from parvis.kernel.periods import OPEN_END
from parvis.ui import formats

from .models import AidType
from .provisions import PURPOSE

PREFIX = registries.provisions.prefix
LANGUAGES = ("fr", "nl", "de", "en")
#: Of the order in which a missing name is borrowed.
BORROWED = (*formats.FALLBACK, *LANGUAGES)

#: What an own kind may rest on: key, whether it is paid each month, in words.
BASES: dict[str, tuple[str, bool, Any]] = {
    "free_once": ("aid.one_off", False, gettext_lazy("A free amount, paid once")),
    "free_month": ("aid.one_off", True, gettext_lazy("A free amount, paid each month")),
    "advance": ("aid.advance", False, gettext_lazy("An advance on a right that is awaited, to be recovered")),
    "ris": ("aid.ris", True, gettext_lazy("Computed as the integration income")),
    "equivalent": ("aid.equivalent", True, gettext_lazy("Computed as the aid equivalent to the integration income")),
}


def names_of(label: Mapping[str, str]) -> dict[str, str]:
    """A name in each of the four languages; a borrowed one says from which."""
    lent = next((code for code in BORROWED if label.get(code)), "")
    return {code: label.get(code) or (f"{label[lent]} ({lent})" if lent else "") for code in LANGUAGES}


def missing(label: Mapping[str, str]) -> list[str]:
    return [code for code in LANGUAGES if not label.get(code)]


def own_kind(row: AidType, today: date) -> Any:
    """The kind on which it rests, under its own name, key and letter."""
    base = dict(registries.provisions.declared())[row.base]
    kind = copy.copy(base)
    kind.title = names_of(row.label)
    kind.base, kind.first_day, kind.end = row.base, row.valid_from, row.valid_to
    kind.offered = row.valid_from <= today < row.valid_to
    if row.letter:
        kind.letter = row.letter
    if not base.computed:
        kind.periodicity = MONTH if row.monthly else ONCE
        # Its name says what it is for; what is typed beside it is a detail.
        kind.inputs = tuple(replace(one, required=False) if one is PURPOSE else one for one in base.inputs)
        kind.letter_facts = lambda provision, language: _facts(kind, base, provision, language)
    kind.validate = lambda provision: [*base_faults(kind, base, provision), *_out_of_days(kind, provision)]
    return kind


def base_faults(kind: Any, base: Any, provision: Provision) -> list[str]:
    return list(type(base).validate(kind, provision))


def _out_of_days(kind: Any, provision: Provision) -> list[str]:
    if kind.first_day <= provision.from_on < kind.end:
        return []
    name = formats.label(kind.title)
    if provision.from_on < kind.first_day:
        return [_("“%(aid)s” exists from %(day)s on.") % {"aid": name, "day": formats.day(kind.first_day)}]
    return [_("“%(aid)s” is no longer given after %(day)s.") % {"aid": name, "day": formats.day(kind.end - timedelta(days=1))}]


def _facts(kind: Any, base: Any, provision: Provision, language: str) -> Mapping[str, Any]:
    name = formats.label(kind.title, language)
    typed = str(provision.details.get("purpose") or "").strip()
    return {**base.letter_facts(provision, language), "purpose": f"{name} ({typed})" if typed else name}


def base_of(kind: str) -> str:
    """The kind of the law that a right is of."""
    if not kind.startswith(PREFIX) or kind not in registries.provisions:
        return kind
    return str(registries.provisions.get(kind).base)


def keys_resting_on(bases: set[str]) -> list[str]:
    """Own kinds, also ended ones, that rest on one of these."""
    return [key for key, kind in _all().items() if kind.base in bases]


def _read() -> dict[str, Any]:
    today = clock.today()
    return {f"{PREFIX}{row.key}": own_kind(row, today) for row in AidType.objects.all()}


def _all() -> dict[str, Any]:
    return memo.once(("aid.types", clock.today()), _read)


registries.provisions.feed(_all)


def asked_in_forms(_name: str, day: date, held: frozenset[str]) -> list[dict[str, Any]]:
    """What a question of a published form offers on a day: kinds of the centre that its page marks for the citizen's forms."""
    found = []
    for row in AidType.objects.all():
        value, running = f"{PREFIX}{row.key}", row.valid_from <= day < row.valid_to
        if running and row.in_forms:
            found.append({"value": value, "label": names_of(row.label)})
        elif value in held:
            last = row.valid_to - timedelta(days=1) if row.valid_to <= day else day - timedelta(days=1)
            found.append({"value": value, "label": names_of(row.label), "until": last.isoformat()})
    return sorted(found, key=lambda one: formats.label(one["label"]).casefold())


registries.choice_lists.register(
    "aids", registries.ChoiceList(gettext_lazy("Kinds of aid of the centre"), asked_in_forms, lambda name: not name)
)

__all__ = ["BASES", "LANGUAGES", "OPEN_END", "base_of", "keys_resting_on", "missing", "names_of"]
