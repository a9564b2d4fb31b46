"""When the person sees who opened the file later, or not at all: where their safety, or a child's, asks for it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import DelayGround, DelayKind
from .dossiers import Dossier


class LogDelay(ScopedModel):
    """Readings from ``from_day`` on stay off the person's list until ``until`` (the first day on which they show), for a written reason.

    ``kind``: shown afterwards, or kept for the centre alone. ``live`` is 1 until somebody ends it: one at a time. A day of law decides, so
    that a delay nobody renewed stops by itself.
    """

    personal_data = "security"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="log_delays")
    kind = models.CharField(max_length=8, choices=DelayKind.choices)
    ground = models.CharField(max_length=8, choices=DelayGround.choices)
    from_day = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=500)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)
    ended_at = models.DateTimeField(null=True)
    ended_by_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "live"], name="dossiers_delay_one_live"),
            models.CheckConstraint(condition=Q(until__gt=F("from_day")), name="dossiers_delay_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="dossiers_delay_reason"),
            models.CheckConstraint(
                condition=Q(live__isnull=False, ended_at__isnull=True) | Q(live__isnull=True, ended_at__isnull=False),
                name="dossiers_delay_ended",
            ),
        ]
        verbose_name = _("delay of the list of readings")
