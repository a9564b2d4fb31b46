"""The log of calls to the outside, with what was asked and what came back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import CallState


class Call(ScopedModel):
    """One thing asked of an outside system: who asked, for whom, why, and what became of it. Written once, its state moves on."""

    personal_data = "money"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connector = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    purpose = models.CharField(max_length=191)
    request_name = models.CharField(max_length=120)
    request = models.BinaryField()
    request_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=191, blank=True)
    simulated = models.BooleanField(default=False)
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "key"], name="connectors_call_once"),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="connectors_call_state_known"),
            models.CheckConstraint(condition=~Q(purpose=""), name="connectors_call_has_purpose"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="connectors_call_subject"),
            models.Index(fields=["connector", "state", "asked_at"], name="connectors_call_list"),
        ]
        verbose_name = _("call")

    def __str__(self) -> str:
        return f"{self.connector} {self.key}"

    @property
    def subject(self) -> SubjectRef:
        return SubjectRef(self.subject_type, self.subject_id)


class Answer(ScopedModel):
    """One file that came back, as it came."""

    personal_data = "money"
    scoped_by = "call"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    given_by_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["call", "round", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "round", "position"], name="connectors_answer_place")]
        verbose_name = _("answer")
