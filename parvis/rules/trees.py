"""The explanation tree prepared for the screen: texts of one language, amounts formatted, details ready to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from parvis.rules.enums import ParameterStatus
from parvis.rules.explain import MINUS, amount_text, day_text, walk
from parvis.rules.labels import LANGUAGES
from parvis.rules.sources import in_words

DEDUCTED = {"ris.exemption.isp", "ris.exemption.general"}
HIDDEN = {"constant", "ref"}

#: Sums that only lead to the next one: their parts are shown in their place.
PASSED = {"ris.year", "ris.resources.total", "ris.work.counted", "ris.work.total", "ris.cohabitants.computed"}


@dataclass
class TreeNode:
    """One line of the tree. ``details``: pairs (name, text) shown when it is opened; ``marks``: warnings beside the label."""

    key: str
    label: str
    amount: str
    why: str = ""
    article: str = ""
    root: bool = False
    deduction: bool = False
    changed: bool = False
    marks: list[str] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    children: list[TreeNode] = field(default_factory=list)


def _operation(node: Mapping[str, Any], language: str) -> str:
    def shown(child: Mapping[str, Any]) -> str:
        if child["op"] == "constant":
            return format(Decimal(child["value"]).normalize(), "f")
        return amount_text(child["value"], language)

    signs = {"multiply": " × ", "divide": " ÷ ", "add": " + ", "subtract": f" {MINUS} ", "subtract_floor": f" {MINUS} "}
    operands = node.get("operands", ())
    if node["op"] in signs and len(operands) > 1:
        text = signs[node["op"]].join(shown(child) for child in operands)
        if node["op"] == "subtract_floor" and not Decimal(node["value"]):
            text += ", " + _("never below zero")
        if node.get("round"):
            text += ", " + _("rounded to the cent")
        return text
    if node["op"] == "min":
        return _("the smaller of %(amounts)s") % {"amounts": " / ".join(shown(child) for child in operands)}
    if node["op"] == "exempt_if_below":
        if Decimal(node["value"]):
            return _("granted because the resources are below the amount of the category")
        return (
            _("not granted: the resources are not below the amount of the category")
            if Decimal(operands[0]["value"])
            else _("no resources to exempt")
        )
    return ""


def tree_view(tree: Mapping[str, Any], language: str, *, changed: frozenset[str] | set[str] = frozenset()) -> TreeNode:
    """The tree for ``rules/_tree.html``. ``changed``: keys to mark as changed since another calculation."""
    language = language if language in LANGUAGES else "fr"
    return _build(tree, language, changed, root=True)


def _shown(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for node in nodes:
        if node["op"] in HIDDEN:
            continue
        if node["key"] in PASSED:
            yield from _shown(node["operands"])
        else:
            yield node


def _single(node: Mapping[str, Any]) -> bool:
    """A line that opens to one given value or rate: shown as one, with what is below it in its details."""
    below = [child for child in walk(node) if child["op"] in {"input", "parameter"}]
    return len(below) == 1 and node["op"] != "parameter" and node["op"] != "input"


def _details(node: Mapping[str, Any], language: str, out: TreeNode) -> None:
    """Operation, article, date, input and source of one node, added to the line that shows it."""

    def add(name: str, text: str) -> None:
        if text and (name, text) not in out.details:
            out.details.append((name, text))

    add(_("Operation"), _operation(node, language))
    add(_("Article"), node.get("article", {}).get(language, ""))
    if "on" in node:
        add(_("In force since") if "parameter" in node else _("Noted on") if "input" in node else _("From"), day_text(node["on"], language))
    if parameter := node.get("parameter"):
        add(_("Source of the rate"), in_words(parameter["source"]))
        out.url = out.url or parameter.get("url", "")
        out.why = _("rate of %(day)s") % {"day": day_text(parameter["valid_from"], language)}
        if parameter["status"] != ParameterStatus.CONFIRMED:
            out.marks.append(str(ParameterStatus(parameter["status"]).label))
    if given := node.get("input"):
        add(_("Source"), given.get("source", ""))
        add(_("Noted by"), given.get("entered_by", ""))
        out.why = " · ".join(part for part in (given.get("source"), given.get("entered_by")) if part)
    if "note" in node:
        add(_("Note"), node["note"][language])


def _build(node: Mapping[str, Any], language: str, changed: Any, *, root: bool = False) -> TreeNode:
    value = Decimal(node["value"])
    deduction = node["key"] in DEDUCTED
    out = TreeNode(
        key=node["key"],
        label=node["label"][language],
        amount=amount_text(-value if deduction else value, language),
        article=node.get("article", {}).get(language, ""),
        why=_operation(node, language),
        root=root,
        deduction=deduction and bool(value),
        changed=node["key"] in changed,
    )
    single = _single(node)
    for part in walk(node) if single else (node,):
        if part["op"] not in HIDDEN:
            _details(part, language, out)
    if not single:
        out.children = [_build(child, language, changed) for child in _shown(node.get("operands", ()))]
    return out
