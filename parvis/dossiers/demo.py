"""Rules of retention to begin with. No schedule is published for the social centres: each says that it is to be confirmed."""

from __future__ import annotations

import datetime as dt

from parvis.kernel.actor import Actor

from .enums import CloseReason
from .models import RetentionRule
from .services import publish_rule

SINCE = dt.date(2020, 1, 1)
SOURCE = "Proposition de départ de Parvis, sans texte publié"

# reason of closing (empty: all), years after closing
RULES = (("", 10), (CloseReason.REFUSED, 5), (CloseReason.RENOUNCED, 5), (CloseReason.DUPLICATE, 1))


def load(actor: Actor) -> None:
    """Published once."""
    if RetentionRule.objects.exists():
        return
    for code, years in RULES:
        publish_rule(actor=actor, close_code=code, years=years, money_years=10, source=SOURCE, confirmed=False, valid_from=SINCE)
