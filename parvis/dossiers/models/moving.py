"""A dossier goes to another service."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import TransferState
from .dossiers import Dossier


class Transfer(ScopedModel):
    """A dossier offered to another service. It stays where it is until the head of the other service accepts; ``live`` is 1 while it
    waits, so that one waits at a time."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="transfers")
    from_unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=TransferState.choices, default=TransferState.WAITING)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_label = models.CharField(max_length=191)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_label = models.CharField(max_length=191, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    moved_tasks = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "live"], name="dossiers_transfer_one_waiting"),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True) | (~Q(state="waiting") & Q(answered_at__isnull=False)),
                name="dossiers_transfer_answered",
            ),
        ]
        verbose_name = _("transfer")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("transfer", self.pk)
