"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "workflows",
    today=(
        "beside",
        "download",
        "hand_overs",
        "index",
        "process",
        "publish",
        "task",
    ),
)
