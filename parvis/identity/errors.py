"""Anticipated failures of accounts and sign-in."""

from parvis.kernel.errors import DomainError, NotAllowed


class AccountRefused(DomainError):
    """An account cannot be made or changed like this."""


class LastAdministrator(DomainError):
    """The gesture would leave the centre without an administrator."""


class GrantRefused(DomainError):
    """The function cannot be granted or ended like this."""


class UnitRefused(DomainError):
    """The unit cannot be made or changed like this."""


class LinkRefused(DomainError):
    """The one-time link is unknown, used or out of date."""


class FactorRefused(DomainError):
    """The second factor cannot be added or removed like this."""


class AdministratorsOnly(NotAllowed):
    """Only an administrator may do this."""


class RightsRefused(DomainError):
    """Rights to classes of data, or a sector, cannot be changed like this."""


class ProxyRefused(DomainError):
    """A proxy cannot be given, answered or used like this."""


class OpeningRefused(DomainError):
    """A file cannot be opened exceptionally, or a reason is missing."""


class ViewRefused(DomainError):
    """A view of a list cannot be kept, shared or changed like this."""
