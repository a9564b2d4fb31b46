"""What rules contribute: the page of rates and terms in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry
from parvis.rules.access import may_read_parameters

registries.menu.register(
    "rules",
    MenuEntry(
        key="rules", label=_("Rates"), icon="scale", url_name="rules:parameters", access=may_read_parameters, order=85, prefix="/rules/"
    ),
)
