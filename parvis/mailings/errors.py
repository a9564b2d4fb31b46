"""Anticipated failures of mailings."""

from parvis.kernel.errors import DomainError


class MailingRefused(DomainError):
    """This mailing cannot be written, sent, stopped or repeated like this."""
