from parvis.kernel.errors import DomainError


class AidError(DomainError):
    """A gesture on aid that the rules do not allow."""
