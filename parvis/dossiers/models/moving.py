"""A dossier goes to another service."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.identity.enums import DataClass
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import TransferState
from .custom import DossierKind
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


class ReadingRule(models.Model):
    """How long at most a service that gave a dossier away may read it, and which classes of data stay open: for one kind of file, or for
    all. A published version holds from its first day; a correction of the same day supersedes (``live``)."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    kind = models.ForeignKey(DossierKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    slot = models.CharField(max_length=40)
    days = models.PositiveSmallIntegerField()
    classes = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=400)
    valid_from = models.DateField()
    live = models.PositiveSmallIntegerField(null=True, default=1)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["slot", "-valid_from", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["slot", "valid_from", "live"], name="dossiers_reading_rule_one_per_day"),
            models.CheckConstraint(condition=Q(days__lte=730), name="dossiers_reading_rule_days"),
            models.CheckConstraint(condition=~Q(source=""), name="dossiers_reading_rule_has_source"),
        ]
        verbose_name = _("rule of reading after a transfer")

    def __str__(self) -> str:
        return f"{self.slot} {self.valid_from}"

    @property
    def class_names(self) -> list[str]:
        return [name for name in self.classes.split(",") if name]

    @property
    def class_labels(self) -> list[str]:
        return [str(DataClass(name).label) for name in self.class_names]
