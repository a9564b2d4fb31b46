from __future__ import annotations

from parvis.kernel.errors import DomainError


class TooManyAttempts(DomainError):
    """Codes are being guessed, or somebody mistypes a lot: wait."""

    status = 429
