"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "decisions",
    day=(
        "agenda",
        "decision",
        "decisions",
        "item",
        "minutes",
        "minutes_pdf",
        "proposal",
        "proposals",
        "session",
        "sessions",
        "versions",
    ),
    today=(
        "batch",
        "carry",
        "committee",
        "committees",
        "end_limit",
        "end_mandate",
        "letter_pdf",
        "new_committee",
        "new_limit",
        "new_mandate",
        "new_session",
        "notify",
        "opinion",
        "pack",
        "recuse",
        "start",
        "urgent",
    ),
)
