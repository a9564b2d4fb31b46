"""Anticipated failures of this context."""

from parvis.kernel.errors import DomainError


class TokenRefused(DomainError):
    """A token cannot be made or ended like this."""
