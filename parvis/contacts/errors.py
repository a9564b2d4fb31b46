"""Anticipated failures of this context."""

from parvis.kernel.errors import DomainError


class InvalidPerson(DomainError):
    """What was given cannot describe a person."""


class IdentifierTaken(DomainError):
    """The number already belongs to another person of the register. ``person_id`` says to whom."""

    def __init__(self, message: object, *, person_id: int, field: str | None = None) -> None:
        super().__init__(message, field=field, code="identifier_taken")
        self.person_id = person_id


class NotPayable(DomainError):
    """No money ever goes to this person (specimen card)."""


class UnreadableFile(DomainError):
    """The files uploaded are not those of an identity card."""
