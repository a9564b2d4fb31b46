"""Where each person and line stands in the picture of a family. Pure arithmetic; the template draws it."""

from __future__ import annotations

from dataclasses import dataclass

from .selectors import Family, Link
from .words import GENERATION

WIDTH, HEIGHT, GAP, RISE, EDGE = 184, 60, 32, 124, 12
LONGEST = 22


@dataclass(frozen=True)
class Node:
    person_id: int
    x: int
    y: int
    name: str
    word: str
    born: str
    self_: bool
    home: bool
    uuid: object

    @property
    def text_x(self) -> int:
        return self.x + 14

    @property
    def first_y(self) -> int:
        return self.y + 25

    @property
    def second_y(self) -> int:
        return self.y + 45


@dataclass(frozen=True)
class Stroke:
    """A path; ``kind``: blood, pair or law. ``past`` is drawn broken."""

    path: str
    kind: str
    past: bool


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    nodes: tuple[Node, ...]
    strokes: tuple[Stroke, ...]
    node_width: int = WIDTH
    node_height: int = HEIGHT


def draw(family: Family) -> Picture:
    """Generations from top to bottom; within one, whoever has the same neighbours stands side by side."""
    rows = _ordered(family)
    widest = max(len(row) for row in rows.values())
    width = widest * WIDTH + (widest - 1) * GAP + 2 * EDGE
    levels = sorted(rows)
    at: dict[int, tuple[int, int]] = {}
    for number, level in enumerate(levels):
        row = rows[level]
        start = (width - (len(row) * WIDTH + (len(row) - 1) * GAP)) // 2
        for place, pk in enumerate(row):
            at[pk] = (start + place * (WIDTH + GAP), EDGE + number * RISE)
    nodes = []
    for level in levels:
        for pk in rows[level]:
            card = family.cards[pk]
            x, y = at[pk]
            born = str(card.birth_date.year) if card.birth_date else ""
            nodes.append(
                Node(
                    pk,
                    x,
                    y,
                    _short(card.display_name),
                    family.nouns.get(pk, ""),
                    born,
                    pk == family.person_id,
                    pk in family.home,
                    card.uuid,
                )
            )
    strokes = tuple(_stroke(link, at) for link in family.links)
    return Picture(width, 2 * EDGE + (len(levels) - 1) * RISE + HEIGHT, tuple(nodes), strokes)


def _ordered(family: Family) -> dict[int, list[int]]:
    neighbours: dict[int, set[int]] = {pk: set() for pk in family.generations}
    for link in family.links:
        neighbours[link.upper].add(link.lower)
        neighbours[link.lower].add(link.upper)
    rows: dict[int, list[int]] = {}
    for pk, level in family.generations.items():
        rows.setdefault(level, []).append(pk)
    place = {pk: float(number) for row in rows.values() for number, pk in enumerate(row)}
    # A few sweeps: each one moves towards the middle of those it is tied to; the age decides between equals.
    for _sweep in range(4):
        for level in sorted(rows, key=abs):
            rows[level].sort(key=lambda pk: (_middle(neighbours[pk], place, place[pk]), str(family.cards[pk].birth_date or ""), pk))
            middle = (len(rows[level]) - 1) / 2
            for number, pk in enumerate(rows[level]):
                place[pk] = number - middle
    return rows


def _middle(tied: set[int], place: dict[int, float], own: float) -> float:
    known = [place[pk] for pk in tied]
    return sum(known) / len(known) if known else own


def _stroke(link: Link, at: dict[int, tuple[int, int]]) -> Stroke:
    (x1, y1), (x2, y2) = at[link.upper], at[link.lower]
    if GENERATION.get(link.side, 0) and y1 != y2:
        top, bottom = ((x1, y1), (x2, y2)) if y1 < y2 else ((x2, y2), (x1, y1))
        sx, sy, ex, ey = top[0] + WIDTH // 2, top[1] + HEIGHT, bottom[0] + WIDTH // 2, bottom[1]
        half = (sy + ey) // 2
        return Stroke(f"M{sx} {sy}V{half}H{ex}V{ey}", "blood", link.past)
    left, right = ((x1, y1), (x2, y2)) if x1 <= x2 else ((x2, y2), (x1, y1))
    kind = (
        "pair"
        if link.side in {"spouse", "ex_spouse", "cohabitant", "partner", "ex_partner"}
        else "blood"
        if link.side == "sibling"
        else "law"
    )
    if y1 == y2 and right[0] - left[0] > WIDTH + GAP:
        sx, ex, y = left[0] + WIDTH // 2, right[0] + WIDTH // 2, left[1] + HEIGHT
        return Stroke(f"M{sx} {y}v14H{ex}v-14", kind, link.past)
    return Stroke(f"M{left[0] + WIDTH} {left[1] + HEIGHT // 2}L{right[0]} {right[1] + HEIGHT // 2}", kind, link.past)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
