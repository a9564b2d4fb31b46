"""What is wrong with an expression, and which names it reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from .language import _ARITY, _DECIMAL, _LIMIT, _NAME, _ROWS, _WORD, MAX_DEPTH, Ast, ExpressionError, _args, _iso


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
