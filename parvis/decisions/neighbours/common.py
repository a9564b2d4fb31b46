"""Words and the reader by which this context reads the others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parvis.kernel.actor import system_actor
from parvis.ui import formats

READER = system_actor("decisions.read")


ZERO = Decimal("0.00")


LANGUAGES = ("fr", "nl", "de", "en")


def label(labels: Mapping[str, str], language: str) -> str:
    return formats.label(dict(labels), language)


def amount(value: Decimal | str, currency: str = "EUR") -> str:
    return formats.amount(Decimal(str(value)), currency)
