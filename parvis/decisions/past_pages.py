"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "decisions",
    today=(
        "agenda",
        "batch",
        "carry",
        "committee",
        "committees",
        "decision",
        "decisions",
        "end_limit",
        "end_mandate",
        "item",
        "letter_pdf",
        "minutes",
        "minutes_pdf",
        "new_committee",
        "new_limit",
        "new_mandate",
        "new_session",
        "notify",
        "opinion",
        "pack",
        "proposal",
        "proposals",
        "recuse",
        "session",
        "sessions",
        "start",
        "urgent",
        "versions",
    ),
)
