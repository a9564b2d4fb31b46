"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "contacts",
    day=("book", "family", "organisation", "person"),
    today=(
        "card",
        "fact",
        "fact_end",
        "handover_wait",
        "letters",
        "mailing",
        "merge",
        "new",
        "new_card",
        "organisation_close",
        "organisation_end",
        "organisation_fact",
        "organisation_merge",
        "organisation_new",
        "organisation_role",
        "phone_list",
        "relation_add",
        "relation_end",
        "reveal",
        "role_add",
        "role_end",
        "suggest",
        "tenant_add",
        "tenant_end",
    ),
)
