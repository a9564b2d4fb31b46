"""ISO reasons of rejection and return, in plain words: what happened and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "AC01": _("Wrong account number"),
    "AC02": _("Wrong account number of the payer"),
    "AC03": _("Wrong account number of the payee"),
    "AC04": _("The account is closed"),
    "AC06": _("The account is blocked"),
    "AC13": _("This kind of account cannot be paid"),
    "AG01": _("Transfers to this account are forbidden"),
    "AG02": _("The bank does not take this kind of operation"),
    "AM01": _("The amount is zero"),
    "AM02": _("The amount is higher than allowed"),
    "AM03": _("Currency not taken"),
    "AM04": _("Not enough money on the centre's account"),
    "AM05": _("The bank had already received this payment"),
    "AM09": _("Wrong amount"),
    "AM10": _("The control total of the file is wrong"),
    "AM18": _("The number of lines of the file is wrong"),
    "BE01": _("The name does not belong to this account"),
    "BE04": _("The address of the payee is missing or wrong"),
    "BE05": _("The bank does not know the sender of the file"),
    "BE06": _("The bank does not know this person"),
    "BE07": _("The address of the payer is missing or wrong"),
    "BE08": _("Error in the name"),
    "CNOR": _("The payee's bank is not registered"),
    "CURR": _("Wrong currency"),
    "CUST": _("Asked by the customer"),
    "DNOR": _("The payer's bank is not registered"),
    "DT01": _("Wrong date"),
    "DU01": _("The bank had already received this file"),
    "DU02": _("The bank had already received this block"),
    "DU03": _("The bank had already received this line"),
    "DUPL": _("The bank had already received this payment"),
    "ED05": _("Settlement failed"),
    "FF01": _("The format of the file is wrong"),
    "FOCR": _("Sent back because a cancellation was asked"),
    "FR01": _("Suspicion of fraud"),
    "MD07": _("The account holder has died"),
    "MS02": _("Refused by the payee, no reason given"),
    "MS03": _("Refused by the bank, no reason given"),
    "NARR": _("See the bank's own words"),
    "NOAS": _("The payee did not answer"),
    "RC01": _("Wrong bank identifier (BIC)"),
    "RC04": _("The payee's bank is unknown"),
    "RF01": _("The reference was already used"),
    "RR01": _("The account of the payer must be given (regulation)"),
    "RR02": _("Name or address of the payer must be given (regulation)"),
    "RR03": _("Name or address of the payee must be given (regulation)"),
    "RR04": _("Refused for a regulatory reason"),
    "TECH": _("Technical problem at the bank"),
    "TM01": _("The file came too late for this day"),
}

#: Reasons that ask for another account of the payee.
ACCOUNT_REASONS = frozenset({"AC01", "AC03", "AC04", "AC06", "AC13", "AG01", "BE01", "BE06", "MD07", "RC01", "RC04", "CNOR"})


def in_words(code: str, bank_text: str = "") -> str:
    """The reason in the reader's language, the bank's own words after it when they say more."""
    words = str(
        REASONS.get(code) or (_now("Reason %(code)s of the bank") % {"code": code} if code else _now("No reason given by the bank"))
    )
    return f"{words} ({bank_text})" if bank_text and (code not in REASONS or code == "NARR") else words
