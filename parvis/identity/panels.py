"""What this context adds to menu and layouts."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import HomeCell, MenuEntry, PaletteAction
from parvis.ui import listmemory, slots
from parvis.ui import stepup as ui_stepup

from . import stepup
from .access import is_agent, may_administer
from .selectors_lists import memory_of
from .views import proxies

registries.menu.register(
    "identity.admin", MenuEntry("identity.admin", _("Accounts"), "settings", "identity:accounts", may_administer, 900, "/admin/")
)
registries.palette.register(
    "identity.new_account", PaletteAction("identity.new_account", _("New account"), "identity:new_account", may_administer, 900, "userplus")
)
registries.palette.register(
    "identity.account", PaletteAction("identity.account", _("My account"), "identity:account", is_agent, 950, "user")
)

registries.palette.register(
    "identity.proxies", PaletteAction("identity.proxies", _("Proxies: act for a colleague"), "identity:proxies", is_agent, 940, "usercheck")
)
registries.palette.register(
    "identity.rights",
    PaletteAction("identity.rights", _("Rights to classes of data"), "identity:rights", may_administer, 910, "usershield"),
)
registries.home_cells.register(
    "identity.proxies", HomeCell(key="identity.proxies", title=_("Proxies"), order=5, render=proxies.cell, access=is_agent)
)
ui_stepup.register(stepup.require)
listmemory.keep_with(memory_of)
slots.register("top", "identity.acting", proxies.banner, order=2)

if settings.PARVIS_IS_DEMO:
    from .views.demo import role_bar

    slots.register("top", "identity.role_bar", role_bar, order=1)
