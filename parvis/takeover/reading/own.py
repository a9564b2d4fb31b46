"""Columns for the organisation's own fields: known as soon as they are defined, read once for a whole file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.translation import gettext as _

from parvis.dossiers.api import CustomTarget, DossierKind, own_targets
from parvis.kernel.actor import system_actor
from parvis.kernel.textmatch import sort_key

from ..enums import FileKind
from .columns import OWN, TARGETS, Target
from .money import ALL, MONEY
from .values import BadValue

PREFIX = "own."
_loaded: ContextVar[dict[str, CustomTarget] | None] = ContextVar("takeover_own", default=None)


def fields() -> dict[str, CustomTarget]:
    """Own fields by target. Who takes over is an administrator, who defined them; values known already are told to readers only."""
    held = _loaded.get()
    return held if held is not None else {one.key: one for one in own_targets(system_actor("takeover"))}


@contextmanager
def loaded(known: dict[str, CustomTarget] | None = None) -> Iterator[None]:
    """Read the definitions once, for the lines of a job or of a page."""
    token = _loaded.set(known if known is not None else fields())
    try:
        yield
    finally:
        _loaded.reset(token)


def targets(kind: str = FileKind.PERSONS) -> tuple[Target, ...]:
    """Every target of a kind of file: those of the product, then the organisation's own."""
    if kind in MONEY:
        return MONEY[FileKind(kind)]
    return (*TARGETS, *(Target(one.key, OWN, one.label, tuple(sort_key(name) for name in one.names), 4_000) for one in fields().values()))


def by_key(kind: str = FileKind.PERSONS) -> dict[str, Target]:
    return {target.key: target for target in targets(kind)}


def label_of(key: str) -> str:
    """Name of a column's target in the reader's language."""
    if key in ALL:
        return str(ALL[key].label)
    return fields()[key].label if key in fields() else key


def clean_own(key: str, text: str) -> Any:
    """The stored value of a cell; None when it is empty.

    Raises:
        BadValue: the field does not take it.
    """
    one = fields().get(key)
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
