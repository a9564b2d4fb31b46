from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import FileKind, FileState, Finding
from .payments import PaymentLine, PaymentOrder


class BankFile(ScopedModel):
    """A file read from the bank, once: its content's hash is unique."""

    personal_data = "money"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=FileKind.choices)
    version = models.CharField(max_length=30)
    name = models.CharField(max_length=191)
    message_id = models.CharField(max_length=70, blank=True)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.READING)
    source = models.CharField(max_length=20, default="upload")
    received_at = models.DateTimeField()
    received_by_label = models.CharField(max_length=191)
    matched = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["received_at", "id"], name="accounting_file_list")]
        verbose_name = _("bank file")

    def __str__(self) -> str:
        return self.name


class BankFileLine(ScopedModel):
    """What became of one line of a bank file. ``applied_key`` is held by the line that took effect: the same news works once."""

    personal_data = "money"
    scoped_by = "file"

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    finding = models.CharField(max_length=10, choices=Finding.choices)
    explanation = models.CharField(max_length=40)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    line = models.ForeignKey(PaymentLine, on_delete=models.PROTECT, null=True, blank=True, related_name="news")
    original_message = models.CharField(max_length=70, blank=True)
    end_to_end = models.CharField(max_length=70, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=5, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=10, blank=True)
    reason_code = models.CharField(max_length=12, blank=True)
    bank_text = models.CharField(max_length=191, blank=True)
    party = models.CharField(max_length=191, blank=True)
    on = models.DateField(null=True, blank=True)
    applied_key = models.CharField(max_length=191, null=True, unique=True)

    class Meta(ScopedModel.Meta):
        ordering = ["file", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="accounting_fileline_position_unique"),
            models.CheckConstraint(condition=Q(finding__in=Finding.values), name="accounting_fileline_finding_known"),
        ]
        indexes = [models.Index(fields=["line"], name="accounting_fileline_line")]
        verbose_name = _("line of a bank file")
