"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "requests",
    day=("detail", "index"),
    today=(
        "add_aid",
        "book",
        "correct",
        "fill",
        "identify",
        "named",
        "new",
        "receipt",
        "take_over",
        "urgent",
    ),
)
