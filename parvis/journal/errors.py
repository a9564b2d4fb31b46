from parvis.kernel.errors import DomainError


class InvalidEntry(DomainError):
    """What was given cannot be written in the journal."""
