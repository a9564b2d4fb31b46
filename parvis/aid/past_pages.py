"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "aid",
    day=(
        "attestations",
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
    forms=(
        "account",
        "attest",
        "attest_person",
        "rejected",
        "second",
        "settle",
        "settled",
        "type_new",
        "waive",
        "withdraw_attestation",
    ),
    settings=(
        "type",
        "types",
    ),
    papers=(
        "attestation",
        "settled_letter",
    ),
    tools=("run_list",),
)
