"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "accounting",
    day=("balance", "ledger", "order", "payments", "voucher"),
    today=(
        "bank_file",
        "bank_files",
        "centre_account",
        "centre_accounts",
        "new_centre_account",
        "order_file",
        "release",
        "withdraw",
    ),
)
