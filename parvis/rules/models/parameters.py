from __future__ import annotations

from django.db import models

from parvis.kernel.periods import OPEN_END
from parvis.rules.enums import ParameterStatus


class Parameter(models.Model):
    """One dated value of law or of the house. Never updated: a correction supersedes, a new rate closes the former one.

    ``value`` is a decimal as text, a term ``{"count", "unit", "roll"}`` or a list of codes. ``known_until``: last day for which the
    source vouches; after it the rate is only the last known one.
    """

    personal_data = "none"

    key = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    known_until = models.DateField(null=True, blank=True)
    value = models.JSONField()
    unit = models.CharField(max_length=30)
    status = models.CharField(max_length=12, choices=ParameterStatus.choices, default=ParameterStatus.CONFIRMED)
    article = models.CharField(max_length=191, blank=True)
    source = models.CharField(max_length=400)
    source_url = models.CharField(max_length=400, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["key", "-valid_from", "-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from", "live"], name="rules_parameter_one_live_per_start"),
            models.CheckConstraint(condition=models.Q(valid_to__gt=models.F("valid_from")), name="rules_parameter_period"),
        ]
        indexes = [models.Index(fields=["key", "live", "valid_from"], name="rules_parameter_lookup")]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"
