"""What a nurse finds on the page of a dossier: the lines and papers about health, and nothing of the rest (B26)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from parvis.documents.api import documents_of
from parvis.identity.enums import Function
from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Panel, panels
from parvis.kernel.subject import SubjectRef

from .enums import SituationKind
from .selectors import situation_at


def _for_care(actor: Actor) -> bool:
    """Those for whom it is made: social workers have the same lines among the others of the situation."""
    return actor.is_agent and actor.has(Function.NURSE)


def _panel(request: HttpRequest, dossier: Any, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "dossier": dossier,
        "lines": situation_at(dossier.pk, day, actor=actor, known_on=asof.known_on(), kinds=(SituationKind.HEALTH,)),
        "papers": [one for one in documents_of(actor, SubjectRef("dossier", dossier.pk)) if one.data_class == "health" and one.on <= day],
    }
    return render_to_string("dossiers/_panel_health.html", context, request)


panels.register(
    "dossiers.health",
    # Not in the list of sections: whoever has these lines in the situation is not told of a section that is hidden.
    Panel(key="health", title=_("Health"), order=12, render=_panel, access=_for_care, data_class="health", icon="heart", nav=False),
)
