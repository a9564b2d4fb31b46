"""An agent leaves: the files go to successors, and each hand-over is signed by both."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import Side
from .dossiers import Dossier


class Departure(ScopedModel):
    """An agent leaves: ``on`` is the first day without the functions. ``worked_at``: when tasks and duties went to the successors."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    planned_by_label = models.CharField(max_length=191)
    worked_at = models.DateTimeField(null=True, blank=True)
    moved_tasks = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["worked_at", "on"], name="dossiers_departure_due")]
        verbose_name = _("departure of an agent")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("departure", self.pk)


class Handover(ScopedModel):
    """One dossier that passes from the agent who leaves to a successor. ``done_at``: when the referents were changed; ``refused`` why not."""

    personal_data = "social"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    departure = models.ForeignKey(Departure, on_delete=models.PROTECT, related_name="handovers")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="handovers")
    heir = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    speciality = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=500, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=500, blank=True)
    signed = models.PositiveSmallIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["departure", "dossier", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["departure", "dossier"], name="dossiers_handover_once"),
            models.CheckConstraint(condition=Q(signed__lte=2), name="dossiers_handover_two_sign"),
        ]
        indexes = [models.Index(fields=["heir", "signed"], name="dossiers_handover_heir")]
        verbose_name = _("hand-over")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("handover", self.pk)


class HandoverSignature(ScopedModel):
    """Append-only: who signed the hand-over, when, and the digest of the page as it stood. ``instead_of``: whose place the head took."""

    personal_data = "identity"
    scoped_by = "handover"

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=5, choices=Side.choices)
    account_id = models.BigIntegerField()
    label = models.CharField(max_length=191)
    instead_of = models.CharField(max_length=191, blank=True)
    note = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["handover", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["handover", "side"], name="dossiers_handover_signed_once")]
        verbose_name = _("signature of a hand-over")
