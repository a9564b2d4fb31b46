"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "journal",
    day=("acts", "chronology", "index", "years"),
    today=(
        "action",
        "activity",
        "add",
        "entry",
        "meeting",
        "new",
        "objective",
        "objectives",
        "text",
        "text_new",
        "texts",
        "urgencies",
        "urgent",
        "with",
    ),
)
