"""The kind of grant that gives a recovery up: proposed on the page of the recovery, never offered among the aids of a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from parvis.decisions.api import ONCE, Provision, ProvisionInput
from parvis.kernel.actor import Actor
from parvis.ui import formats

from . import texts
from .services.waiving import LETTER, check_amount, claim_named, give_up

CLAIM = ProvisionInput(
    key="claim",
    label={
        "fr": "Numéro de la récupération",
        "nl": "Nummer van de terugvordering",
        "de": "Nummer der Rückforderung",
        "en": "Number of the recovery",
    },
    kind="text",
)
_LINE = {
    "fr": "renonciation à {amount} de la récupération {claim}",
    "nl": "afzien van {amount} van de terugvordering {claim}",
    "de": "Verzicht auf {amount} der Rückforderung {claim}",
    "en": "{amount} of the recovery {claim} given up",
}


class Waiver:
    """Money that is no longer claimed back. Nothing is paid to anybody."""

    title = texts.WAIVER
    periodicity = ONCE
    inputs = (CLAIM,)
    letter, refusal_letter = LETTER, "aid.refusal"
    computed = False
    offered = False

    def compute(self, line: Any, facts: Mapping[str, Any], day: date) -> Any | None:
        return None

    def describe(self, provision: Provision, language: str) -> Mapping[str, Any]:
        line = _LINE.get(language, _LINE["fr"])
        amount = formats.amount(provision.amount, provision.currency, language)
        return {
            "title": formats.label(self.title, language),
            "lines": [line.format(amount=amount, claim=provision.details.get("claim") or "…")],
        }

    def validate(self, provision: Provision) -> list[str]:
        faults: list[str] = []
        fault = check_amount(claim_named(provision), provision.amount)
        if fault is not None:
            faults.append(str(fault.message))
        if provision.payee.iban:
            faults.append(_("Giving a recovery up pays nobody: choose no account."))
        if provision.recover is not None:
            faults.append(_("What is given up is not recovered."))
        return faults

    def apply(self, actor: Actor, decision: Any, provision: Provision) -> None:
        give_up(actor=actor, decision=decision, provision=provision)
