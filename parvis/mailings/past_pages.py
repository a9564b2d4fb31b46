"""Which pages of this context can be read as of a past day: none. A mailing is written to those of today."""

from __future__ import annotations

from parvis.ui.past import declare

declare("mailings", today=("check", "copy", "from_contacts", "from_dossiers", "index", "letters", "mailing", "write"))
