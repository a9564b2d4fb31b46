"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "accounting",
    day=(
        "balance",
        "bank_file",
        "bank_files",
        "ledger",
        "order",
        "payments",
        "voucher",
    ),
    forms=(
        "new_centre_account",
        "release",
        "withdraw",
    ),
    settings=(
        "centre_account",
        "centre_accounts",
    ),
    papers=("order_file",),
)
