"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "decisions",
    day=("decision", "decisions", "sessions"),
    today=(
        "agenda",
        "batch",
        "carry",
        "committee",
        "committees",
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
        "start",
        "urgent",
        "versions",
    ),
)
