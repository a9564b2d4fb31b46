"""What this context adds to menu and layouts."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction
from parvis.ui import slots

from .access import is_agent, may_administer

registries.menu.register(
    "identity.admin", MenuEntry("identity.admin", _("Accounts"), "settings", "identity:accounts", may_administer, 900, "/admin/")
)
registries.palette.register(
    "identity.new_account", PaletteAction("identity.new_account", _("New account"), "identity:new_account", may_administer, 900, "userplus")
)
registries.palette.register(
    "identity.account", PaletteAction("identity.account", _("My account"), "identity:account", is_agent, 950, "user")
)

if settings.PARVIS_IS_DEMO:
    from .views.demo import role_bar

    slots.register("top", "identity.role_bar", role_bar, order=1)
