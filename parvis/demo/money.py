"""What the stories do with money: first payments, monthly runs, the bank's answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from .stage import Play


def pay_first(play: Play) -> None:
    """Prepare and release the first payment by two different persons."""


def bank_answers(play: Play) -> None:
    """The simulated bank answers the order."""


def monthly_run(company: Any, month: date) -> None:
    """The monthly list, prepared and released."""


def monthly_answers(company: Any) -> None:
    """The bank answers the monthly order."""
