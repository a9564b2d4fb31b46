"""A letter is an ordered list of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from parvis.documents.errors import BlockLocked

LEGAL, COMPUTED, FREE = "legal", "computed", "free"
KINDS = (LEGAL, COMPUTED, FREE)

#: What is not known yet stands in the text as ⟦name⟧: shown as pending, reported by the check, filled by ``complete_letter``.
PENDING = re.compile(r"⟦(\w+)⟧")

MAX_TEXT = 20_000


@dataclass(frozen=True)
class Block:
    """One block. ``text`` is Markdown (paragraph, list, bold); ``data`` holds the rows of a computed block, or the template's
    key, number and required mentions (first block); ``mentions``: the mandatory mentions that it carries."""

    key: str
    kind: str
    language: str
    text: str = ""
    heading: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    mentions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of block: {self.kind!r}")

    @property
    def pending(self) -> tuple[str, ...]:
        """Names of facts that are still missing in this block."""
        return tuple(dict.fromkeys(PENDING.findall(f"{self.heading}\n{self.text}")))

    @property
    def is_free(self) -> bool:
        return self.kind == FREE

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "language": self.language,
            "text": self.text,
            "heading": self.heading,
            "data": dict(self.data),
            "mentions": list(self.mentions),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Block:
        return cls(
            key=str(data["key"]),
            kind=str(data["kind"]),
            language=str(data["language"]),
            text=str(data.get("text", "")),
            heading=str(data.get("heading", "")),
            data=dict(data.get("data") or {}),
            mentions=tuple(data.get("mentions") or ()),
        )


def blocks_to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [block.to_json() for block in blocks]


def blocks_from_json(data: Iterable[Mapping[str, Any]]) -> list[Block]:
    return [Block.from_json(item) for item in data]


def clean_text(text: str) -> str:
    """Typed text as it is kept: newlines of one kind, no control characters, no marks of pending facts."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("⟦", "[").replace("⟧", "]")
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127)).strip()


def edit_block(blocks: Sequence[Block], key: str, text: str) -> list[Block]:
    """The letter with another text in a free block.

    Raises:
        BlockLocked: the block is one of law or of computation, or unknown, or the text is too long.
    """
    found = next((block for block in blocks if block.key == key), None)
    if found is None:
        raise BlockLocked(_("This letter has no part “%(key)s”.") % {"key": key}, field=key, code="unknown_block")
    if not found.is_free:
        raise BlockLocked(
            _(
                "This part comes from the law or from the computation and is not typed. Change the template, or the facts that it is computed from."
            ),
            field=key,
            code="locked",
        )
    text = clean_text(text)
    if len(text) > MAX_TEXT:
        raise BlockLocked(_("This text is too long: at most %(n)s characters.") % {"n": MAX_TEXT}, field=key, code="too_long")
    return [replace(block, text=text) if block.key == key else block for block in blocks]


def template_of(blocks: Sequence[Block]) -> tuple[str, int]:
    """Key and number of the template of a letter; ("", 0) when it has none."""
    for block in blocks:
        if "template" in block.data:
            return str(block.data["template"]), int(block.data.get("number", 0))
    return "", 0
