"""What the desk adds to the menu and the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction

from . import access

registries.menu.register(
    "desk",
    MenuEntry(key="desk", label=_("Desk"), icon="home", url_name="desk:home", access=access.works_here, order=1, prefix="/desk/"),
)
registries.menu.register(
    "tasks",
    MenuEntry(key="tasks", label=_("Tasks"), icon="checkbox", url_name="desk:tasks", access=access.works_here, order=2, prefix="/tasks/"),
)
registries.palette.register(
    "desk.where",
    PaletteAction(
        key="desk.where", label=_("Where is this file?"), url_name="desk:where", access=access.works_here, icon="compass", order=10
    ),
)
registries.palette.register(
    "desk.load",
    PaletteAction(key="desk.load", label=_("Load of the team"), url_name="desk:load", access=access.may_lead, icon="chart", order=30),
)
registries.palette.register(
    "desk.due",
    PaletteAction(
        key="desk.due", label=_("Calendar of due actions"), url_name="desk:due", access=access.works_here, icon="calendar", order=25
    ),
)
