from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel


class Urgency(ScopedModel):
    """An urgent mark on a dossier. It ends by itself after its last day; ``live`` is 1 until then, so that a dossier has one at a time."""

    personal_data = "social"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    raised_by_id = models.BigIntegerField(null=True)
    raised_by_label = models.CharField(max_length=191, blank=True)
    last_on = models.DateField()
    live = models.PositiveSmallIntegerField(null=True, blank=True, default=1)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["last_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["dossier", "live"], name="journal_urgency_live")]
        indexes = [models.Index(fields=["live", "last_on", "id"], name="journal_urgency_day")]
        verbose_name = _("urgent mark")


class UrgencySeen(ScopedModel):
    """Append-only: who saw the mark first when."""

    personal_data = "security"
    scoped_by = "urgency"

    urgency = models.ForeignKey(Urgency, on_delete=models.PROTECT, related_name="seen")
    account_id = models.BigIntegerField()
    label = models.CharField(max_length=191)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["urgency", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["urgency", "account_id"], name="journal_urgency_seen_once")]
        verbose_name = _("urgent mark seen")
