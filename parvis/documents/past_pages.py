"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "documents",
    day=(
        "about",
        "download",
    ),
    forms=(
        "add",
        "orphan",
    ),
    settings=(
        "kinds",
        "letter_head",
        "letter_head_logo",
        "template",
        "template_new",
        "template_source",
        "templates",
    ),
    tools=("orphans",),
)
