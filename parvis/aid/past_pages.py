"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "aid",
    day=("claim", "claim_letter", "claims", "claims_month", "entitlement", "person_category"),
    today=(
        "account",
        "attest",
        "attest_person",
        "attestation",
        "attestations",
        "first_payment",
        "first_payments",
        "rejected",
        "run",
        "run_list",
        "runs",
        "second",
        "settle",
        "settled",
        "settled_letter",
        "type",
        "type_new",
        "types",
        "unpaid",
        "waive",
        "withdraw_attestation",
    ),
)
