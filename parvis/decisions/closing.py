"""A proposal under way and a letter that has not left keep a dossier open."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import system_actor
from parvis.kernel.registries import Obstacle

from .enums import NotificationState, ProposalState
from .models import Notification, Proposal

_READER = system_actor("decisions.closing")


def _open(dossier_id: int) -> list[Obstacle]:
    proposals = Proposal.objects.visible_to(_READER).filter(dossier=dossier_id, live=1).exclude(state=ProposalState.DECIDED)
    found = [
        Obstacle(
            _("Proposal under way: %(title)s") % {"title": row.title},
            row.get_state_display(),
            reverse("decisions:proposal", args=[row.uuid]),
        )
        for row in proposals.order_by("pk")[:50]
    ]
    letters = Notification.objects.visible_to(_READER).filter(decision__dossier=dossier_id, live=1, state=NotificationState.TO_SEND)
    found += [
        Obstacle(
            _("Letter to be sent: %(number)s") % {"number": row.decision.number},
            "",
            reverse("decisions:decision", args=[row.decision.uuid]),
        )
        for row in letters.select_related("decision").order_by("pk")[:50]
    ]
    return found


registries.closing_obstacles.register("decisions", _open)
