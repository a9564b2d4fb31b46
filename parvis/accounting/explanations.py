"""What became of a line of a bank file, in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EXPLANATIONS: dict[str, Any] = {
    "accepted": _("Accepted by the bank and booked as an expense."),
    "booked": _("Debited from the centre's account and booked."),
    "rejected": _("Rejected by the bank: the amount is due again and is on somebody's task list."),
    "returned": _("Sent back by the payee's bank: the amount came back, is due again and is on somebody's task list."),
    "pending": _("Received by the bank, not decided yet."),
    "known": _("Said by an earlier file: nothing was done a second time."),
    "unknown_order": _("No payment order of this centre has this reference. Nothing was changed."),
    "unknown_line": _("The order or the account is ours, but no payment has this reference. Nothing was changed."),
    "no_reference": _("The movement carries no payment reference. Nothing was changed."),
    "amount_differs": _("The amount is not the one that was ordered. Nothing was changed: ask the bank."),
    "foreign_account": _("This account is not one of the centre's. Nothing was changed."),
    "other_account": _("The movement is on another account than the one the order was drawn on. Nothing was changed."),
    "receipt": _("Money received, not about a payment order. Nothing was changed here."),
    "not_released": _("This payment was never released. Nothing was changed: warn the bank and the accountant."),
    "rejected_before": _("The bank had rejected this payment before. Nothing was changed: ask the bank."),
    "debited_before": _("The bank had debited this payment before. Nothing was changed until the money comes back."),
    "not_debited": _("The bank sends back money that it has not debited yet. Nothing was changed: read the debit notice first."),
}


def explain(code: str) -> str:
    return str(EXPLANATIONS.get(code, code))
