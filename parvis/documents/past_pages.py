"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "documents",
    day=("about", "download"),
    today=(
        "add",
        "kinds",
        "letter_head",
        "letter_head_logo",
        "orphan",
        "orphans",
        "template",
        "template_new",
        "template_source",
        "templates",
    ),
)
