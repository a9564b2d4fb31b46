from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.periods import OPEN_END


class AidType(models.Model):
    """A kind of aid that the centre adds to those of the law: its names, its days, the kind on which it rests (amount, account, law), how
    often it is paid, which letter grants it, whether the citizen is offered it. Never deleted: decisions keep its key; it is ended.
    """

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=36, unique=True)
    label = models.JSONField(default=dict)
    base = models.CharField(max_length=40)
    monthly = models.BooleanField(default=False)
    letter = models.CharField(max_length=64, blank=True)
    #: Offered to the citizen by the questions that take their choices from this list.
    in_forms = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "pk"]
        constraints = [models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="aid_type_period")]
        verbose_name = _("kind of aid of the centre")

    def __str__(self) -> str:
        return self.key
