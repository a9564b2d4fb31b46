"""Anticipated failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel.errors import Conflict, DomainError


@dataclass(frozen=True)
class Problem:
    """One fault of a model: the line in its file (0 = the whole file), the element's id, what is wrong."""

    line: int
    element: str
    message: str

    def __str__(self) -> str:
        where = _("line %(line)d") % {"line": self.line} if self.line else ""
        return " · ".join(part for part in (where, self.element, self.message) if part)


class ModelRefused(DomainError):
    """A model that cannot be published. ``problems`` lists every fault found."""

    def __init__(self, problems: list[Problem]) -> None:
        count = len(problems)
        message = _("The model is not published: %(first)s") % {"first": problems[0]}
        if count > 1:
            message += " " + _("(%(count)d more)") % {"count": count - 1}
        super().__init__(message, field="file", code="model_refused")
        self.problems = problems


class NoSuchProcess(DomainError):
    pass


class AlreadyRunning(Conflict):
    """The subject already has a running case of this process."""


class NotReady(Conflict):
    """The process is not at this step (any more)."""


class ItemClosed(Conflict):
    """Somebody else finished the task first."""


class ItemTaken(Conflict):
    """Somebody else took the task first."""


class CannotAssign(DomainError):
    pass


class UnknownOutcome(DomainError):
    def __init__(self, outcome: Any) -> None:
        super().__init__(_("This step does not know the outcome “%(outcome)s”.") % {"outcome": outcome}, field="outcome")
