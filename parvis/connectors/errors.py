from parvis.kernel.errors import DomainError


class ConnectorError(DomainError):
    """A call that cannot be made, or an answer that cannot be given."""
