"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "contacts",
    day=(
        "book",
        "family",
        "organisation",
        "person",
    ),
    forms=(
        "card",
        "fact",
        "fact_end",
        "merge",
        "new",
        "new_card",
        "organisation_close",
        "organisation_end",
        "organisation_fact",
        "organisation_merge",
        "organisation_new",
        "organisation_role",
        "relation_add",
        "relation_end",
        "reveal",
        "role_add",
        "role_end",
        "tenant_add",
        "tenant_end",
    ),
    tools=(
        "handover_wait",
        "letters",
        "mailing",
        "phone_list",
        "suggest",
    ),
)
