from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import ClockKind, Stage, StopReason
from .requests import RequestLine


class Clock(ScopedModel):
    """A legal term that runs: from which event, until when. ``live`` is 1 for the one that counts, NULL once replaced."""

    personal_data = "social"
    scoped_by = "line__request"

    line = models.ForeignKey(RequestLine, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=8, choices=ClockKind.choices)
    started_on = models.DateField()
    started_by = models.CharField(max_length=191)
    term_key = models.CharField(max_length=64)
    term = models.JSONField()
    due_on = models.DateField()
    met_on = models.DateField(null=True)
    stop_reason = models.CharField(max_length=12, choices=StopReason.choices, default=StopReason.NONE, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    recorded_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "kind", "live"], name="requests_clock_live_unique"),
            models.CheckConstraint(condition=Q(due_on__gte=F("started_on")), name="requests_clock_order"),
        ]
        indexes = [models.Index(fields=["kind", "live", "met_on", "due_on"], name="requests_clock_due")]
        verbose_name = _("legal clock")

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class StageMark(ScopedModel):
    """A line reached a stage. Append-only; the person's timeline is made of these and says nothing that is internal."""

    personal_data = "social"
    scoped_by = "line__request"

    line = models.ForeignKey(RequestLine, on_delete=models.PROTECT, related_name="marks")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    outcome = models.CharField(max_length=32, blank=True)
    next_step = models.CharField(max_length=64, blank=True)
    expected_on = models.DateField(null=True)
    marked_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["line", "marked_at", "pk"]
        indexes = [models.Index(fields=["line", "marked_at"], name="requests_mark_line")]
        verbose_name = _("stage reached")
