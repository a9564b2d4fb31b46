"""The revenu d'intégration as a tree of operations. Pure: no database, no clock, exact decimals.

The engine builds the tree and reads its amounts back from it: there is only one arithmetic, ``evaluate``. What the page, the
letter and the decision pack show is this tree.

A node: ``key``, ``label`` (four languages), ``op``, ``operands``, ``value``, ``unit``, ``round`` and, where they apply, ``article``,
``on``, ``input`` (source, who entered it), ``parameter`` (validity, source, status), ``note``.

Yearly basis: net resources are projected over a year and set against the yearly amount of the category; a month is a twelfth.
Only whole months are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from parvis.rules.labels import RELATIONS, label
from parvis.rules.values import Cohabitant, Equity, Explanation, Label, ParameterValue, Resource

RULESET = "be.ris"
VERSION = "2026.1"

CATEGORIES = ("1", "2", "3")
KINDS = ("net_work", "maintenance", "other")
PERIODICITIES = ("month", "year")
BASES = ("ris", "equivalent_aid")

ZERO = Decimal(0)
CENT = Decimal("0.01")

#: Parameters that ``compute`` reads; the caller gives them as they answer on the day.
PARAMETERS = (
    "be.ris.category.1",
    "be.ris.category.2",
    "be.ris.category.3",
    "be.ris.exemption.general.1",
    "be.ris.exemption.general.2",
    "be.ris.exemption.general.3",
    "be.ris.exemption.isp",
    "be.ris.cohabitants.relations",
)


class CalculationError(ValueError):
    """The inputs make no sense. ``code`` names the fault, ``field`` the input."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class TreeError(ValueError):
    """A tree that cannot be computed: unknown operation, missing reference, wrong number of operands."""


# Evaluation ---------------------------------------------------------------------------------------------------------


def _leaf_value(node: Mapping[str, Any]) -> Decimal:
    try:
        return Decimal(str(node["value"]))
    except (KeyError, InvalidOperation) as fault:
        raise TreeError(f"{node.get('key', '?')}: a leaf needs a decimal value") from fault


def _index(node: Mapping[str, Any], found: dict[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    key = node.get("key")
    if key and node.get("op") != "ref":
        if key in found:
            raise TreeError(f"{key} appears twice in the tree")
        found[key] = node
    for child in node.get("operands", ()):
        _index(child, found)
    return found


def _apply(op: str, values: Sequence[Decimal], key: str) -> Decimal:
    match op, len(values):
        case "add", _:
            return sum(values, ZERO)
        case "subtract", n if n >= 1:
            return values[0] - sum(values[1:], ZERO)
        case "subtract_floor", n if n >= 1:
            return max(values[0] - sum(values[1:], ZERO), ZERO)
        case "multiply", n if n >= 1:
            product = values[0]
            for value in values[1:]:
                product *= value
            return product
        case "divide", 2 if values[1]:
            return values[0] / values[1]
        case "min", n if n >= 1:
            return min(values)
        case "max", n if n >= 1:
            return max(values)
        case "exempt_if_below", 3:
            # (resources, ceiling, exemption): nothing when the resources reach the ceiling, never more than the resources
            resources, ceiling, exemption = values
            return min(exemption, resources) if resources < ceiling else ZERO
        case "not_counted", _:
            return ZERO
        case _:
            raise TreeError(f"{key}: no operation {op!r} with {len(values)} operands")


LEAVES = frozenset({"parameter", "input", "constant"})


def evaluate(tree: Mapping[str, Any]) -> dict[str, Decimal]:
    """The value of every node, from the leaves alone: the values written on inner nodes are not read.

    Raises:
        TreeError: the tree cannot be computed.
    """
    nodes = _index(tree, {})
    done: dict[str, Decimal] = {}
    running: set[str] = set()

    def value(node: Mapping[str, Any]) -> Decimal:
        op = str(node.get("op"))
        if op == "ref":
            target = str(node.get("ref"))
            if target not in nodes:
                raise TreeError(f"reference to an unknown node: {target}")
            return value(nodes[target])
        key = str(node.get("key"))
        if key in done:
            return done[key]
        if key in running:
            raise TreeError(f"{key} depends on itself")
        running.add(key)
        if op in LEAVES:
            result = _leaf_value(node)
        else:
            result = _apply(op, [value(child) for child in node.get("operands", ())], key)
        if node.get("round"):
            result = result.quantize(Decimal(str(node["round"])), rounding=ROUND_HALF_UP)
        running.discard(key)
        done[key] = result
        return result

    value(tree)
    return done


def recompute_from_tree(tree: Mapping[str, Any]) -> Decimal:
    """The amount of the root, from the leaves alone."""
    return evaluate(tree)[str(tree["key"])]


def _text(value: Decimal) -> str:
    """Exact, at least two decimals, no exponent and no superfluous zeros."""
    shown = format(value.normalize(), "f")
    whole, _, part = shown.partition(".")
    return f"{whole}.{part.ljust(2, '0')}"


def _fill(node: dict[str, Any], values: Mapping[str, Decimal]) -> None:
    if node["op"] == "ref":
        node["value"] = _text(values[node["ref"]])
    else:
        node["value"] = _text(values[node["key"]])
    for child in node.get("operands", ()):
        _fill(child, values)


# Building -----------------------------------------------------------------------------------------------------------


def _node(key: str, text: Label, op: str, operands: Sequence[dict[str, Any]] = (), *, unit: str, **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"key": key, "label": text, "op": op, "operands": list(operands), "unit": unit}
    node.update({name: value for name, value in more.items() if value not in (None, "", [])})
    return node


def _ref(target: str, text: Label, unit: str) -> dict[str, Any]:
    return {"key": f"{target}.ref", "label": text, "op": "ref", "ref": target, "operands": [], "unit": unit}


def _constant(key: str, value: str, text: Label, unit: str) -> dict[str, Any]:
    return {"key": key, "label": text, "op": "constant", "operands": [], "value": value, "unit": unit}


def _parameter(key: str, text: Label, rate: ParameterValue, unit: str, article: Label | None = None) -> dict[str, Any]:
    return _node(
        key,
        text,
        "parameter",
        value=_text(rate.decimal),
        unit=unit,
        article=article,
        on=rate.valid_from.isoformat(),
        parameter=rate.to_json(),
    )


def _input(key: str, text: Label, amount: Decimal, periodicity: str, item: Resource | Cohabitant) -> dict[str, Any]:
    return _node(
        key,
        text,
        "input",
        value=_text(amount),
        unit=f"EUR/{periodicity}",
        on=item.entered_on.isoformat() if item.entered_on else None,
        input={
            "source": item.source,
            "entered_by": item.entered_by,
            "entered_on": item.entered_on.isoformat() if item.entered_on else None,
            "ref": item.ref,
        },
    )


def _per_year(key: str, text: Label, amount: Decimal, periodicity: str, item: Resource | Cohabitant, **more: Any) -> dict[str, Any]:
    """The yearly amount of an item: itself, or twelve times the month."""
    if periodicity == "year":
        node = _input(key, text, amount, "year", item)
        node.update(more)
        return node
    month = _input(f"{key}.month", label("per_month"), amount, "month", item)
    return _node(key, text, "multiply", [month, _constant(f"{key}.twelve", "12", label("months"), "")], unit="EUR/year", **more)


def _check(category: str, resources: Sequence[Resource], cohabitants: Sequence[Cohabitant], equity: Equity | None, basis: str) -> None:
    if category not in CATEGORIES:
        raise CalculationError("category", "category")
    if basis not in BASES:
        raise CalculationError("basis", "basis")
    items: list[Resource | Cohabitant] = [*resources, *cohabitants]
    for item in items:
        if not isinstance(item.amount, Decimal) or not item.amount.is_finite() or item.amount < 0:
            raise CalculationError("amount", "resources")
        if item.amount != item.amount.quantize(CENT) or item.amount >= Decimal("10000000"):
            raise CalculationError("amount", "resources")
        if item.periodicity not in PERIODICITIES:
            raise CalculationError("periodicity", "resources")
    for resource in resources:
        if resource.kind not in KINDS:
            raise CalculationError("kind", "resources")
    for cohabitant in cohabitants:
        if cohabitant.relation not in RELATIONS:
            raise CalculationError("relation", "cohabitants")
    if equity is not None:
        if not equity.reason.strip():
            raise CalculationError("equity_reason", "equity")
        if not cohabitants:
            raise CalculationError("equity_without_cohabitant", "equity")
        if equity.counted_per_year < 0:
            raise CalculationError("amount", "equity")


def _own_resources(resources: Sequence[Resource], isp: bool, rates: Mapping[str, ParameterValue]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    work: list[dict[str, Any]] = []
    for number, resource in enumerate(resources, start=1):
        named = label(f"kind.{resource.kind}", name=resource.label) if resource.label else label(f"kind.{resource.kind}.bare")
        node = _per_year(f"ris.resource.{number}", named, resource.amount, resource.periodicity, resource)
        (work if resource.kind == "net_work" and isp else parts).append(node)
    if not work:
        return parts
    gross = _node("ris.work.total", label("work_total"), "add", work, unit="EUR/year") if len(work) > 1 else work[0]
    exemption = _node(
        "ris.exemption.isp",
        label("isp"),
        "min",
        [
            _node(
                "ris.exemption.isp.year",
                label("isp_year"),
                "multiply",
                [
                    _parameter("ris.exemption.isp.month", label("isp_month"), rates["be.ris.exemption.isp"], "EUR/month", label("art.isp")),
                    _constant("ris.exemption.isp.twelve", "12", label("months"), ""),
                ],
                unit="EUR/year",
            ),
            _ref(gross["key"], gross["label"], "EUR/year"),
        ],
        unit="EUR/year",
        article=label("art.isp"),
    )
    return [_node("ris.work.counted", label("work_counted"), "subtract_floor", [gross, exemption], unit="EUR/year"), *parts]


def _cohabitants(cohabitants: Sequence[Cohabitant], equity: Equity | None, rates: Mapping[str, ParameterValue]) -> list[dict[str, Any]]:
    if not cohabitants:
        return []
    counted_relations = set(rates["be.ris.cohabitants.relations"].value)
    category_1 = rates["be.ris.category.1"]
    nodes: list[dict[str, Any]] = []
    for number, person in enumerate(cohabitants, start=1):
        key = f"ris.cohabitant.{number}"
        named = label("cohabitant", name=person.name, relation=RELATIONS[person.relation])
        income = _per_year(f"{key}.income", label("cohabitant_income", name=person.name), person.amount, person.periodicity, person)
        if person.relation not in counted_relations:
            nodes.append(
                _node(key, named, "not_counted", [income], unit="EUR/year", article=label("art.cohabitants"), note=label("not_counted"))
            )
            continue
        keeps = _parameter(f"{key}.keeps", label("cohabitant_keeps"), category_1, "EUR/year", label("art.cohabitants"))
        nodes.append(_node(key, named, "subtract_floor", [income, keeps], unit="EUR/year", article=label("art.cohabitants")))
    computed = _node("ris.cohabitants.computed", label("cohabitants"), "add", nodes, unit="EUR/year", article=label("art.cohabitants"))
    if equity is None:
        return [computed]
    ceiling = _node(
        "ris.cohabitants.equity",
        label("equity_amount"),
        "input",
        value=_text(equity.counted_per_year),
        unit="EUR/year",
        input={"source": equity.reason, "entered_by": equity.entered_by, "entered_on": None, "ref": ""},
        note={language: equity.reason for language in ("fr", "nl", "de", "en")},
    )
    return [
        _node(
            "ris.cohabitants.counted", label("cohabitants_equity"), "min", [computed, ceiling], unit="EUR/year", article=label("art.equity")
        )
    ]


def compute(
    *,
    day: date,
    category: str,
    rates: Mapping[str, ParameterValue],
    resources: Sequence[Resource] = (),
    isp: bool = False,
    cohabitants: Sequence[Cohabitant] = (),
    equity: Equity | None = None,
    basis: str = "ris",
) -> Explanation:
    """The amount per month from ``day``, with its explanation. ``rates`` holds PARAMETERS as they answer on ``day``.

    Raises:
        CalculationError: an input makes no sense.
    """
    _check(category, resources, cohabitants, equity, basis)
    ceiling_label = label(f"category.{category}")
    ceiling = _parameter("ris.category", ceiling_label, rates[f"be.ris.category.{category}"], "EUR/year", label(f"art.category.{category}"))
    parts = [*_own_resources(resources, isp, rates), *_cohabitants(cohabitants, equity, rates)]
    total = _node("ris.resources.total", label("resources_total"), "add", parts, unit="EUR/year", article=label("art.resources"))
    general = _node(
        "ris.exemption.general",
        label("general_exemption"),
        "exempt_if_below",
        [
            _ref("ris.resources.total", label("resources_total"), "EUR/year"),
            _ref("ris.category", ceiling_label, "EUR/year"),
            _parameter(
                "ris.exemption.general.amount",
                label(f"general_exemption.{category}"),
                rates[f"be.ris.exemption.general.{category}"],
                "EUR/year",
                label("art.general_exemption"),
            ),
        ],
        unit="EUR/year",
        article=label("art.general_exemption"),
    )
    counted = _node(
        "ris.resources.counted",
        label("resources_counted"),
        "subtract_floor",
        [total, general],
        unit="EUR/year",
        article=label("art.resources"),
    )
    year = _node("ris.year", label(f"year.{basis}"), "subtract_floor", [ceiling, counted], unit="EUR/year", article=label("art.amount"))
    tree = _node(
        "ris.month",
        label(f"month.{basis}"),
        "divide",
        [year, _constant("ris.twelve", "12", label("months"), "")],
        unit="EUR/month",
        article=label(f"art.basis.{basis}"),
        on=day.isoformat(),
        round="0.01",
    )
    values = evaluate(tree)
    _fill(tree, values)
    return Explanation(
        ruleset=RULESET,
        version=VERSION,
        basis=basis,
        day=day,
        inputs={
            "category": category,
            "isp": isp,
            "resources": [resource.to_json() for resource in resources],
            "cohabitants": [person.to_json() for person in cohabitants],
            "equity": equity.to_json() if equity else None,
        },
        tree=tree,
        amount=values["ris.month"],
        notes=_notes(tree, day, basis, isp, equity),
    )


def parameters_in(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every parameter that the tree used."""
    found = [tree["parameter"]] if "parameter" in tree else []
    for child in tree.get("operands", ()):
        found += parameters_in(child)
    return found


def _notes(tree: Mapping[str, Any], day: date, basis: str, isp: bool, equity: Equity | None) -> list[dict[str, Any]]:
    notes = [{"key": "whole_months", "text": label("note.whole_months")}]
    used = parameters_in(tree)
    late = [p for p in used if p["status"] == "last_known"]
    if late:
        newest = max(p["valid_from"] for p in late)
        dotted = date.fromisoformat(newest).strftime("%d.%m.%Y")
        slashed = dotted.replace(".", "/")
        shown = {"fr": slashed, "nl": slashed, "de": dotted, "en": slashed}
        notes.append({"key": "last_known", "text": label("note.last_known", day=shown)})
    values = evaluate(tree)
    both = isp and values.get("ris.exemption.isp", ZERO) > 0 and values["ris.exemption.general"] > 0
    cohabiting = "ris.cohabitants.computed" in values
    if both or cohabiting or any(p["status"] == "to_confirm" for p in used):
        notes.append({"key": "to_confirm", "text": label("note.to_confirm")})
    if basis == "equivalent_aid":
        notes.append({"key": "equivalent_aid", "text": label("note.equivalent_aid")})
    if equity is not None:
        notes.append({"key": "equity", "text": label("note.equity")})
    return notes
