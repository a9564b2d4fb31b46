"""Typed registries: contexts declare, screens compose. Frozen once every app is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class RegistryError(RuntimeError):
    """A key is registered twice, unknown, or too late."""


class Registry(Generic[T]):
    """Keys to things of one kind. ``all()`` is ordered by the thing's ``order`` when it has one, then by key."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, T] = {}
        self._frozen = False

    def register(self, key: str, item: T) -> T:
        """Raises RegistryError when the key is taken or the registry is frozen."""
        if self._frozen:
            raise RegistryError(f"{self.name}: too late to register {key!r}")
        if key in self._items:
            raise RegistryError(f"{self.name}: {key!r} is registered twice")
        self._items[key] = item
        return item

    def get(self, key: str) -> T:
        try:
            return self._items[key]
        except KeyError:
            raise RegistryError(f"{self.name}: no {key!r} (known: {', '.join(sorted(self._items)) or 'none'})") from None

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def all(self) -> list[T]:
        return [item for _, item in sorted(self._items.items(), key=lambda kv: (getattr(kv[1], "order", 100), kv[0]))]

    def items(self) -> list[tuple[str, T]]:
        return sorted(self._items.items())

    def freeze(self) -> None:
        self._frozen = True
