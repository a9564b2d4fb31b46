"""Steps of restricted notes keep a dossier open, without saying what they are: they stand among nobody's tasks but their holder's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import Obstacle

from .selectors import open_restricted_turns


def _steps(dossier_id: int) -> list[Obstacle]:
    return [
        Obstacle(
            title=_("A step that only its holder and the head of service may see"),
            detail=_("The head of service finds it among the restricted notes of the journal."),
            due_on=turn.due_on,
        )
        for turn in open_restricted_turns(dossier_id)
    ]


registries.closing_obstacles.register("journal", _steps)
