"""The explanation tree in words and figures of a language: rows for the table of the letter, sentences for its paragraph.

Everything is read from the tree. Nothing is computed here, so letter and engine cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from parvis.rules.labels import LANGUAGES, label
from parvis.ui import formats

HARD = formats.NBSP
MINUS = formats.MINUS

#: Notes that warn the agents and the committee; a letter does not carry them.
FOR_AGENTS = frozenset({"to_confirm"})


@dataclass(frozen=True)
class Row:
    """A line of the computation. ``kind``: base, resource, deduction, subtotal or total. ``why``: article and rate."""

    kind: str
    key: str
    label: str
    amount: str
    why: str = ""

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "key": self.key, "label": self.label, "amount": self.amount, "why": self.why}


def _known(language: str) -> str:
    return language if language in LANGUAGES else "fr"


def amount_text(value: Decimal | str, language: str, currency: str = "EUR") -> str:
    """An amount as a letter in this language prints it."""
    return formats.amount(Decimal(str(value)).quantize(Decimal("0.01")), currency, _known(language))


def _colon(language: str) -> str:
    return f"{HARD}: " if language == "fr" else ": "


def day_text(day: date | str, language: str) -> str:
    """A short date as this language prints it."""
    return formats.day(day, code=_known(language))


def walk(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tree
    for child in tree.get("operands", ()):
        yield from walk(child)


def find(tree: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return next((node for node in walk(tree) if node["key"] == key and node["op"] != "ref"), None)


def _why(node: Mapping[str, Any], language: str) -> str:
    parts = [node["article"][language]] if "article" in node else []
    parts += [node["note"][language]] if "note" in node else []
    return "; ".join(parts)


def _times_twelve(node: Mapping[str, Any], language: str) -> str:
    """ "600,00 € × 12" of a yearly amount projected from a month; empty otherwise."""
    if node["op"] != "multiply" or len(node["operands"]) != 2:
        return ""
    month, twelve = node["operands"]
    if not twelve["key"].endswith(".twelve"):
        return ""
    return f"{amount_text(month['value'], language)} × {Decimal(twelve['value']).to_integral_value()}"


def _items(node: Mapping[str, Any], language: str) -> Iterator[Row]:
    """The rows of what is added up in the resources."""
    key = node["key"]
    if key == "ris.work.total":
        for child in node["operands"]:
            yield from _items(child, language)
    elif key == "ris.work.counted":
        gross, exemption = node["operands"]
        yield from _items(gross, language)
        yield Row(
            "deduction",
            exemption["key"],
            exemption["label"][language],
            amount_text(-Decimal(exemption["value"]), language),
            _why(exemption, language),
        )
    elif key == "ris.cohabitants.counted":
        computed, _ceiling = node["operands"]
        yield from _items(computed, language)
        difference = Decimal(node["value"]) - Decimal(computed["value"])
        yield Row(
            "deduction",
            key,
            node["label"][language],
            amount_text(difference, language),
            node["operands"][1].get("note", {}).get(language, ""),
        )
    elif key == "ris.cohabitants.computed":
        for child in node["operands"]:
            text = child["label"][language] + _colon(language)
            income = child["operands"][0]
            if child["op"] == "not_counted":
                detail = amount_text(income["value"], language)
            else:
                detail = f"{amount_text(income['value'], language)} {MINUS} {amount_text(child['operands'][1]['value'], language)}"
            yield Row("resource", child["key"], text + detail, amount_text(child["value"], language), _why(child, language))
    else:
        times = _times_twelve(node, language)
        text = node["label"][language] + (f", {times}" if times else "")
        yield Row("resource", key, text, amount_text(node["value"], language), _why(node, language))


def explain_rows(tree: Mapping[str, Any], language: str) -> list[Row]:
    """The computation as the rows of the letter's table, the last one being the amount."""
    language = _known(language)
    year, _twelve = tree["operands"]
    ceiling, counted = year["operands"]
    total, general = counted["operands"]
    rows = [Row("base", ceiling["key"], ceiling["label"][language], amount_text(ceiling["value"], language), _why(ceiling, language))]
    for node in total["operands"]:
        rows += _items(node, language)
    if Decimal(general["value"]):
        rows.append(
            Row(
                "deduction",
                general["key"],
                general["label"][language],
                amount_text(-Decimal(general["value"]), language),
                _why(general, language),
            )
        )
    rows.append(
        Row("subtotal", counted["key"], counted["label"][language], amount_text(counted["value"], language), _why(counted, language))
    )
    result = label("row.result", ceiling=amount_text(ceiling["value"], language), counted=amount_text(counted["value"], language))
    rows.append(Row("total", tree["key"], result[language], amount_text(tree["value"], language), _why(tree, language)))
    return rows


def explain_text(tree: Mapping[str, Any], language: str, notes: list[dict[str, Any]] | None = None) -> list[str]:
    """The computation as sentences for the letter, one paragraph each. ``notes``: those of the explanation, added at the end."""
    language = _known(language)
    year, _twelve = tree["operands"]
    ceiling, counted = year["operands"]
    total, general = counted["operands"]
    colon = _colon(language)
    lines = [label("text.category", amount=amount_text(ceiling["value"], language), article=_why(ceiling, language))[language]]
    if not total["operands"]:
        lines.append(label("text.no_resources")[language])
    for node in total["operands"]:
        for row in _items(node, language):
            lines.append(f"{row.label}{colon}{row.amount}" + (f" ({row.why})." if row.why else "."))
    if Decimal(general["value"]):
        lines.append(f"{general['label'][language]}{colon}{amount_text(-Decimal(general['value']), language)} ({_why(general, language)}).")
    if total["operands"]:
        lines.append(f"{counted['label'][language]}{colon}{amount_text(counted['value'], language)} ({_why(counted, language)}).")
    lines.append(
        label(
            "text.result",
            ceiling=amount_text(ceiling["value"], language),
            counted=amount_text(counted["value"], language),
            year=amount_text(year["value"], language),
            month=amount_text(tree["value"], language),
        )[language]
    )
    if not Decimal(tree["value"]):
        lines.append(label("text.floor")[language])
    lines += [note["text"][language] for note in notes or ()]
    return lines


def computed_data(tree: Mapping[str, Any], language: str, notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What a computed block of a letter holds: rows and sentences, ready to print, and the bare amount."""
    told = [note for note in notes or () if note["key"] not in FOR_AGENTS]
    return {
        "rows": [row.to_json() for row in explain_rows(tree, language)],
        "lines": explain_text(tree, language, told),
        "notes": [note["text"][_known(language)] for note in told],
        "warnings": [note["text"][_known(language)] for note in notes or () if note["key"] in FOR_AGENTS],
        "amount": tree["value"],
        "amount_text": amount_text(tree["value"], language),
    }


@dataclass(frozen=True)
class Change:
    """A node whose value differs between two calculations; None = absent."""

    key: str
    label: str
    before: Decimal | None
    after: Decimal | None


def compare_trees(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Change]:
    """What changed from one calculation to the next, in the order of the new tree; references and constants are left out."""
    language = _known(language)

    def values(tree: Mapping[str, Any]) -> dict[str, tuple[str, Decimal]]:
        return {n["key"]: (n["label"][language], Decimal(n["value"])) for n in walk(tree) if n["op"] not in {"ref", "constant"}}

    old, new = values(before), values(after)
    changes = [
        Change(key, text, old[key][1] if key in old else None, value)
        for key, (text, value) in new.items()
        if key not in old or old[key][1] != value
    ]
    return changes + [Change(key, text, value, None) for key, (text, value) in old.items() if key not in new]
