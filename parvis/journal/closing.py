"""Steps of restricted notes keep a dossier open: in words for who may read the note, counted for the others."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Obstacle, obstacles_of

from .models import Turn
from .selectors import open_restricted_turns


def _steps(actor: Actor, dossier_id: int) -> list[Obstacle]:
    """They name no dossier among the tasks: without this it would close over them."""
    turns = open_restricted_turns(dossier_id)
    return obstacles_of(turns, Turn.objects.visible_to(actor).filter(pk__in=[turn.pk for turn in turns]), _step)


def _step(turn: Turn) -> Obstacle:
    return Obstacle(
        title=_("Step of a restricted note: %(text)s") % {"text": turn.action.text},
        url=reverse("journal:action", args=[turn.uuid]),
        due_on=turn.due_on,
    )


registries.closing_obstacles.register("journal", _steps)
