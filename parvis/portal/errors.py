from __future__ import annotations

from parvis.kernel.errors import DomainError


class TooManyAttempts(DomainError):
    """Codes are being guessed, or somebody mistypes a lot: wait."""

    status = 429


class AccountRefused(DomainError):
    """An account cannot be offered, opened, confirmed or closed like this."""


class NoSuchCode(DomainError):
    """The code opens nothing (any more); never says more."""
