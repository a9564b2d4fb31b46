from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.periods import Period
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef


class Attestation(ScopedModel):
    """An attestation handed over: what it says, to whom, under which number of its own register. A mistake is withdrawn, and another attestation
    handed over."""

    personal_data = "money"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True)
    template_key = models.CharField(max_length=60)
    template_number = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=191)
    valid_from = models.DateField()
    valid_to = models.DateField()
    language = models.CharField(max_length=2)
    recipient = models.CharField(max_length=191, blank=True)
    # The letter as it was handed over: the paper is made from these alone, the same bytes each time.
    blocks = models.JSONField(default=list)
    envelope = models.JSONField(default=dict)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    issued_by_label = models.CharField(max_length=191)
    # With number and code, whoever is handed the paper learns that it is genuine; nothing of the person. NULL: printed before there was one.
    check_code = models.CharField(max_length=14, unique=True, null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_label = models.CharField(max_length=191, blank=True)
    withdrawn_reason = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="aid_attestation_period"),
            models.CheckConstraint(condition=~Q(number=""), name="aid_attestation_has_number"),
        ]
        indexes = [
            models.Index(fields=["dossier", "issued_at"], name="aid_attestation_dossier"),
            models.Index(fields=["issued_at"], name="aid_attestation_issued"),
        ]
        verbose_name = _("attestation")

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("attestation", self.pk)

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    @property
    def last_day(self) -> date:
        return self.valid_to - timedelta(days=1)
