from parvis.kernel.errors import DomainError


class InvalidEntry(DomainError):
    """What was given cannot be written in the journal."""


class NoSuchTurn(DomainError):
    """This next step is done already, or was never planned."""
