"""The Markdown of letters: paragraphs, lists with "- ", bold with two stars. Everything else is plain text, on purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parvis.documents.letters.blocks import PENDING

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.S)
ITEM = re.compile(r"^\s{0,3}[-*•]\s+(.*)$")


@dataclass(frozen=True)
class Span:
    """A run of text. ``pending``: name of a fact that is still missing."""

    text: str
    bold: bool = False
    pending: bool = False


@dataclass(frozen=True)
class Part:
    """A paragraph (one item) or a list."""

    kind: str
    items: tuple[tuple[Span, ...], ...]


def _pending(text: str, bold: bool) -> list[Span]:
    spans = []
    start = 0
    for found in PENDING.finditer(text):
        if found.start() > start:
            spans.append(Span(text[start : found.start()], bold))
        spans.append(Span(found[1], bold, True))
        start = found.end()
    if start < len(text):
        spans.append(Span(text[start:], bold))
    return spans


def spans(text: str) -> tuple[Span, ...]:
    out: list[Span] = []
    start = 0
    for found in BOLD.finditer(text):
        out += _pending(text[start : found.start()], False)
        out += _pending(found[1], True)
        start = found.end()
    return tuple(out + _pending(text[start:], False))


def parse(text: str) -> list[Part]:
    """Blank lines part paragraphs; a single newline is a space; lines starting with "- " are a list."""
    parts: list[Part] = []
    paragraph: list[str] = []
    items: list[str] = []

    def close() -> None:
        if paragraph:
            parts.append(Part("p", (spans(" ".join(paragraph)),)))
            paragraph.clear()
        if items:
            parts.append(Part("ul", tuple(spans(item) for item in items)))
            items.clear()

    for line in text.split("\n"):
        item = ITEM.match(line)
        if not line.strip():
            close()
        elif item:
            if paragraph:
                close()
            items.append(item[1].strip())
        elif items:
            items[-1] += " " + line.strip()
        else:
            paragraph.append(line.strip())
    close()
    return parts


def plain(text: str) -> str:
    """The words alone."""
    return "\n".join("".join(span.text for span in item) for part in parse(text) for item in part.items)
