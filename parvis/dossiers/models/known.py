"""Names that are well known here: whoever opens such a file is asked why."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.periods import OPEN_END


class WellKnownName(models.Model):
    """A name that people here know (a mayor, a singer, a name in the news), from a day until the day before ``valid_to``. Whether such a
    person is on file is not in it."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120)
    reason = models.CharField(max_length=400)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    recorded_at = models.DateTimeField()
    author_label = models.CharField(max_length=191)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_label = models.CharField(max_length=191, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["family_name", "given_names", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="dossiers_known_has_reason"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="dossiers_known_period"),
        ]
        verbose_name = _("well-known name")

    def __str__(self) -> str:
        return f"{self.family_name} {self.given_names}"

    @property
    def last_day(self) -> dt.date | None:
        return None if self.valid_to == OPEN_END else self.valid_to - dt.timedelta(days=1)


class WellKnownPerson(models.Model):
    """A person on file who bears a well-known name: found by the program, shown to nobody. ``person_id`` is no foreign key: who is gone is
    forgotten here by the eraser."""

    personal_data = "identity"

    known = models.ForeignKey(WellKnownName, on_delete=models.CASCADE, related_name="persons")
    person_id = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["known", "person_id"], name="dossiers_known_person_once")]
        indexes = [models.Index(fields=["person_id", "known"], name="dossiers_known_person")]
        verbose_name = _("person with a well-known name")
