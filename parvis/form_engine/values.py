"""One answer: read from what was posted, checked, typed for expressions, shown in a language. Pure; no database.

Stored answers are plain JSON: text, true or false, lists, ``"2026-03-02"``, ``"620.50"``. What could not be read stays as
``{"raw": …}`` so that nothing typed is ever lost; it counts as null and is an error until mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from parvis.kernel.errors import DomainError
from parvis.kernel.identifiers import bare_of, format_iban, format_niss, parse_iban, parse_niss
from parvis.ui import formats

from .enums import ADDRESS_PARTS, FieldType

Field = Mapping[str, Any]
EMPTY: tuple[Any, ...] = (None, "", [], {})


class Unreadable(ValueError):
    """The message says what is wrong and what to write instead."""


def is_raw(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"raw"}


def is_empty(value: Any) -> bool:
    if isinstance(value, dict) and not is_raw(value):
        return all(part in EMPTY for key, part in value.items() if key != "country")
    return value in EMPTY


# Read -----------------------------------------------------------------------------------------------------------------


def read(field: Field, name: str, post: Any) -> Any:
    """The stored value of an input named ``name`` in a POST; None when it was left empty. Uploads and rows are read elsewhere."""
    kind = field["type"]
    if kind == FieldType.CHOICES:
        allowed = {option["value"] for option in field["options"]}
        return [value for value in post.getlist(name) if value in allowed] or None
    if kind == FieldType.ADDRESS:
        parts = {part: _clean(post.get(f"{name}-{part}", ""))[:120] for part in ADDRESS_PARTS}
        parts["country"] = parts["country"] or "BE"
        return None if is_empty(parts) else parts
    if kind == FieldType.DATE:
        pieces = [post.get(f"{name}-{part}", "").strip()[:20] for part in ("d", "m", "y")]
        if not any(pieces):
            whole = post.get(name, "").strip()
            if not whole:
                return None
            pieces = list(reversed(whole.split("-"))) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", whole) else [whole[:20], "", ""]
        try:
            return parse_day(pieces).isoformat()
        except Unreadable:
            return {"raw": pieces}
    text = post.get(name, "")
    text = text.replace("\r\n", "\n").strip()[:20_000] if kind == FieldType.LONGTEXT else _clean(text)[:1000]
    if not text:
        return None
    try:
        return _READERS[kind](field, text)
    except (Unreadable, DomainError):
        return {"raw": text}


def _clean(text: str) -> str:
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def parse_day(pieces: list[str]) -> date:
    """Day, month and year as typed.

    Raises:
        Unreadable: not a date of the calendar, or a year of two digits.
    """
    day, month, year = (pieces + ["", "", ""])[:3]
    if not all(piece.isascii() and piece.isdecimal() for piece in (day, month, year)):
        raise Unreadable(_("Write the day, the month and the year in figures, for example 27 3 1987."))
    if len(year) != 4:
        raise Unreadable(_("Write the year with 4 figures, for example 1987."))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable(_("This date does not exist. Check the day and the month.")) from None


def parse_number(text: str) -> Decimal:
    """A number as people type it: ``1 234,50``, ``1.234,50``, ``1234.50``.

    Raises:
        Unreadable: anything else.
    """
    bare = re.sub(r"[\s\u00a0\u202f€']|EUR", "", text)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", bare):
        bare = bare.replace(".", "")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)", bare):
        bare = bare.replace(",", "")
    bare = bare.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", bare):
        raise Unreadable(_("Write a number in figures, for example 620,50."))
    try:
        return Decimal(bare)
    except InvalidOperation:  # pragma: no cover  (the pattern allows none)
        raise Unreadable(_("Write a number in figures, for example 620,50.")) from None


def parse_phone(text: str) -> str:
    """International form; a number that starts with 0 is Belgian.

    Raises:
        Unreadable: not 8 to 15 figures.
    """
    text = re.sub(r"^\s*((?:\+|00)[\d\s]+)\(0\)", r"\1", text)  # +32 (0)470 …: the nought is not dialled from abroad
    bare = re.sub(r"[()]", "", bare_of(text))
    bare = "+" + bare[2:] if bare.startswith("00") else bare
    if bare.startswith("0"):
        bare = "+32" + bare[1:]
    if not re.fullmatch(r"\+\d{8,15}", bare):
        raise Unreadable(_("Write a telephone number, for example 0470 12 34 56."))
    return bare


def _read_money(_field: Field, text: str) -> str:
    amount = parse_number(text)
    if amount != round(amount, 2):
        raise Unreadable(_("Write at most two figures after the comma."))
    return f"{amount:.2f}"


def _read_number(field: Field, text: str) -> str:
    number = parse_number(text)
    if number != round(number, field.get("decimals", 0)):
        raise Unreadable(_("Write a whole number.") if not field.get("decimals") else _("There are too many figures after the comma."))
    return f"{number:f}"


def _read_choice(field: Field, text: str) -> str:
    if text not in {option["value"] for option in field["options"]}:
        raise Unreadable(_("Choose one of the answers."))
    return text


def _read_yes_no(_field: Field, text: str) -> bool:
    if text not in {"yes", "no"}:
        raise Unreadable(_("Choose yes or no."))
    return text == "yes"


def _read_email(_field: Field, text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Unreadable(_("Write an e-mail address, for example name@example.be.")) from None
    return text


_READERS: dict[str, Callable[[Field, str], Any]] = {
    FieldType.TEXT: lambda field, text: text,
    FieldType.LONGTEXT: lambda field, text: text,
    FieldType.CHOICE: _read_choice,
    FieldType.YES_NO: _read_yes_no,
    FieldType.NUMBER: _read_number,
    FieldType.MONEY: _read_money,
    FieldType.EMAIL: _read_email,
    FieldType.PHONE: lambda field, text: parse_phone(text),
    FieldType.NISS: lambda field, text: parse_niss(text),
    FieldType.IBAN: lambda field, text: parse_iban(text),
}

# Check ----------------------------------------------------------------------------------------------------------------


def fault(field: Field, value: Any, today: date) -> str | None:
    """What is wrong with a stored value, in the reader's language; None when it may be sent."""
    if is_empty(value):
        return _missing(field) if field.get("required") else None
    if is_raw(value):
        return _unreadable(field, value["raw"])
    kind = field["type"]
    if field.get("list"):
        return _no_longer(field, value)
    if kind in {FieldType.TEXT, FieldType.LONGTEXT}:
        most = field.get("max_length", 200 if kind == FieldType.TEXT else 4000)
        return _("This is too long: %(most)d characters at most.") % {"most": most} if len(value) > most else None
    if kind in {FieldType.NUMBER, FieldType.MONEY}:
        return _bounds(field, Decimal(value))
    if kind == FieldType.DATE:
        day = date.fromisoformat(value)
        if field.get("past") and day > today:
            return _("This date is in the future.")
        if field.get("future") and day < today:
            return _("This date is in the past.")
        if not date(1880, 1, 1) <= day <= date(today.year + 100, 12, 31):
            return _("Check the year.")
    if kind == FieldType.ADDRESS and not (value.get("street") and value.get("municipality")):
        return _("Write at least the street and the town.")
    code = value.get("postal_code", "") if kind == FieldType.ADDRESS else ""
    if code and value.get("country", "BE") == "BE" and not re.fullmatch(r"[1-9]\d{3}", code):
        return _("A Belgian postal code has four digits. For an address abroad, leave it empty and write it with the town.")
    return None


def _no_longer(field: Field, value: Any) -> str | None:
    """An answer from a list that lives on, chosen on a day on which it was offered, and no longer there."""
    options = {option["value"]: option for option in field["options"]}
    for item in value if isinstance(value, list) else [value]:
        if item not in options:
            return _("An answer that you chose is no longer offered. Choose another one.")
        if options[item].get("until"):
            told = {"answer": formats.label(options[item]["label"]), "day": formats.day(date.fromisoformat(options[item]["until"]))}
            return _("“%(answer)s” was offered until %(day)s. Choose another answer.") % told
    return None


def _missing(field: Field) -> str:
    return {
        FieldType.CHOICE: _("Choose one of the answers."),
        FieldType.CHOICES: _("Tick the box to go on.") if len(field.get("options", ())) == 1 else _("Choose at least one answer."),
        FieldType.YES_NO: _("Choose yes or no."),
        FieldType.UPLOAD: _("Add at least one file."),
        FieldType.ROWS: _("Add at least one line."),
        FieldType.DATE: _("Write a date."),
    }.get(field["type"], _("Write an answer."))


def _unreadable(field: Field, raw: Any) -> str:
    try:
        if field["type"] == FieldType.DATE:
            parse_day(list(raw))
        else:
            _READERS[field["type"]](field, str(raw))
    except (Unreadable, DomainError) as error:
        return str(error)
    return _("This cannot be read.")


def _bounds(field: Field, number: Decimal) -> str | None:
    low, high = field.get("min"), field.get("max")
    if low is None and field["type"] == FieldType.MONEY:
        low = 0
    if low is not None and number < low:
        return _("This must be at least %(low)s.") % {"low": formats.number(low)}
    if high is not None and number > high:
        return _("This must be at most %(high)s.") % {"high": formats.number(high)}
    return None


# Typed and shown ------------------------------------------------------------------------------------------------------


def typed(field: Field, value: Any) -> Any:
    """The value as expressions see it: Decimal, date, text, bool, list; None when empty or unreadable."""
    if is_empty(value) or is_raw(value):
        return None
    kind = field["type"]
    if kind in {FieldType.NUMBER, FieldType.MONEY}:
        return Decimal(value)
    if kind == FieldType.DATE:
        return date.fromisoformat(value)
    return value


def show(field: Field, value: Any, language: str | None = None) -> str:
    """The value in words, for summaries, receipts and agents."""
    if is_empty(value):
        return ""
    kind = field["type"]
    if is_raw(value):
        return "/".join(value["raw"]) if isinstance(value["raw"], list) else str(value["raw"])
    if kind == FieldType.COMPUTED:
        kind = field.get("show", "text")
    if kind in {FieldType.CHOICE, FieldType.CHOICES}:
        names = {option["value"]: formats.label(option["label"], language) for option in field["options"]}
        return ", ".join(names.get(item, item) for item in (value if isinstance(value, list) else [value]))
    if kind == FieldType.YES_NO:
        return _("Yes") if value else _("No")
    if kind == FieldType.DATE:
        return formats.day(date.fromisoformat(value) if isinstance(value, str) else value, code=language)
    if kind == FieldType.MONEY:
        return formats.amount(Decimal(value), code=language)
    if kind == FieldType.NUMBER:
        unit = formats.label(field.get("unit"), language) if field.get("unit") else ""
        return f"{formats.number(Decimal(value), code=language)} {unit}".strip()
    if kind == FieldType.NISS:
        return format_niss(value)
    if kind == FieldType.IBAN:
        return format_iban(value)
    if kind == FieldType.ADDRESS:
        return address_line(value)
    if kind == FieldType.UPLOAD:
        return ", ".join(item["name"] for item in value)
    return str(value)


def address_line(value: Mapping[str, str]) -> str:
    first = " ".join(part for part in (value.get("street", ""), value.get("number", "")) if part)
    if value.get("box"):
        first += f" / {value['box']}"
    second = " ".join(part for part in (value.get("postal_code", ""), value.get("municipality", "")) if part)
    country = value.get("country", "BE")
    return ", ".join(part for part in (first, second, country if country != "BE" else "") if part)
