"""How a date, an amount and a name are printed, in the reader's language. Pages, letters and exports all pass here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol
from django.utils import translation

from parvis.kernel import clock

NBSP = "\u00a0"
MINUS = "\u2212"

# The centre is Belgian: language decides the words, Belgium the order and the separators.
LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "de": "de_BE", "en": "en_BE"}
FALLBACK = ("fr", "nl", "de", "en")


def language() -> str:
    """Two letters: the reader's language, French when none is active."""
    code = (translation.get_language() or "fr").split("-")[0].lower()
    return code if code in LOCALES else "fr"


@lru_cache(maxsize=8)
def locale_of(code: str) -> Locale:
    return Locale.parse(LOCALES.get(code, "fr_BE"))


def number(value: Any, digits: int | None = None, code: str | None = None) -> str:
    """A number with the reader's separators; ``digits`` fixes the decimals."""
    if value is None or value == "":
        return ""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") if digits is not None else None
    text: str = format_decimal(Decimal(str(value)), format=pattern, locale=locale_of(code or language()))
    return text.replace("\u202f", NBSP).replace("-", MINUS)


def amount(value: Any, currency: str = "EUR", code: str | None = None) -> str:
    """``1 044,51 €``: grouped, two decimals, sign and symbol kept on one line. Empty for no value."""
    if value is None or value == "":
        return ""
    digits = get_currency_precision(currency)
    symbol = get_currency_symbol(currency, locale=locale_of(code or language()))
    return f"{number(value, digits, code)}{NBSP}{symbol}"


def day(value: Any, style: str = "", code: str | None = None) -> str:
    """A date of law. Styles: ``13/02/2026`` (none), ``short`` 13/02, ``long`` 13 février 2026, ``full`` vendredi 13 février 2026,
    ``text`` vendredi 13 février (with its year when that is not the present one), ``month`` février 2026.
    """
    value = as_date(value)
    if value is None:
        return ""
    if style == "text" and value.year != clock.today().year:
        style = "full"
    chosen = code or language()
    dots = chosen == "de"
    patterns = {
        "": "dd.MM.yyyy" if dots else "dd/MM/yyyy",
        "short": "dd.MM." if dots else "dd/MM",
        "long": "d. MMMM yyyy" if dots else "d MMMM yyyy",
        "full": "EEEE, d. MMMM yyyy" if dots else "EEEE d MMMM yyyy",
        "text": "EEEE, d. MMMM" if dots else "EEEE d MMMM",
        "month": "MMMM yyyy",
    }
    text: str = format_date(value, patterns.get(style, patterns[""]), locale=locale_of(chosen))
    if chosen == "fr" and style in {"long", "full", "text"} and value.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return text


def moment(value: Any, style: str = "", code: str | None = None) -> str:
    """An instant in the centre's zone: ``13/02/2026 14:22``; ``time`` gives the hour alone, ``short`` drops the year,
    ``near`` says today and yesterday in words.
    """
    if value is None or value == "":
        return ""
    local = value.astimezone(clock.zone())
    hour = f"{local:%H:%M}"
    if style == "time":
        return hour
    if style == "near":
        from django.utils.translation import gettext

        today = clock.today()
        if local.date() == today:
            return f"{gettext('today')} {hour}"
        if local.date() == today - timedelta(days=1):
            return f"{gettext('yesterday')} {hour}"
    return f"{day(local.date(), 'short' if style == 'short' else '', code)}{NBSP}{hour}"


def last_day(value: Any) -> date | None:
    """Periods are half-open in data; a screen shows their last day, and nothing for an open one."""
    end = as_date(value)
    return None if end is None or end.year >= 9999 else end - timedelta(days=1)


def period(start: Any, end: Any, code: str | None = None) -> str:
    """``du 01/02/2026 au 28/02/2026``, or ``dès le 01/02/2026`` for an open period; ``end`` is excluded, as stored."""
    from django.utils.translation import gettext

    last = last_day(end)
    if last is None:
        return gettext("from %(start)s") % {"start": day(start, code=code)}
    return gettext("from %(start)s to %(end)s") % {"start": day(start, code=code), "end": day(last, code=code)}


def as_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return clock.date_of(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value:
        return date.fromisoformat(value[:10])
    return None


def label(value: Any, code: str | None = None) -> str:
    """The reader's language of ``{"fr": …, "nl": …}``; else the first language that has one. Other values pass as text."""
    if isinstance(value, dict):
        chosen = value.get(code or language())
        if chosen:
            return str(chosen)
        return next((str(value[c]) for c in FALLBACK if value.get(c)), next((str(v) for v in value.values() if v), ""))
    return "" if value is None else str(value)


def initials(name: Any) -> str:
    """Two letters of a name: its first word and its last; particles do not count."""
    words = [w for w in str(name or "").replace("’", "'").split() if w[:1].isalpha()]
    main = [w for w in words if w[:1].isupper()] or words
    if not main:
        return "?"
    return (main[0][0] + (main[-1][0] if len(main) > 1 else main[0][1:2])).upper()


def colon(text: Any) -> str:
    """A label before its value: French keeps a space before the colon."""
    return f"{label(text)}{NBSP}:" if language() == "fr" else f"{label(text)}:"
