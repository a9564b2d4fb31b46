"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "requests",
    day=(
        "detail",
        "index",
    ),
    forms=(
        "add_aid",
        "correct",
        "fill",
        "identify",
        "named",
        "new",
        "take_over",
        "urgent",
    ),
    papers=("receipt",),
    tools=("book",),
)
