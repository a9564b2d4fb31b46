"""As whom figures and facts are read that are the same for everybody."""

from __future__ import annotations

from parvis.kernel.actor import system_actor

READER = system_actor("decisions.read")
