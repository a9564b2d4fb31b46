"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "accounting",
    day=("payments",),
    today=(
        "balance",
        "bank_file",
        "bank_files",
        "centre_account",
        "centre_accounts",
        "ledger",
        "new_centre_account",
        "order",
        "order_file",
        "release",
        "voucher",
        "withdraw",
    ),
)
