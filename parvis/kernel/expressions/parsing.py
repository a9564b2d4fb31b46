"""From the text that experts type to the expression."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .checking import validate
from .language import _ROWS, MAX_DEPTH, MAX_TEXT, Ast, ExpressionError

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
