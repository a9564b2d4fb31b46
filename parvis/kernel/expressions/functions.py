"""What each operator computes, from values alone. Null rules and types: see the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel.periods import add_months

from .language import _CONTEXT, ExpressionError


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
