"""The connectors this context brings."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel.registries import PaletteAction, palette
from parvis.ui import slots

from .access import may_play_bank, may_read_calls
from .registry import Connector, connectors

# The simulated bank keeps the order until a tester answers it.
connectors.register("bank-simulator", Connector("bank-simulator", _("Simulated bank"), send=lambda call: [], simulated=True))

palette.register(
    "connectors.bank_simulator",
    PaletteAction(
        "connectors.bank_simulator", _("Answer as the bank (simulator)"), "connectors:bank_simulator", may_play_bank, 820, "bank"
    ),
)


def _admin_tab(request: HttpRequest) -> str | None:
    """The simulated bank and the log of calls, beside accounts and units."""
    actor = request.actor  # type: ignore[attr-defined]
    tabs = [
        {"url": reverse(url), "label": label, "current": request.path.startswith(reverse(url))}
        for url, label, access in (
            ("connectors:calls", _("Calls to the outside"), may_read_calls),
            ("connectors:bank_simulator", _("Simulated bank"), may_play_bank),
        )
        if access(actor)
    ]
    return render_to_string("connectors/_admin_tabs.html", {"tabs": tabs}, request) if tabs else None


slots.register("admin", "connectors", _admin_tab, order=60)
palette.register(
    "connectors.calls", PaletteAction("connectors.calls", _("Log of calls to the outside"), "connectors:calls", may_read_calls, 830, "plug")
)
