"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "workflows",
    day=(
        "beside",
        "hand_overs",
        "task",
    ),
    forms=("publish",),
    logs=("away",),
    settings=(
        "download",
        "index",
        "process",
    ),
)
