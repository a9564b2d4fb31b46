"""Anticipated failures of this context."""

from parvis.kernel.errors import DomainError


class UnreadableTable(DomainError):
    """The file is not a table that can be taken over."""


class NotReady(DomainError):
    """The import is not at the stage where this is possible."""
