"""The words of the language: operators, limits, names, the one error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from parvis.kernel.errors import DomainError

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


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        return None
