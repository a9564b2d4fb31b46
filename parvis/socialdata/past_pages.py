"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "socialdata",
    day=(
        "alert",
        "cell",
        "dossier",
        "extract",
        "file",
        "files",
        "times",
    ),
    forms=("ask",),
    tools=("simulator",),
)
