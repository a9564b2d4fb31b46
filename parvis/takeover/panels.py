"""What this context adds to the menu and the palette."""

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction

from .access import may_take_over

registries.menu.register("takeover", MenuEntry("takeover", _("Takeover"), "upload", "takeover:index", may_take_over, 910, "/takeover/"))
registries.palette.register(
    "takeover.new", PaletteAction("takeover.new", _("Take data over from a file"), "takeover:index", may_take_over, 910, "upload")
)
