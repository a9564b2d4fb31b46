"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "desk",
    day=("home", "palette", "search", "tasks"),
    today=(
        "due",
        "due_file",
        "feed",
        "load",
        "where",
    ),
)
