"""What was asked of the cell about one person, and what came back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import ANSWERS, ExtractState, Flow


class ExtractRequest(ScopedModel):
    """One question about one person: the network answers by national number. What is asked stays as it was asked; the cell's answer closes it.

    ``line_id`` is the line of request for which it was asked, above this context: a number, read through the registries.
    """

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    line_id = models.BigIntegerField(null=True, blank=True)
    flows = models.JSONField(default=list)
    purpose = models.CharField(max_length=500)
    wanted_on = models.DateField()
    state = models.CharField(max_length=10, choices=ExtractState.choices, default=ExtractState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_label = models.CharField(max_length=191)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_label = models.CharField(max_length=191, blank=True)
    data_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=500, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["wanted_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExtractState.values), name="socialdata_extract_state_known"),
            models.CheckConstraint(
                condition=Q(state="asked", settled_at__isnull=True) | (~Q(state="asked") & Q(settled_at__isnull=False)),
                name="socialdata_extract_settled",
            ),
            models.CheckConstraint(condition=~Q(state="answered") | Q(data_on__isnull=False), name="socialdata_extract_has_day"),
            models.CheckConstraint(condition=~Q(purpose=""), name="socialdata_extract_has_purpose"),
        ]
        indexes = [
            models.Index(fields=["state", "wanted_on", "id"], name="socialdata_extract_queue"),
            models.Index(fields=["state", "settled_at", "id"], name="socialdata_extract_times"),
            models.Index(fields=["dossier", "asked_at", "id"], name="socialdata_extract_dossier"),
            models.Index(fields=["person", "state"], name="socialdata_extract_person"),
        ]
        verbose_name = _("request for an extract")

    def __str__(self) -> str:
        return f"extract:{self.pk}"

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("extract_request", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == ExtractState.ASKED

    @property
    def is_answered(self) -> bool:
        return self.state in ANSWERS

    @property
    def flow_words(self) -> str:
        """What was asked, in the reader's language."""
        return ", ".join(str(Flow(code).label) for code in self.flows if code in Flow.values)
