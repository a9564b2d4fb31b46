"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "rules",
    today=(
        "add_parameter",
        "parameter",
        "parameters",
    ),
)
