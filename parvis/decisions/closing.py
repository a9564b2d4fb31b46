"""A proposal under way and a letter that has not left keep a dossier open."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.registries import Obstacle, obstacles_of

from .enums import NotificationState, ProposalState
from .models import Notification, Proposal

_READER = system_actor("decisions.closing")


def _open(actor: Actor, dossier_id: int) -> list[Obstacle]:
    under_way = Q(dossier=dossier_id, live=1) & ~Q(state=ProposalState.DECIDED)
    to_send = {"decision__dossier": dossier_id, "live": 1, "state": NotificationState.TO_SEND}
    proposals = Proposal.objects.visible_to(_READER).filter(under_way).select_related("line").order_by("pk")
    letters = Notification.objects.visible_to(_READER).filter(**to_send).select_related("decision").order_by("pk")
    return [
        *obstacles_of(proposals, Proposal.objects.visible_to(actor).filter(under_way), _proposal),
        *obstacles_of(letters, Notification.objects.visible_to(actor).filter(**to_send), _letter),
    ]


def _proposal(row: Proposal) -> Obstacle:
    return Obstacle(
        _("Proposal under way: %(title)s") % {"title": row.name}, row.get_state_display(), reverse("decisions:proposal", args=[row.uuid])
    )


def _letter(row: Notification) -> Obstacle:
    return Obstacle(
        _("Letter to be sent: %(number)s") % {"number": row.decision.number}, "", reverse("decisions:decision", args=[row.decision.uuid])
    )


registries.closing_obstacles.register("decisions", _open)
