"""Documents that are not letters: receipt, proposal, minutes, urgent decision, list. Sections as data, one layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from parvis.documents.letters.blocks import COMPUTED, Block
from parvis.documents.letters.envelope import Envelope, word
from parvis.documents.letters.pdf import parts_json
from parvis.documents.typesetting import render_pdf


@dataclass(frozen=True)
class Table:
    """``columns``: (title, kind) with kind "" , "numeric" or "wide"; cells are text, already formatted; ``totals``: a last row."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]
    totals: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": [{"title": title, "numeric": kind == "numeric", "wide": kind == "wide"} for title, kind in self.columns],
            "rows": [list(row) for row in self.rows],
            "totals": list(self.totals),
        }


@dataclass(frozen=True)
class Section:
    """One part of a sheet, in this order: heading, Markdown text, pairs (name, value), rows of a computation, table, notes, signatures."""

    heading: str = ""
    text: str = ""
    pairs: Sequence[tuple[str, str]] = ()
    rows: Sequence[Mapping[str, str]] = ()
    table: Table | None = None
    notes: Sequence[str] = ()
    signatures: Sequence[tuple[str, str]] = ()

    def to_json(self, language: str) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "parts": parts_json(self.text, language),
            "pairs": [list(pair) for pair in self.pairs],
            "rows": [{"label": r["label"], "amount": r["amount"], "kind": r.get("kind", ""), "why": r.get("why", "")} for r in self.rows],
            "table": self.table.to_json() if self.table and self.table.rows else None,
            "notes": list(self.notes),
            "signatures": [list(pair) for pair in self.signatures],
        }


def sections_of_letter(blocks: Sequence[Block]) -> list[Section]:
    """The blocks of a letter as sections, for a proposal that shows the letter as it will be notified."""
    out = []
    for block in blocks:
        if block.kind == COMPUTED:
            out.append(Section(heading=block.heading, rows=block.data.get("rows", ()), notes=block.data.get("notes", ())))
        elif block.text.strip():
            out.append(Section(heading=block.heading, text=block.text))
    return out


def render_sheet_pdf(template: str, envelope: Envelope, sections: Sequence[Section], *, date: date, landscape: bool = False) -> bytes:
    """A sheet as PDF: ``template`` is "receipt", "proposal", "minutes", "urgency" or "list"; same data, same bytes."""
    words = {name: word(name, envelope.language) for name in ("reference", "contact", "page", "of", "phone", "draft")}
    data = {
        **envelope.to_json(),
        "sections": [section.to_json(envelope.language) for section in sections],
        "words": words,
        "landscape": landscape,
    }
    return render_pdf(template, data, date=date)
