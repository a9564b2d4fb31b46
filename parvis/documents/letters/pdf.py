"""A letter as PDF, from its blocks and envelope alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import segno

from parvis.documents.letters import markup
from parvis.documents.letters.blocks import COMPUTED, Block
from parvis.documents.letters.envelope import Envelope, fact_word, word
from parvis.documents.typesetting import render_pdf


def parts_json(text: str, language: str) -> list[dict[str, Any]]:
    """A Markdown text as data for the page: no markup is left to interpret."""
    return [
        {
            "kind": part.kind,
            "items": [
                [
                    {
                        "text": f"[{fact_word(span.text, language)}]" if span.pending else span.text,
                        "bold": span.bold,
                        "pending": span.pending,
                    }
                    for span in item
                ]
                for item in part.items
            ],
        }
        for part in markup.parse(text)
    ]


def letter_data(blocks: Sequence[Block], envelope: Envelope) -> dict[str, Any]:
    """Everything that the template ``letter`` reads."""
    language = envelope.language
    out = []
    for block in blocks:
        item: dict[str, Any] = {"kind": block.kind, "heading": block.heading, "parts": [], "rows": [], "notes": []}
        if block.kind == COMPUTED:
            item["rows"] = [
                {"label": r["label"], "amount": r["amount"], "kind": r.get("kind", ""), "why": r.get("why", "")}
                for r in block.data.get("rows", ())
            ]
            item["notes"] = list(block.data.get("notes", ()))
        else:
            item["parts"] = parts_json(block.text, language)
        if item["parts"] or item["rows"] or item["notes"]:
            out.append(item)
    words = {name: word(name, language) for name in ("reference", "contact", "page", "of", "phone", "draft")}
    return {**envelope.to_json(), "blocks": out, "words": words, **_check(envelope)}


def _check(envelope: Envelope) -> dict[str, Any]:
    """What is printed at the foot of a paper that can be checked: code, address without its query, the same as a QR code."""
    if envelope.check is None:
        return {}
    code, address = envelope.check
    told = {
        "label": word("check", envelope.language),
        "code": f"{word('check_code', envelope.language)} {code}",
        "address": address.partition("?")[0].partition("://")[2] or address,
        "svg": segno.make(address, error="m").svg_inline(border=0) if address else "",
    }
    return {"check": told}


def render_letter_pdf(blocks: Sequence[Block], envelope: Envelope, *, date: date) -> bytes:
    """The letter as PDF; the same blocks, envelope and date give the same bytes."""
    return render_pdf("letter", letter_data(blocks, envelope), date=date)
