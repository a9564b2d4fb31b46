from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel.errors import DomainError


class InvalidProcedure(DomainError):
    """A procedure that cannot be published. ``problems`` lists every fault with its path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(_("This procedure cannot be published: %(first)s") % {"first": problems[0]}, code="procedure_invalid")
        self.problems = problems


class UnknownProcedure(DomainError):
    status = 404
