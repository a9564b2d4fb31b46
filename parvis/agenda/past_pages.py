"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare("agenda", day=("appointment", "of"), today=("add", "cancel", "change", "feeds", "invite", "move", "new"))
