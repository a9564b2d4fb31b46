"""Anticipated failures of this context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from parvis.kernel.errors import DomainError

if TYPE_CHECKING:
    from parvis.kernel.registries import Obstacle


class InvalidDossier(DomainError):
    """What was given cannot be written in a dossier."""


class DossierIsClosed(DomainError):
    """A closed dossier takes no new facts until it is opened again."""


#: The archive is read, and nothing is added to it.
ARCHIVED = _("This dossier is in the archive. Open it again before you add to it.")


class StillOpen(InvalidDossier):
    """The dossier cannot be closed yet: ``obstacles`` says what is not settled."""

    def __init__(self, message: Any, obstacles: list[Obstacle]) -> None:
        super().__init__(message, code="still_open")
        self.obstacles = obstacles


class CannotBeDestroyed(InvalidDossier):
    """Something stands against the destruction: ``found`` holds (number of the dossier, obstacles)."""

    def __init__(self, message: Any, found: list[tuple[str, list[Obstacle]]]) -> None:
        super().__init__(message, code="cannot_be_destroyed")
        self.found = found
