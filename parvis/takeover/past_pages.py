"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "takeover",
    today=(
        "certificate",
        "import",
        "index",
        "old",
        "old_dossier",
        "old_person",
        "rehearsal",
        "rehearsals",
        "report",
    ),
)
