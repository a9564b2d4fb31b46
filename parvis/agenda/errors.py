"""Anticipated failures of appointments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from parvis.kernel.errors import Conflict, DomainError

if TYPE_CHECKING:
    from .selectors.clashes import Clash


class AppointmentRefused(DomainError):
    """This appointment cannot be booked, moved or ended like this."""


class Clashes(Conflict):
    """Something stands in the way. ``mark`` names exactly what was told: sent back with the same answers, it books all the same."""

    def __init__(self, message: Any, *, clashes: Sequence[Clash], mark: str) -> None:
        super().__init__(message, code="clashes")
        self.clashes = tuple(clashes)
        self.mark = mark
