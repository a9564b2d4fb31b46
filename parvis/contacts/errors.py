"""Anticipated failures of this context."""

from parvis.kernel.errors import DomainError


class InvalidPerson(DomainError):
    """What was given cannot describe a person."""


class InvalidOrganisation(DomainError):
    """What was given cannot describe an organisation."""


class MergeRefused(DomainError):
    """These two cannot be made one, or not parted again."""


class NumberTaken(DomainError):
    """The number already belongs to another organisation. ``organisation_id`` says to which."""

    def __init__(self, message: object, *, organisation_id: int, field: str | None = None) -> None:
        super().__init__(message, field=field, code="number_taken")
        self.organisation_id = organisation_id


class IdentifierTaken(DomainError):
    """The number already belongs to another person of the register. ``person_id`` says to whom."""

    def __init__(self, message: object, *, person_id: int, field: str | None = None) -> None:
        super().__init__(message, field=field, code="identifier_taken")
        self.person_id = person_id


class NotPayable(DomainError):
    """No money ever goes to this person (specimen card)."""


class UnreadableFile(DomainError):
    """The files uploaded are not those of an identity card."""
