"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "agenda",
    day=(
        "appointment",
        "of",
    ),
    forms=(
        "add",
        "cancel",
        "change",
        "invite",
        "move",
        "new",
    ),
    own=("feeds",),
)
