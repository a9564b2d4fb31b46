"""One walk that computes a value, within its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import Any

from django.utils.translation import gettext as _

from .functions import _EAGER, _all, _any, _flag, _normal, _number
from .language import _ARITY, _CONTEXT, _DECIMAL, _LEAVES, _LIMIT, _ROWS, MAX_DEPTH, MAX_STEPS, Ast, ExpressionError, Names, _args, _iso


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


_LAZY: dict[str, Callable[[_Run, list[Any], int], Any]] = {
    "and": lambda run, args, depth: run.junction(args, depth, False),
    "or": lambda run, args, depth: run.junction(args, depth, True),
    "if": _Run.choose,
    "coalesce": _Run.first,
}
