"""The connectors this context brings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel.registries import PaletteAction, palette

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
palette.register(
    "connectors.calls", PaletteAction("connectors.calls", _("Log of calls to the outside"), "connectors:calls", may_read_calls, 830, "plug")
)
