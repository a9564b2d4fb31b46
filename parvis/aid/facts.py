"""What is told of payments to those below: the last of a file, in a few plain values."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from parvis.kernel import registries
from parvis.kernel.actor import system_actor
from parvis.kernel.subject import SubjectRef

from .enums import DueState
from .models import DueLine

READER = system_actor("aid.facts")
#: Months told to a committee: half a year is what a decision on the next one looks back on.
TOLD = 6
LANGUAGES = ("fr", "nl", "de", "en")


def _words(state: str) -> dict[str, str]:
    words = {}
    for code in LANGUAGES:
        with translation.override(code):
            words[code] = str(DueState(state).label)
    return words


def last_payments(subject: SubjectRef) -> list[dict[str, Any]]:
    """The last months of a dossier, newest first: what was owed and what became of it, to be frozen as it stands."""
    rows = (
        DueLine.objects.visible_to(READER)
        .filter(entitlement__dossier_id=subject.id)
        .select_related("entitlement")
        .order_by("-month", "-pk")[:TOLD]
    )
    return [
        {
            "month": row.month.isoformat(),
            "title": row.entitlement.title,
            "amount": str(row.amount),
            "currency": row.currency,
            "state": row.state,
            "words": _words(row.state),
            "paid_on": row.paid_on.isoformat() if row.paid_on else None,
        }
        for row in rows
    ]


registries.facts.register("aid.last_payments", last_payments)
