from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Fact

from .dossiers import Dossier


class DossierSector(Fact):
    """A field of work to which the dossier belongs, for a period: it narrows who sees it (``access.dossier_rules``)."""

    personal_data = "social"
    scoped_by = "dossier"
    kept_too = True

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="sectors")
    sector = models.ForeignKey("identity.Sector", on_delete=models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        ordering = ["dossier", "sector", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "sector", "valid_from", "live"], name="dossiers_sector_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_sector_period"),
        ]
        indexes = [models.Index(fields=["sector", "live", "dossier"], name="dossiers_sector_live")]
        verbose_name = _("sector")
