from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel


class Draft(ScopedModel):
    """Answers on their way: saved at each step, opened again with a code (only its digest is kept) or by the agent who types.

    ``purpose`` is what the draft is for ("procedure:aid-request:3"), given by the caller. Sending sets ``sent_at`` once; the answers
    are then emptied, because what was sent lives with the request.
    """

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey("form_engine.FormVersion", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    holder_id = models.BigIntegerField(null=True)
    holder_label = models.CharField(max_length=191, blank=True)
    language = models.CharField(max_length=2)
    answers = models.JSONField(default=dict)
    done_pages = models.JSONField(default=list)
    page = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    expires_on = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(token_hash__isnull=False) | Q(holder_id__isnull=False), name="form_engine_draft_has_holder")
        ]
        indexes = [
            models.Index(fields=["holder_id", "sent_at", "saved_at"], name="form_engine_draft_holder"),
            models.Index(fields=["expires_on", "sent_at"], name="form_engine_draft_expiry"),
        ]
        verbose_name = _("draft")

    def __str__(self) -> str:
        return str(self.uuid)
