"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "connectors",
    today=(
        "bank_answer",
        "bank_simulator",
        "call",
        "call_answer",
        "call_request",
        "calls",
    ),
)
