"""Which pages of this context can be read as of a past day: none. What waits for an answer, and what a register told, is shown as it stands today."""

from __future__ import annotations

from parvis.ui.past import declare

declare("socialdata", today=("alert", "ask", "cell", "dossier", "extract", "file", "files", "simulator", "times"))
