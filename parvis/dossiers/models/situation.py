from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Fact

from ..enums import DATA_CLASS_OF, Periodicity, SituationKind
from .dossiers import Dossier


class SituationFact(Fact):
    """One line of the situation (an income, a need, the housing …) for a period, with its source.

    ``item`` keeps its identity through its versions; the amount is per ``periodicity``, never negative.
    """

    personal_data = "social"
    scoped_by = "dossier"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="situation")
    item = models.UUIDField(default=uuid.uuid4)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=SituationKind.choices)
    label = models.CharField(max_length=191)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    periodicity = models.CharField(max_length=8, choices=Periodicity.choices, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta(Fact.Meta):
        ordering = ["dossier", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "item", "valid_from", "live"], name="dossiers_situation_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_situation_period"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="dossiers_situation_not_negative"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | ~Q(periodicity=""), name="dossiers_situation_periodicity"),
            models.CheckConstraint(condition=~Q(label=""), name="dossiers_situation_labelled"),
        ]
        indexes = [models.Index(fields=["dossier", "live", "kind"], name="dossiers_situation_live")]
        verbose_name = _("situation")

    @property
    def data_class(self) -> str:
        return DATA_CLASS_OF[SituationKind(self.kind)]
