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

from .checking import names_in, problems, validate
from .evaluation import evaluate, holds
from .language import MAX_DEPTH, MAX_STEPS, MAX_TEXT, Ast, ExpressionError, Names
from .parsing import parse
from .writing import unparse

__all__ = [
    "Ast",
    "ExpressionError",
    "MAX_DEPTH",
    "MAX_STEPS",
    "MAX_TEXT",
    "Names",
    "evaluate",
    "holds",
    "names_in",
    "parse",
    "problems",
    "unparse",
    "validate",
]
