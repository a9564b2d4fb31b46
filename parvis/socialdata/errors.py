"""Anticipated failures of this context."""

from __future__ import annotations

from typing import Any

from parvis.kernel.errors import Conflict, DomainError


class InvalidExtract(DomainError):
    """A request, or an answer to it, that cannot be written like this."""


class AskedAlready(InvalidExtract):
    """The same was asked a short while ago: ``found`` says what, in words. Asking again needs a confirmation."""

    def __init__(self, message: Any, found: list[str]) -> None:
        super().__init__(message, code="asked_already")
        self.found = found


class AlreadySettled(Conflict):
    """Somebody answered, withdrew or settled it first."""


class InvalidMutation(DomainError):
    """A line or a file of the register that cannot be read."""
