"""What this context adds to the account, the administration and the palette."""

from django.utils.translation import gettext_lazy as _

from parvis.kernel.registries import PaletteAction, palette
from parvis.ui import slots

from . import views
from .access import is_agent, may_have_tokens, may_keep_applications

slots.register("account_page", "api.tokens", views.account_card, order=50)
slots.register("admin", "api.applications", views.admin_tab, order=70)
palette.register("api.tokens", PaletteAction("api.tokens", _("Tokens for programs"), "api:tokens", may_have_tokens, 945, "plug"))
palette.register("api.reference", PaletteAction("api.reference", _("Interface for programs"), "api:reference", is_agent, 946, "plug"))
palette.register(
    "api.applications",
    PaletteAction("api.applications", _("Applications and their tokens"), "api:applications", may_keep_applications, 905, "plug"),
)
