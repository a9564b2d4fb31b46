"""Which pages of this context can be read as of a past day: none. A mailing is written to those of today; what was sent stands in each file."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "mailings",
    papers=(
        "copy",
        "letters",
    ),
    tools=(
        "check",
        "from_contacts",
        "from_dossiers",
        "index",
        "mailing",
        "write",
    ),
)
