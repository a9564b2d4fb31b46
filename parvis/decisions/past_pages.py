"""Which pages of this context can be read as of a past day; of the others, why they show today."""

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
    forms=(
        "batch",
        "carry",
        "end_limit",
        "end_mandate",
        "new_committee",
        "new_limit",
        "new_mandate",
        "new_session",
        "notify",
        "opinion",
        "recuse",
        "start",
        "urgent",
    ),
    settings=(
        "committee",
        "committees",
    ),
    papers=(
        "letter_pdf",
        "pack",
    ),
)
