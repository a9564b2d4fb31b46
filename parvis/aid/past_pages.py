"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "aid",
    day=(
        "claim",
        "claim_letter",
        "claims",
        "claims_month",
        "entitlement",
        "first_payment",
        "first_payments",
        "person_category",
        "run",
        "runs",
        "unpaid",
    ),
    today=(
        "account",
        "attest",
        "attest_person",
        "attestation",
        "attestations",
        "rejected",
        "run_list",
        "second",
        "settle",
        "settled",
        "settled_letter",
        "type",
        "type_new",
        "types",
        "waive",
        "withdraw_attestation",
    ),
)
