"""Columns for the organisation's own fields: known as soon as they are defined, read once for a whole file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.translation import gettext as _

from parvis.dossiers.api import CustomTarget, DossierKind, own_targets
from parvis.kernel.actor import system_actor
from parvis.kernel.textmatch import sort_key

from ..enums import FileKind
from .columns import OWN, TARGETS, Target, recognise
from .entries import BY_KEY as ENTRIES_BY_KEY
from .entries import ENTRIES
from .money import ALL, MONEY
from .values import BadValue

PREFIX = "own."
_Fields = dict[str, CustomTarget]
_loaded: ContextVar[tuple[_Fields, _Fields] | None] = ContextVar("takeover_own", default=None)


def definitions() -> tuple[_Fields, _Fields]:
    """Own fields by target: those that fill once, and those of sections that repeat. Who takes over is an administrator, who defined them;
    values known already are told to readers only."""
    held = _loaded.get()
    if held is not None:
        return held
    found = own_targets(system_actor("takeover"), repeats=None)
    return {one.key: one for one in found if not one.repeats}, {one.key: one for one in found if one.repeats}


def fields() -> _Fields:
    return definitions()[0]


def entry_fields() -> _Fields:
    return definitions()[1]


def field(key: str) -> CustomTarget | None:
    once, entries = definitions()
    return once.get(key) or entries.get(key)


@contextmanager
def loaded(known: tuple[_Fields, _Fields] | None = None) -> Iterator[None]:
    """Read the definitions once, for the lines of a job or of a page."""
    token = _loaded.set(known if known is not None else definitions())
    try:
        yield
    finally:
        _loaded.reset(token)


def targets(kind: str = FileKind.PERSONS) -> tuple[Target, ...]:
    """Every target of a kind of file: those of the product, then the organisation's own."""
    if kind in MONEY:
        return MONEY[FileKind(kind)]
    if kind == FileKind.ENTRIES:
        return (*ENTRIES, *_targets(entry_fields().values()))
    return (*TARGETS, *_targets(fields().values()))


def _targets(some: Iterable[CustomTarget]) -> tuple[Target, ...]:
    return tuple(Target(one.key, OWN, one.label, tuple(sort_key(name) for name in one.names), 4_000) for one in some)


def recognised(kind: str, header: tuple[str, ...], remembered: dict[str, str] | None = None) -> dict[str, str]:
    """Column to target. A file of entries is of one section: the one of which most columns are recognised."""
    if kind != FileKind.ENTRIES or remembered:
        return recognise(header, remembered, targets(kind))
    found = recognise(header, None, ENTRIES)
    for section in dict.fromkeys(one.section for one in entry_fields().values()):
        mine = _targets(one for one in entry_fields().values() if one.section == section)
        tried = recognise(header, None, (*ENTRIES, *mine))
        if len(tried) > len(found):
            found = tried
    return found


def by_key(kind: str = FileKind.PERSONS) -> dict[str, Target]:
    return {target.key: target for target in targets(kind)}


def label_of(key: str) -> str:
    """Name of a column's target in the reader's language."""
    known = ALL.get(key) or ENTRIES_BY_KEY.get(key)
    if known is not None:
        return str(known.label)
    one = field(key)
    return one.label if one is not None else key


def clean_own(key: str, text: str) -> Any:
    """The stored value of a cell; None when it is empty.

    Raises:
        BadValue: the field does not take it.
    """
    one = field(key)
    if one is None:
        raise BadValue(_("this field is no longer asked"), _("Leave the column out."))
    try:
        return one.read(text)
    except ValueError as error:
        raise BadValue(str(error), _("Correct it, or leave it empty.")) from None


def kind_named(text: str) -> DossierKind | None:
    """A kind of file by its key or its name in any language."""
    wanted = sort_key(text)
    for row in DossierKind.objects.filter(for_persons=False):
        if wanted in {sort_key(name) for name in (row.key, *row.label.values()) if name}:
            return row
    return None
