"""What this context adds to the menu and the palette."""

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction

from .access import may_see_rehearsals, may_take_over
from .services.old_system import may_read_old

registries.menu.register("takeover", MenuEntry("takeover", _("Takeover"), "upload", "takeover:index", may_take_over, 910, "/takeover/"))
registries.palette.register(
    "takeover.new", PaletteAction("takeover.new", _("Take data over from a file"), "takeover:index", may_take_over, 910, "upload")
)
registries.palette.register(
    "takeover.rehearsals",
    PaletteAction("takeover.rehearsals", _("Rehearsal and go-live"), "takeover:rehearsals", may_see_rehearsals, 911, "scale"),
)
registries.palette.register(
    "takeover.old", PaletteAction("takeover.old", _("As in the old system"), "takeover:old", may_read_old, 912, "archive")
)
