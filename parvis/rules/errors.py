from parvis.kernel.errors import DomainError


class RulesError(DomainError):
    """A gesture on parameters or calculations that the rules do not allow."""


class UnknownParameter(RulesError):
    """No value of this parameter holds on this day."""


class BadInput(RulesError):
    """A calculation was asked with inputs that make no sense."""
