"""Absences that moved tasks."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Away(models.Model):
    """An agent is absent from ``first_on`` until ``until`` (the first day back), as it was followed: begun once, ended once. Whoever notes absences
    holds the dates themselves; here stands what was made of them. ``live`` is 1 while it runs, so that one agent has one at a time."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_on = models.DateField()
    until = models.DateField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)

    class Meta:
        ordering = ["-first_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "live"], name="workflows_away_one_at_a_time"),
            models.CheckConstraint(condition=Q(until__gt=F("first_on")), name="workflows_away_period"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.first_on}"

    @property
    def last_day(self) -> dt.date:
        return self.until - dt.timedelta(days=1)
