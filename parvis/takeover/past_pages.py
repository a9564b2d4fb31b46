"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "takeover",
    papers=(
        "certificate",
        "old",
        "old_dossier",
        "old_person",
        "report",
    ),
    tools=(
        "import",
        "index",
        "rehearsal",
        "rehearsals",
    ),
)
