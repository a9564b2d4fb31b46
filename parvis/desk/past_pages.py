"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "desk",
    day=(
        "due",
        "home",
        "load",
        "palette",
        "search",
        "tasks",
        "where",
    ),
    tools=(
        "due_file",
        "feed",
    ),
)
