from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel.errors import DomainError


class InvalidDefinition(DomainError):
    """A form definition that cannot be published. ``problems`` lists every fault with its path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(_("This form cannot be published: %(first)s") % {"first": problems[0]}, code="form_invalid")
        self.problems = problems


class UnknownForm(DomainError):
    pass


class DraftGone(DomainError):
    """The code is wrong, or the draft was sent or has expired."""

    status = 404


class AlreadySent(DomainError):
    """The draft was sent before."""

    status = 409
