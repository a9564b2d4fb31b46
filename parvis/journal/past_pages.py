"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "journal",
    day=(
        "activity",
        "acts",
        "chronology",
        "entry",
        "index",
        "objectives",
        "urgencies",
        "with",
        "years",
    ),
    forms=(
        "action",
        "add",
        "meeting",
        "new",
        "objective",
        "urgent",
    ),
    settings=(
        "text",
        "text_new",
        "texts",
    ),
)
