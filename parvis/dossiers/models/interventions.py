from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Fact

from ..enums import InterventionRole
from .dossiers import Dossier


class Intervention(Fact):
    """An agent or another service that does something for the household, in a role, for a period: several at a time.

    ``item`` keeps its identity through its versions. ``account`` is an agent of the centre; ``service`` names who it is otherwise, or
    the service in which the agent acts.
    """

    personal_data = "social"
    scoped_by = "dossier"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="interventions")
    item = models.UUIDField(default=uuid.uuid4)
    role = models.CharField(max_length=12, choices=InterventionRole.choices)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=191, blank=True)

    class Meta(Fact.Meta):
        ordering = ["dossier", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "item", "valid_from", "live"], name="dossiers_intervention_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_intervention_period"),
            models.CheckConstraint(condition=Q(account__isnull=False) | ~Q(service=""), name="dossiers_intervention_somebody"),
        ]
        indexes = [models.Index(fields=["account", "live", "dossier"], name="dossiers_intervention_agent")]
        verbose_name = _("intervention")

    @property
    def who(self) -> str:
        name = self.account.display_name if self.account is not None else ""
        return " · ".join(part for part in (name, self.service) if part)
