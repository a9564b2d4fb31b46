"""Visible changes: the word difference between two versions of a letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from parvis.documents.letters.blocks import Block

WORDS = re.compile(r"\s+|[^\W_]+|.", re.S)


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Runs of text as ("=", same), ("-", removed), ("+", added), in reading order; removed before added."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    out: list[tuple[str, str]] = []

    def put(op: str, words: Sequence[str]) -> None:
        if not words:
            return
        if out and out[-1][0] == op:
            out[-1] = (op, out[-1][1] + "".join(words))
        else:
            out.append((op, "".join(words)))

    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            put("=", old[a:b])
        else:
            put("-", old[a:b])
            put("+", new[c:d])
    return out


@dataclass(frozen=True)
class BlockChange:
    """A block with the difference of its text; ``state``: same, changed, added or removed."""

    key: str
    heading: str
    kind: str
    state: str
    words: list[tuple[str, str]]


def blocks_diff(before: Sequence[Block], after: Sequence[Block]) -> list[BlockChange]:
    """Block by block, in the order of the newer version; removed blocks come last."""

    def text(block: Block) -> str:
        if block.kind == "computed":
            return "\n".join(f"{row['label']} {row['amount']}" for row in block.data.get("rows", ()))
        return block.text

    old = {block.key: block for block in before}
    changes = []
    for block in after:
        was = old.pop(block.key, None)
        words = word_diff(text(was) if was else "", text(block))
        state = "added" if was is None else "changed" if any(op != "=" for op, _ in words) else "same"
        changes.append(BlockChange(block.key, block.heading, block.kind, state, words))
    return changes + [BlockChange(b.key, b.heading, b.kind, "removed", [("-", text(b))]) for b in old.values()]
