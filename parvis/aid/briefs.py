"""What aid tells a successor: the rights that run."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.dossiers.api import Dossier, can_read_dossiers
from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import BriefLine, BriefPart
from parvis.ui import formats

from .enums import EntitlementState
from .selectors import entitlements_of_dossier


def _running(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    found = []
    for right in entitlements_of_dossier(actor, dossier.pk):
        if right.state == EntitlementState.RUNNING:
            money = formats.amount(right.amount, right.currency)
            amount = _("%(amount)s a month") % {"amount": money} if right.periodicity == "month" else money
            found.append(BriefLine(formats.label(right.title), f"{amount} · {formats.period(right.valid_from, right.valid_to)}"))
    return found


registries.briefs.register("aid.running", BriefPart("aid", gettext_lazy("Aid that runs"), 50, _running, can_read_dossiers, "money"))
