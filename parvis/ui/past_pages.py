"""The way into a past day, and what the common pages show on it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import PaletteAction

from .past import declare

declare("ui", tools=("past", "gallery", "icon", "typed"))
registries.palette.register(
    "ui.past",
    PaletteAction(
        key="ui.past",
        label=_("See everything as of…"),
        url_name="ui:past",
        access=lambda actor: actor.is_agent,
        icon="history",
        order=15,
    ),
)
