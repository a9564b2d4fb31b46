"""The keys of a source, read once for a whole job instead of once for each cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from parvis.identity.api import Account, Unit

from ..models import Import, Line, SourceKey


class _Keys:
    def __init__(self, source: str) -> None:
        self.source = source
        rows = SourceKey.unscoped.filter(source=source, live=1).order_by()
        self.found = {(kind, key): target for kind, key, target in rows.values_list("kind", "key", "target_id").iterator(chunk_size=2000)}
        self.new: list[tuple[str, str]] = []
        self.units: dict[str, bool] = {}
        self.accounts: dict[str, bool] = {}


_keys: ContextVar[_Keys | None] = ContextVar("takeover_keys", default=None)


@contextmanager
def keys_of(source: str) -> Iterator[None]:
    """Within, ``known_target`` answers from memory. Only the job of the source writes its keys meanwhile."""
    token = _keys.set(_Keys(source))
    try:
        yield
    finally:
        _keys.reset(token)


def known_target(source: str, kind: str, key: str) -> int | None:
    held = _keys.get()
    if held is not None and held.source == source:
        return held.found.get((kind, key))
    return SourceKey.unscoped.filter(source=source, kind=kind, key=key, live=1).values_list("target_id", flat=True).first()


def known_unit(code: str) -> bool:
    held = _keys.get()
    if held is None:
        return bool(Unit.objects.filter(code=code, is_active=True).exists())
    if code not in held.units:
        held.units[code] = Unit.objects.filter(code=code, is_active=True).exists()
    return held.units[code]


def known_account(username: str) -> bool:
    held = _keys.get()
    if held is None:
        return bool(Account.objects.filter(username=username, is_active=True).exists())
    if username not in held.accounts:
        held.accounts[username] = Account.objects.filter(username=username, is_active=True).exists()
    return held.accounts[username]


def keep_key(*, imported: Import, line: Line, kind: str, key: str, target_id: int, created: bool = True) -> None:
    """Note under which number the old system knew a thing."""
    SourceKey.unscoped.create(
        source=imported.source, kind=kind, key=key, target_id=target_id, created=created, imported=imported, line=line
    )
    held = _keys.get()
    if held is not None and held.source == imported.source:
        held.found[kind, key] = target_id
        held.new.append((kind, key))


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """What a line that is refused had noted is forgotten with it."""
    held = _keys.get()
    mark: Any = len(held.new) if held else 0
    try:
        yield
    except BaseException:
        if held is not None:
            while len(held.new) > mark:
                held.found.pop(held.new.pop(), None)
        raise
