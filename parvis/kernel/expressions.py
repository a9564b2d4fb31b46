"""A closed language for conditions and computed values in forms, processes and rules. No Python is ever evaluated.

An expression is JSON: a literal, or an object with exactly one key, its operator. ``parse`` reads the textual form that
experts type, ``unparse`` writes it back, ``validate`` reports every fault with its path, ``evaluate`` computes.

Literals
    ``null``, ``true``, ``false``, an integer, a text; ``{"dec": "12.50"}``, ``{"date": "2026-03-02"}``, ``{"list": [...]}``.
Operators
    ``{"var": "a.b"}`` · ``and or not`` · ``eq ne lt le gt ge`` · ``in`` · ``add sub mul div neg`` · ``if`` · ``coalesce`` ·
    ``empty`` · ``min max abs round`` · ``size`` · ``any all count sum`` over rows: ``{"any": [rows, "r", condition]}`` ·
    dates: ``date_add_days date_add_months days_between years_between``.
Null rules (three-valued, as in SQL)
    A name without a value is null. Comparison, ``in`` and arithmetic with null give null. ``and`` is false as soon as one side
    is false, ``or`` true as soon as one is true, else null when one side is null; ``not null`` is null. ``any`` and ``all`` follow
    ``or`` and ``and``; over no rows they are false and true. ``sum`` skips null terms, ``size(null)`` is 0, ``empty(x)`` is never
    null (null, empty text and empty list are empty), ``coalesce`` takes the first non-null. Division by zero is null. A
    condition holds only when it is true: ``holds``.
Types
    Numbers are Decimal (an int becomes one; a float is refused), never mixed with booleans, texts or dates: that is an
    ``ExpressionError``, not a silent false. Date plus or minus a number is a date, date minus date a number of days.
Limits
    MAX_DEPTH nested operators, MAX_STEPS evaluated nodes, MAX_TEXT characters of text, magnitudes up to 10^30.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel.errors import DomainError
from parvis.kernel.periods import add_months

MAX_DEPTH = 40
MAX_STEPS = 20_000
MAX_TEXT = 4_000
_LIMIT = Decimal(10) ** 30
_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)

Ast = Any
Names = Mapping[str, Any]


class ExpressionError(DomainError):
    """The expression is malformed or asks for the impossible. ``path`` says where in the JSON."""

    def __init__(self, message: Any, *, path: str = "", code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else str(self.message)


# operator: (least, most) arguments
_ARITY: dict[str, tuple[int, int]] = {
    "and": (1, 200),
    "or": (1, 200),
    "not": (1, 1),
    "eq": (2, 2),
    "ne": (2, 2),
    "lt": (2, 2),
    "le": (2, 2),
    "gt": (2, 2),
    "ge": (2, 2),
    "in": (2, 2),
    "add": (2, 2),
    "sub": (2, 2),
    "mul": (2, 2),
    "div": (2, 2),
    "neg": (1, 1),
    "if": (3, 3),
    "coalesce": (1, 50),
    "empty": (1, 1),
    "min": (1, 50),
    "max": (1, 50),
    "abs": (1, 1),
    "round": (2, 2),
    "size": (1, 1),
    "date_add_days": (2, 2),
    "date_add_months": (2, 2),
    "days_between": (2, 2),
    "years_between": (2, 2),
}
_ROWS = ("any", "all", "count", "sum")
_LEAVES = ("var", "dec", "date")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z")


def _args(node: Mapping[str, Any]) -> tuple[str, list[Any]]:
    ((operator, value),) = node.items()
    return operator, list(value) if isinstance(value, list) else [value]


def problems(ast: Ast, names: Iterable[str] | None = None) -> list[str]:
    """Every fault of an expression, each with its path. ``names`` closes the list of known names (first word counts)."""
    known = None if names is None else set(names)
    found: list[str] = []
    _Faults(known, found).check(ast, "$", 0, frozenset())
    return found


def validate(ast: Ast, names: Iterable[str] | None = None) -> None:
    """Refuse a malformed expression.

    Raises:
        ExpressionError: the first fault, and how many more there are.
    """
    found = problems(ast, names)
    if found:
        more = _(" (and %(count)d more)") % {"count": len(found) - 1} if len(found) > 1 else ""
        raise ExpressionError(found[0] + more, code="expression_invalid")


class _Faults:
    """One walk over an expression that notes every fault."""

    def __init__(self, known: set[str] | None, found: list[str]) -> None:
        self.known = known
        self.found = found

    def say(self, path: str, message: str) -> None:
        self.found.append(f"{path}: {message}")

    def check(self, ast: Ast, path: str, depth: int, bound: frozenset[str]) -> None:
        if depth > MAX_DEPTH:
            self.say(path, _("nested more than %(count)d times") % {"count": MAX_DEPTH})
        elif isinstance(ast, float):
            self.say(path, _('write a decimal as {"dec": "12.50"}'))
        elif ast is None or isinstance(ast, bool | int | str):
            if isinstance(ast, int) and abs(ast) > _LIMIT:
                self.say(path, _("number too large"))
        elif not isinstance(ast, dict) or len(ast) != 1:
            self.say(path, _("an operator is an object with one key"))
        else:
            self.operator(ast, path, depth, bound)

    def operator(self, ast: dict[str, Any], path: str, depth: int, bound: frozenset[str]) -> None:
        operator, args = _args(ast)
        value, here = ast[operator], f"{path}.{operator}"
        if operator in {"var", "dec", "date"}:
            self.leaf(operator, value, here, bound)
        elif operator == "list" and not isinstance(value, list):
            self.say(here, _("a list is written in brackets"))
        elif operator in _ROWS:
            self.rows(value, here, depth, bound)
        elif operator in _ARITY or operator == "list":
            least, most = _ARITY.get(operator, (0, 10_000))
            if not least <= len(args) <= most:
                self.say(here, _("wrong number of values (%(count)d)") % {"count": len(args)})
                return
            for index, item in enumerate(args):
                self.check(item, f"{here}[{index}]" if isinstance(value, list) else here, depth + 1, bound)
        else:
            self.say(path, _("unknown operator: %(name)s") % {"name": operator})

    def leaf(self, operator: str, value: Any, here: str, bound: frozenset[str]) -> None:
        if operator == "var":
            if not isinstance(value, str) or not _NAME.match(value):
                self.say(here, _("not a name: %(name)s") % {"name": value})
            elif self.known is not None and value not in self.known and value.split(".")[0] not in self.known | bound:
                self.say(here, _("unknown name: %(name)s") % {"name": value})
        elif operator == "dec":
            if not isinstance(value, str) or not _DECIMAL.match(value):
                self.say(here, _("not a decimal: %(value)s") % {"value": value})
        elif _iso(value) is None:
            self.say(here, _("not a date (year-month-day): %(value)s") % {"value": value})

    def rows(self, value: Any, here: str, depth: int, bound: frozenset[str]) -> None:
        if not isinstance(value, list) or len(value) != 3:
            self.say(here, _("needs rows, the name of a row and an expression"))
        elif not isinstance(value[1], str) or not _WORD.match(value[1]):
            self.say(here, _("not a name: %(name)s") % {"name": value[1]})
        else:
            self.check(value[0], f"{here}[0]", depth + 1, bound)
            self.check(value[2], f"{here}[2]", depth + 1, bound | {value[1]})


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        return None


def names_in(ast: Ast) -> set[str]:
    """The outside names that an expression reads, in full ("m.age" of a row is left out)."""
    found: set[str] = set()

    def walk(node: Any, bound: frozenset[str]) -> None:
        if not isinstance(node, dict) or len(node) != 1:
            return
        operator, args = _args(node)
        if operator == "var":
            if str(node["var"]).split(".")[0] not in bound:
                found.add(str(node["var"]))
        elif operator in _ROWS and len(args) == 3:
            walk(args[0], bound)
            walk(args[2], bound | {args[1]})
        elif operator not in {"dec", "date"}:
            for item in args:
                walk(item, bound)

    walk(ast, frozenset())
    return found


# Evaluation -----------------------------------------------------------------------------------------------------------


def holds(ast: Ast, names: Names) -> bool:
    """True only when the condition is true: false and null do not hold."""
    return evaluate(ast, names) is True


def evaluate(ast: Ast, names: Names, *, max_steps: int = MAX_STEPS) -> Any:
    """The value of an expression: Decimal, date, text, bool, list, mapping or None. ``names`` may compute lazily.

    A dotted name is looked up whole first (``names["decisions.chief_level"]``), then word by word in nested mappings.

    Raises:
        ExpressionError: malformed, types that do not mix, too deep or too long.
    """
    return _Run(names, max_steps).value(ast, 0)


def _normal(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str | Decimal | Mapping):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        raise ExpressionError(_("a float is not exact; give a Decimal"), code="type")
    if isinstance(value, datetime):
        raise ExpressionError(_("an instant is not a date of law"), code="type")
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    raise ExpressionError(_("a value of type %(type)s cannot be used here") % {"type": type(value).__name__}, code="type")


def _kind(value: Any) -> str:
    for kind, types in (("bool", bool), ("number", Decimal), ("text", str), ("date", date), ("list", list)):
        if isinstance(value, types):
            return kind
    return "row"


class _Run:
    def __init__(self, names: Names, max_steps: int) -> None:
        self.names = names
        self.left = max_steps
        self.bound: dict[str, Any] = {}

    def value(self, node: Ast, depth: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise ExpressionError(_("the expression takes too many steps"), code="steps")
        if depth > MAX_DEPTH:
            raise ExpressionError(_("nested more than %(count)d times") % {"count": MAX_DEPTH}, code="depth")
        if node is None or isinstance(node, bool | str):
            return node
        if isinstance(node, int):
            return self._bounded(Decimal(node))
        if not isinstance(node, dict) or len(node) != 1:
            raise ExpressionError(_("an operator is an object with one key"), code="expression_invalid")
        operator, args = _args(node)
        if operator in _LEAVES:
            return self._leaf(operator, node[operator])
        if operator == "list":
            return [self.value(item, depth + 1) for item in args]
        if operator in _ROWS:
            return self._rows(operator, args, depth)
        return self._apply(operator, args, depth)

    def _leaf(self, operator: str, value: Any) -> Any:
        if operator == "var":
            return self._lookup(str(value))
        if operator == "dec":
            if not isinstance(value, str) or not _DECIMAL.match(value):
                raise ExpressionError(_("not a decimal: %(value)s") % {"value": value}, code="expression_invalid")
            return Decimal(value)
        day = _iso(value)
        if day is None:
            raise ExpressionError(_("not a date (year-month-day): %(value)s") % {"value": value}, code="expression_invalid")
        return day

    def _apply(self, operator: str, args: list[Any], depth: int) -> Any:
        if operator not in _ARITY:
            raise ExpressionError(_("unknown operator: %(name)s") % {"name": operator}, code="expression_invalid")
        least, most = _ARITY[operator]
        if not least <= len(args) <= most:
            raise ExpressionError(_("wrong number of values (%(count)d)") % {"count": len(args)}, code="expression_invalid")
        lazy = _LAZY.get(operator)
        if lazy is not None:
            return lazy(self, args, depth + 1)
        values = [self.value(item, depth + 1) for item in args]
        try:
            result = _EAGER[operator](values)
        except (DecimalException, OverflowError, ValueError):
            raise ExpressionError(_("the result is out of range"), code="range") from None
        return self._bounded(result) if isinstance(result, Decimal) else result

    @staticmethod
    def _bounded(value: Decimal) -> Decimal:
        if not value.is_finite() or abs(value) > _LIMIT:
            raise ExpressionError(_("the result is out of range"), code="range")
        return value

    def _lookup(self, name: str) -> Any:
        head, *rest = name.split(".")
        if head in self.bound:
            value: Any = self.bound[head]
        elif name in self.names:
            return _normal(self.names[name])
        elif head in self.names:
            value = self.names[head]
        else:
            return None
        for word in rest:
            if value is None:
                return None
            if not isinstance(value, Mapping):
                raise ExpressionError(_("%(name)s has no parts") % {"name": name}, code="type")
            value = value.get(word)
        return _normal(value)

    def _rows(self, operator: str, args: list[Any], depth: int) -> Any:
        if len(args) != 3 or not isinstance(args[1], str):
            raise ExpressionError(_("needs rows, the name of a row and an expression"), code="expression_invalid")
        rows = self.value(args[0], depth + 1)
        if rows is None:
            rows = []
        if not isinstance(rows, list):
            raise ExpressionError(_("%(name)s needs rows") % {"name": operator}, code="type")
        name, results = args[1], []
        missing = object()
        before = self.bound.get(name, missing)
        for row in rows:
            self.bound[name] = row
            results.append(self.value(args[2], depth + 1))
        if before is missing:
            self.bound.pop(name, None)
        else:
            self.bound[name] = before
        if operator == "sum":
            total = Decimal(0)
            for item in results:
                if item is not None:
                    total = _CONTEXT.add(total, _number(item))
            return self._bounded(total)
        flags = [_flag(item) for item in results]
        if operator == "count":
            return Decimal(sum(1 for flag in flags if flag is True))
        return _all(flags) if operator == "all" else _any(flags)

    def junction(self, args: list[Any], depth: int, decisive: bool) -> bool | None:
        """``and`` / ``or``: stops at the first side that decides."""
        unknown = False
        for item in args:
            flag = _flag(self.value(item, depth))
            if flag is decisive:
                return decisive
            unknown = unknown or flag is None
        return None if unknown else not decisive

    def choose(self, args: list[Any], depth: int) -> Any:
        return self.value(args[1] if _flag(self.value(args[0], depth)) is True else args[2], depth)

    def first(self, args: list[Any], depth: int) -> Any:
        for item in args:
            value = self.value(item, depth)
            if value is not None:
                return value
        return None


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ExpressionError(_("a condition was expected, not %(type)s") % {"type": _kind(value)}, code="type")


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise ExpressionError(_("a number was expected, not %(type)s") % {"type": _kind(value)}, code="type")


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    raise ExpressionError(_("a date was expected, not %(type)s") % {"type": _kind(value)}, code="type")


def _all(flags: Sequence[bool | None]) -> bool | None:
    return False if False in flags else None if None in flags else True


def _any(flags: Sequence[bool | None]) -> bool | None:
    return True if True in flags else None if None in flags else False


def _same_kind(values: Sequence[Any]) -> None:
    kinds = {_kind(value) for value in values}
    if len(kinds) > 1:
        raise ExpressionError(_("%(types)s cannot be compared") % {"types": ", ".join(sorted(kinds))}, code="type")


def _compare(test: Callable[[Any, Any], bool], *, order: bool) -> Callable[[list[Any]], bool | None]:
    def run(values: list[Any]) -> bool | None:
        left, right = values
        if left is None or right is None:
            return None
        _same_kind(values)
        if order and _kind(left) not in {"number", "date", "text"}:
            raise ExpressionError(_("%(types)s have no order") % {"types": _kind(left)}, code="type")
        return test(left, right)

    return run


def _in(values: list[Any]) -> bool | None:
    item, items = values
    if item is None or items is None:
        return None
    if not isinstance(items, list):
        raise ExpressionError(_("%(name)s needs a list") % {"name": "in"}, code="type")
    members = [_normal(member) for member in items]
    if any(member is not None and _kind(member) == _kind(item) and member == item for member in members):
        return True
    return None if None in members else False


def _fold(step: Callable[[Decimal, Decimal], Decimal]) -> Callable[[list[Any]], Any]:
    def run(values: list[Any]) -> Decimal | None:
        if None in values:
            return None
        total = _number(values[0])
        for value in values[1:]:
            total = step(total, _number(value))
        return total

    return run


def _whole(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value() or abs(number) > 1_000_000:
        raise ExpressionError(_("a whole number of days or months was expected"), code="type")
    return int(number)


def _add(values: list[Any]) -> Any:
    if len(values) == 2 and isinstance(values[0], date) and values[1] is not None:
        return values[0] + timedelta(days=_whole(values[1]))
    return _fold(_CONTEXT.add)(values)


def _sub(values: list[Any]) -> Any:
    left, right = values
    if left is None or right is None:
        return None
    if isinstance(left, date):
        return Decimal((left - right).days) if isinstance(right, date) else left - timedelta(days=_whole(right))
    return _CONTEXT.subtract(_number(left), _number(right))


def _div(values: list[Any]) -> Decimal | None:
    left, right = values
    if left is None or right is None or _number(right) == 0:
        return None
    return _CONTEXT.divide(_number(left), _number(right))


def _extreme(pick: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def run(values: list[Any]) -> Any:
        if len(values) == 1 and isinstance(values[0], list):
            values = [_normal(item) for item in values[0]]
        present = [value for value in values if value is not None]
        if not present:
            return None
        _same_kind(present)
        if _kind(present[0]) not in {"number", "date"}:
            raise ExpressionError(_("%(types)s have no order") % {"types": _kind(present[0])}, code="type")
        return pick(present)

    return run


def _round(values: list[Any]) -> Decimal | None:
    number, places = values
    if number is None or places is None:
        return None
    digits = _whole(places)
    if not 0 <= digits <= 10:
        raise ExpressionError(_("round to 0 to 10 decimals"), code="type")
    try:
        return _number(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_CONTEXT)
    except InvalidOperation:
        raise ExpressionError(_("the result is out of range"), code="range") from None


def _size(values: list[Any]) -> Decimal:
    value = values[0]
    if value is None:
        return Decimal(0)
    if isinstance(value, list | str):
        return Decimal(len(value))
    raise ExpressionError(_("%(name)s needs rows") % {"name": "size"}, code="type")


def _years(values: list[Any]) -> Decimal | None:
    """Whole years from the first day to the second (an age); negative when the second lies before."""
    left, right = values
    if left is None or right is None:
        return None
    start, end = _day(left), _day(right)
    if end < start:
        return -_years([right, left])  # type: ignore[operator]
    return Decimal(end.year - start.year - ((end.month, end.day) < (start.month, start.day)))


def _none_or(call: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    return lambda values: None if None in values else call(values)


_EAGER: dict[str, Callable[[list[Any]], Any]] = {
    "not": lambda values: None if _flag(values[0]) is None else not values[0],
    "eq": _compare(lambda a, b: bool(a == b), order=False),
    "ne": _compare(lambda a, b: bool(a != b), order=False),
    "lt": _compare(lambda a, b: bool(a < b), order=True),
    "le": _compare(lambda a, b: bool(a <= b), order=True),
    "gt": _compare(lambda a, b: bool(a > b), order=True),
    "ge": _compare(lambda a, b: bool(a >= b), order=True),
    "in": _in,
    "add": _add,
    "sub": _sub,
    "mul": _fold(_CONTEXT.multiply),
    "div": _div,
    "neg": _none_or(lambda values: -_number(values[0])),
    "empty": lambda values: values[0] is None or values[0] == "" or values[0] == [],
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": _none_or(lambda values: abs(_number(values[0]))),
    "round": _round,
    "size": _size,
    "date_add_days": _none_or(lambda values: _day(values[0]) + timedelta(days=_whole(values[1]))),
    "date_add_months": _none_or(lambda values: add_months(_day(values[0]), _whole(values[1]))),
    "days_between": _none_or(lambda values: Decimal((_day(values[1]) - _day(values[0])).days)),
    "years_between": _years,
}
_LAZY: dict[str, Callable[[_Run, list[Any], int], Any]] = {
    "and": lambda run, args, depth: run.junction(args, depth, False),
    "or": lambda run, args, depth: run.junction(args, depth, True),
    "if": _Run.choose,
    "coalesce": _Run.first,
}

# Text -----------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<date>@\d{4}-\d{2}-\d{2})
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign><=|>=|!=|==|[=<>+\-*/(),:\[\]])
    )""",
    re.VERBOSE,
)
_SIGNS = {"=": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_FUNCTIONS = {
    "empty", "min", "max", "abs", "round", "size", "coalesce", "if",
    "date_add_days", "date_add_months", "days_between", "years_between",
}  # fmt: skip
_RESERVED = {"and", "or", "not", "in", "true", "false", "null"} | _FUNCTIONS | set(_ROWS)


def parse(text: str) -> Ast:
    """Read an expression, for example ``size(members) > 0 and any(m in members: m.income >= 100.50)``.

    Dates are written ``@2026-03-02``, lists ``["a", "b"]``.

    Raises:
        ExpressionError: what was expected, and at which character.
    """
    if len(text) > MAX_TEXT:
        raise ExpressionError(_("the expression is longer than %(count)d characters") % {"count": MAX_TEXT}, code="length")
    parser = _Parser(text)
    ast = parser.disjunction()
    parser.end()
    validate(ast)
    return ast


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise ExpressionError(_("unexpected character at position %(at)d") % {"at": position + 1}, code="syntax")
            self.tokens.append((match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
            position = match.end()
        self.at = 0
        self.depth = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at][:2] if self.at < len(self.tokens) else ("end", "")

    def take(self, value: str) -> bool:
        kind, text = self.peek()
        if kind in {"sign", "name"} and text == value:
            self.at += 1
            return True
        return False

    def need(self, value: str) -> None:
        if not self.take(value):
            self.fail(value)

    def fail(self, wanted: str) -> None:
        if self.at < len(self.tokens):
            position = self.tokens[self.at][2] + 1
            message = _("%(wanted)s expected at position %(at)d") % {"wanted": wanted, "at": position}
        else:
            message = _("%(wanted)s expected at the end") % {"wanted": wanted}
        raise ExpressionError(message, code="syntax")

    def end(self) -> None:
        if self.at < len(self.tokens):
            self.fail(_("the end"))

    def disjunction(self) -> Ast:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(_("nested more than %(count)d times") % {"count": MAX_DEPTH}, code="depth")
        items = [self.conjunction()]
        while self.take("or"):
            items.append(self.conjunction())
        self.depth -= 1
        return items[0] if len(items) == 1 else {"or": items}

    def conjunction(self) -> Ast:
        items = [self.negation()]
        while self.take("and"):
            items.append(self.negation())
        return items[0] if len(items) == 1 else {"and": items}

    def negation(self) -> Ast:
        if self.take("not"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ExpressionError(_("nested more than %(count)d times") % {"count": MAX_DEPTH}, code="depth")
            inner = self.negation()
            self.depth -= 1
            return {"not": [inner]}
        return self.comparison()

    def comparison(self) -> Ast:
        left = self.sum()
        kind, text = self.peek()
        if kind == "sign" and text in _SIGNS:
            self.at += 1
            return {_SIGNS[text]: [left, self.sum()]}
        if self.take("in"):
            return {"in": [left, self.sum()]}
        return left

    def sum(self) -> Ast:
        left = self.product()
        while True:
            if self.take("+"):
                left = {"add": [left, self.product()]}
            elif self.take("-"):
                left = {"sub": [left, self.product()]}
            else:
                return left

    def product(self) -> Ast:
        left = self.unary()
        while True:
            if self.take("*"):
                left = {"mul": [left, self.unary()]}
            elif self.take("/"):
                left = {"div": [left, self.unary()]}
            else:
                return left

    def unary(self) -> Ast:
        if self.take("-"):
            kind, text = self.peek()
            if kind == "number":
                self.at += 1
                return -int(text) if "." not in text else {"dec": f"-{text}"}
            return {"neg": [self.atom()]}
        return self.atom()

    def atom(self) -> Ast:
        kind, text = self.peek()
        if kind == "number":
            self.at += 1
            return {"dec": text} if "." in text else int(text)
        if kind == "text":
            self.at += 1
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "date":
            self.at += 1
            return {"date": text[1:]}
        if self.take("("):
            inner = self.disjunction()
            self.need(")")
            return inner
        if self.take("["):
            return {"list": self.items("]")}
        if kind == "name":
            self.at += 1
            if text in {"true", "false"}:
                return text == "true"
            if text == "null":
                return None
            if text in _ROWS:
                return self.rows(text)
            if text in _FUNCTIONS:
                self.need("(")
                return {text: self.items(")")}
            if text not in _RESERVED:
                return {"var": text}
            self.at -= 1
        self.fail(_("a value"))
        return None

    def rows(self, operator: str) -> Ast:
        self.need("(")
        kind, name = self.peek()
        if kind != "name" or "." in name or name in _RESERVED:
            self.fail(_("the name of a row"))
        self.at += 1
        self.need("in")
        source = self.sum()
        self.need(":")
        body = self.disjunction()
        self.need(")")
        return {operator: [source, name, body]}

    def items(self, close: str) -> list[Ast]:
        if self.take(close):
            return []
        found = [self.disjunction()]
        while self.take(","):
            found.append(self.disjunction())
        self.need(close)
        return found


_BINDING = {"or": 1, "and": 2, "not": 3, "eq": 4, "ne": 4, "lt": 4, "le": 4, "gt": 4, "ge": 4, "in": 4,
            "add": 5, "sub": 5, "mul": 6, "div": 6, "neg": 7}  # fmt: skip
_WRITTEN = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
            "add": "+", "sub": "-", "mul": "*", "div": "/"}  # fmt: skip


def unparse(ast: Ast) -> str:
    """The textual form of a valid expression; ``parse`` reads it back to one of the same value."""
    return _write(ast, 0)


def _write(node: Ast, binding: int) -> str:
    if node is None or isinstance(node, bool):
        return {None: "null", True: "true", False: "false"}[node]
    if isinstance(node, int):
        return f"({node})" if node < 0 and binding > 6 else str(node)
    if isinstance(node, str):
        return '"' + node.replace("\\", "\\\\").replace('"', '\\"') + '"'
    operator, args = _args(node)
    if operator in _LEAVES:
        text = str(node[operator])
        return f"@{text}" if operator == "date" else f"{text}.0" if operator == "dec" and "." not in text else text
    if operator == "list":
        return "[" + ", ".join(_write(item, 0) for item in args) + "]"
    if operator in _ROWS:
        return f"{operator}({args[1]} in {_write(args[0], 5)}: {_write(args[2], 0)})"
    mine = _BINDING.get(operator)
    if mine is None:
        return f"{operator}(" + ", ".join(_write(item, 0) for item in args) + ")"
    text = _write_infix(operator, args, mine)
    return f"({text})" if mine < binding else text


def _write_infix(operator: str, args: list[Any], mine: int) -> str:
    if operator in {"and", "or"}:
        return f" {operator} ".join(_write(item, mine + 1) for item in args)
    if operator == "not":
        return f"not {_write(args[0], mine)}"
    if operator == "neg":
        return f"-({_write(args[0], 0)})"
    left = _write(args[0], 5 if mine == 4 else mine)
    return f"{left} {_WRITTEN[operator]} {_write(args[1], mine + 1)}"
