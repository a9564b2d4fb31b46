"""Anticipated failures of this context."""

from parvis.kernel.errors import DomainError


class InvalidDossier(DomainError):
    """What was given cannot be written in a dossier."""


class DossierIsClosed(DomainError):
    """A closed dossier takes no new facts until it is opened again."""
