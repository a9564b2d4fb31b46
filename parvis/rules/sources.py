"""Where the seeded rates and terms come from, in the reader's language. What a centre typed itself is shown as it was typed."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.ui import formats

#: Sources and remarks of ``reference/parameters.toml``, as they stand in the rows.
KNOWN = frozenset(
    (
        gettext_noop("BDAS 3363: up to 309.48 €/month, 3 years in total, may be spread over 6"),
        gettext_noop("BDAS 3479, Bruxelles-J: 5 working days to reflect"),
        gettext_noop("BDAS 3479: signed within 3 months"),
        gettext_noop("BDAS 4672, 4777: 3 months from the notification"),
        gettext_noop("BDAS 4672, 4777; Droits quotidiens: 3 months from the notification"),
        gettext_noop("BDAS 7649: transfer to the other centre within 5 days; kind of days not said"),
        gettext_noop("BDAS 7722, 4777: registered letter or against receipt within 8 days of the decision"),
        gettext_noop("CPAS Uccle: revision at least once a year"),
        gettext_noop("Droits quotidiens jeunes; BDAS 3321: 155 €/year, not indexed"),
        gettext_noop("Droits quotidiens jeunes; BDAS 3321: 250 €/year, not indexed"),
        gettext_noop("Droits quotidiens jeunes; BDAS 3321: 310 €/year, not indexed"),
        gettext_noop("Droits quotidiens: first payment within 15 days of the decision"),
        gettext_noop("Droits quotidiens: interest from the 46th day after the request when the decision is late by the centre's fault"),
        gettext_noop("Droits quotidiens: legal interest from the 16th day after the decision"),
        gettext_noop("Droits quotidiens: one month for social aid"),
        gettext_noop("Droits quotidiens; BDAS 4672: decision within 30 days of the request"),
        gettext_noop("House rule by analogy with the integration income: the organic law sets no term"),
        gettext_noop("House rule: 2 working days; each centre may set its own"),
        gettext_noop("House rule: set by each centre"),
        gettext_noop("House rule: the president decides an urgent aid by the next working day"),
        gettext_noop("Organic law of 08/07/1976, art. 62bis (from memory: have a lawyer confirm)"),
        gettext_noop("Royal decree of 07/01/2026, art. 34: all adult maintenance debtors under the roof; CPAS Uccle, CPASConnect"),
        gettext_noop("Royal decree of 11/07/2002, art. 34, before its change: partner, ascendants and descendants of the first degree"),
        gettext_noop("Value of 01/02/2025 carried back: earlier amounts were not found"),
        gettext_noop("ocmw-info-cpas: encoded in MediPrima and announced within 45 days"),
        gettext_noop("Derived: month times 12. Steps between this row and the next were not found."),
        gettext_noop("Derived: month times 12. The next row is one index step of 2 % higher, so none lies between."),
        gettext_noop("Derived: month times 12. The official yearly amount may differ by some cents."),
        gettext_noop("From memory: have a centre confirm."),
        gettext_noop("Sources conflict on whether counting them is mandatory: a motivated deviation in equity is possible."),
    )
)
_AMOUNT = re.compile(r"([\d,]+\.\d\d) €/(month|year)")


def _amount(found: re.Match[str]) -> str:
    amount = formats.amount(Decimal(found[1].replace(",", "")))
    return (_("%(amount)s per month") if found[2] == "month" else _("%(amount)s per year")) % {"amount": amount}


def in_words(text: str) -> str:
    """A source or a remark as the reader reads it."""
    return _(text) if text in KNOWN else _AMOUNT.sub(_amount, text)
