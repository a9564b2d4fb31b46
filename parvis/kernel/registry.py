"""Typed registries: contexts declare, screens compose. Frozen once every app is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

    def declared(self) -> list[tuple[str, T]]:
        """What contexts registered, without what a centre adds as data (``FedRegistry``)."""
        return sorted(self._items.items())

    def freeze(self) -> None:
        self._frozen = True


class FedRegistry(Registry[T]):
    """A registry to which a centre adds things of its own, as data: their keys begin with ``prefix``. What contexts declare stays frozen.

    ``feed`` gives all of them by key, those no longer offered too: what was used under a key keeps its meaning. ``items`` and ``all`` leave out
    the ones whose ``offered`` is false.
    """

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(name)
        self.prefix = prefix
        self._feed: Callable[[], Mapping[str, T]] | None = None

    def feed(self, read: Callable[[], Mapping[str, T]]) -> None:
        """Raises RegistryError when there is a feed already or the registry is frozen."""
        if self._frozen or self._feed is not None:
            raise RegistryError(f"{self.name}: too late to feed, or fed twice")
        self._feed = read

    def _fed(self, key: object) -> Mapping[str, T]:
        return self._feed() if self._feed is not None and isinstance(key, str) and key.startswith(self.prefix) else {}

    def get(self, key: str) -> T:
        found = self._fed(key)
        return found[key] if key in found else super().get(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._fed(key)

    def items(self) -> list[tuple[str, T]]:
        fed = self._fed(self.prefix)
        known = [*self.declared(), *sorted((key, item) for key, item in fed.items())]
        return [(key, item) for key, item in known if getattr(item, "offered", True)]

    def all(self) -> list[T]:
        return [item for _, item in self.items()]
