from __future__ import annotations

from django.db import models


class CodeAttempt(models.Model):
    """Wrong codes from one address in one quarter of an hour. The address is a keyed digest, and the row is dropped after a day."""

    personal_data = "security"

    holder = models.CharField(max_length=64)
    slot = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-slot", "-pk"]
        constraints = [models.UniqueConstraint(fields=["holder", "slot"], name="portal_attempt_unique")]
