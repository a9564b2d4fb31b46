"""What the old system paid beside what would be paid here, person by person. Pure: plain values in and out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from parvis.kernel.textmatch import sort_key

from .enums import DifferenceKind

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Old:
    """A payment of the old system. ``who``: the person here, else its number there; ``aid``: the kind of grant here, else "?" and its name."""

    who: str
    aid: str
    name: str
    gross: Decimal
    withheld: Decimal
    amount: Decimal
    payee: str
    iban: str
    ref: int = 0
    said: str = ""


@dataclass(frozen=True)
class New:
    """What would be paid here on one right. ``waiting``: taken over; else this system pays it already."""

    who: str
    aid: str
    name: str
    gross: Decimal
    withheld: Decimal
    amount: Decimal
    payee: str
    iban: str
    ref: int = 0
    waiting: bool = True


@dataclass(frozen=True)
class Found:
    """One difference. ``mark``: the same one the next time; ``sign``: with the same values."""

    kind: str
    who: str
    aid: str
    name: str
    old: tuple[Old, ...]
    new: tuple[New, ...]

    @property
    def before(self) -> Decimal:
        return total(self.old)

    @property
    def now(self) -> Decimal:
        return total(self.new)

    @property
    def mark(self) -> str:
        ibans = [sorted({one.iban for one in self.old}), sorted({one.iban for one in self.new})]
        return sha256(json.dumps([self.who, self.aid, self.kind, ibans]).encode()).hexdigest()

    @property
    def sign(self) -> str:
        rows = [
            sorted([str(one.gross), str(one.withheld), str(one.amount), one.payee, one.iban] for one in side)
            for side in (self.old, self.new)
        ]
        return sha256(json.dumps([self.mark, rows]).encode()).hexdigest()


@dataclass(frozen=True)
class Comparison:
    """``persons``: how many were compared; ``same``: of whom nothing differs."""

    found: tuple[Found, ...]
    persons: int
    same: int


def total(rows: Iterable[Any]) -> Decimal:
    return sum((one.amount for one in rows), ZERO)


def plain(row: Old | New) -> dict[str, Any]:
    """As it is kept with the difference."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(row).items()}


def compare(old: Sequence[Old], new: Sequence[New]) -> Comparison:
    """Every difference, by person and aid, within these by account. A person of whom every account gets the same sum is the same."""
    olds: dict[tuple[str, str], list[Old]] = defaultdict(list)
    news: dict[tuple[str, str], list[New]] = defaultdict(list)
    for before in old:
        olds[before.who, before.aid].append(before)
    for now in new:
        news[now.who, now.aid].append(now)
    found: list[Found] = []
    for who, aid in sorted(olds.keys() | news.keys()):
        found += _group(who, aid, olds.get((who, aid), []), news.get((who, aid), []))
    everybody = {who for who, _aid in olds.keys() | news.keys()}
    return Comparison(tuple(found), len(everybody), len(everybody - {one.who for one in found}))


def _group(who: str, aid: str, old: list[Old], new: list[New]) -> list[Found]:
    names = [*(now.name for now in new), *(before.name for before in old)]
    name = next(filter(None, names), "")

    def tell(kind: str, some_old: Sequence[Old], some_new: Sequence[New]) -> Found:
        return Found(str(kind), who, aid, name, tuple(some_old), tuple(some_new))

    found = []
    there, here = _by_iban(old), _by_iban(new)
    for iban in [one for one in there if one in here]:
        kind = _kind(there[iban], here[iban])
        if kind:
            found.append(tell(kind, there[iban], here[iban]))
    left_old = {iban: rows for iban, rows in there.items() if iban not in here}
    left_new = {iban: rows for iban, rows in here.items() if iban not in there}
    for iban, rows in list(left_old.items()):
        alike = next((other for other, others in left_new.items() if total(others) == total(rows)), None)
        if alike is not None:
            found.append(tell(DifferenceKind.ACCOUNT, left_old.pop(iban), left_new.pop(alike)))
    if len(left_old) == 1 and len(left_new) == 1:
        found.append(tell(DifferenceKind.ACCOUNT, left_old.popitem()[1], left_new.popitem()[1]))
    found += [tell(DifferenceKind.DOUBLED if _twice(rows, old) else DifferenceKind.MISSING, rows, ()) for rows in left_old.values()]
    found += [tell(DifferenceKind.EXTRA, (), rows) for rows in left_new.values()]
    return found


def _by_iban(rows: Sequence[Any]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        out[row.iban].append(row)
    return dict(out)


def _twice(rows: Sequence[Old], all_of_them: Sequence[Old]) -> bool:
    """The same sum went to another account of this person and aid as well."""
    others = [one for one in all_of_them if one.iban != rows[0].iban]
    return bool(others) and total(others) == total(rows)


def _kind(old: Sequence[Old], new: Sequence[New]) -> str:
    """How two sides of one account differ; nothing when they do not."""
    if any(one.waiting for one in new) and any(not one.waiting for one in new):
        return DifferenceKind.DOUBLED  # taken over, and paid here already
    if all(not one.waiting for one in new):
        return DifferenceKind.DOUBLED  # both systems paid it
    if total(old) != total(new):
        repeated = len(old) != len(new) and len({*(one.amount for one in old), *(one.amount for one in new)}) == 1
        return DifferenceKind.DOUBLED if repeated else DifferenceKind.AMOUNT
    if sorted(one.withheld for one in old if one.withheld) != sorted(one.withheld for one in new if one.withheld):
        return DifferenceKind.AMOUNT  # the same sum by chance: what is kept back differs
    if not all(any(alike(before.payee, now.payee) for now in new) for before in old if before.payee):
        return DifferenceKind.PAYEE
    return ""


def alike(one: str, other: str) -> bool:
    """Two ways of writing a name: the words of one are all in the other."""
    first, second = set(sort_key(one).split()), set(sort_key(other).split())
    return bool(first and second) and (first <= second or second <= first)
