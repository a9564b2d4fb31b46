"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "connectors",
    logs=(
        "call",
        "call_answer",
        "call_request",
        "calls",
    ),
    tools=(
        "bank_answer",
        "bank_simulator",
    ),
)
