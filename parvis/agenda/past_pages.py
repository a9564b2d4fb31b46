"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare("agenda", today=("add", "appointment", "cancel", "change", "feeds", "invite", "move", "new", "of"))
