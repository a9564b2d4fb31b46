from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.form_engine.api import living
from parvis.kernel.scope import ScopedModel

from ..enums import Channel, Stage


class Request(ScopedModel):
    """One demand, in the chronological register. What was answered is immutable; an agent takes it over as facts.

    ``received_at`` is the clock's, always. ``requested_on`` is the day from which terms run: the day of receipt, or the corrected
    day of an oral or written request, each correction kept with its author and reason.
    """

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True)
    procedure = models.ForeignKey("procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    draft = models.OneToOneField("form_engine.Draft", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    received_at = models.DateTimeField()
    requested_on = models.DateField()
    language = models.CharField(max_length=2)
    answers = models.JSONField(default=dict)
    #: What lists that live on offered on the day, by question; None where the form has none.
    choices_shown = models.JSONField(null=True)
    applicant_name = models.CharField(max_length=191)
    applicant_sort = models.CharField(max_length=191, default="")
    urgent = models.BooleanField(default=False)
    urgent_reason = models.TextField(blank=True)
    wants_hearing = models.BooleanField(default=False)
    tracking_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    registered_by_id = models.BigIntegerField(null=True)
    registered_by_label = models.CharField(max_length=191, blank=True)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    applicant = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField(null=True)
    joined_by_id = models.BigIntegerField(null=True)
    joined_by_label = models.CharField(max_length=191, blank=True)
    taken_over = models.JSONField(default=dict)

    class Meta(ScopedModel.Meta):
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True, dossier__isnull=True, applicant__isnull=True)
                | Q(joined_at__isnull=False, dossier__isnull=False, applicant__isnull=False),
                name="requests_joined_whole",
            )
        ]
        indexes = [
            models.Index(fields=["unit", "received_at"], name="requests_unit_received"),
            models.Index(fields=["dossier", "received_at"], name="requests_dossier"),
            models.Index(fields=["joined_at", "received_at"], name="requests_unjoined"),
            models.Index(fields=["applicant_sort"], name="requests_name"),
        ]
        verbose_name = _("request")

    def __str__(self) -> str:
        return self.number

    @property
    def form_as_shown(self) -> Any:
        """The questions with the choices that were shown on the day."""
        return living(self.procedure.form.definition, self.answers, self.requested_on, self.choices_shown or {})


class RequestDateCorrection(models.Model):
    """The day of a request was wrong in the register: old value, new value, who and why. Append-only."""

    personal_data = "social"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="date_corrections")
    old_on = models.DateField()
    new_on = models.DateField()
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="requests_correction_reason")]


class RequestLine(ScopedModel):
    """One right asked for within a request. Clocks, proposal and decision hang here: two rights have two terms."""

    personal_data = "social"
    scoped_by = "request"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=64)
    label = models.JSONField(default=dict)
    provision = models.CharField(max_length=64, blank=True)
    terms = models.JSONField(default=dict)
    mandatory_pieces = models.JSONField(default=list)
    letter_template = models.CharField(max_length=64, blank=True)
    process_key = models.CharField(max_length=64)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.RECEIVED)
    stage_at = models.DateTimeField()
    next_step = models.CharField(max_length=64, blank=True)
    expected_on = models.DateField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["request", "pk"]
        constraints = [models.UniqueConstraint(fields=["request", "kind"], name="requests_line_kind_once")]
        indexes = [models.Index(fields=["stage", "stage_at"], name="requests_line_stage")]
        verbose_name = _("line of a request")

    def __str__(self) -> str:
        return f"{self.request_id}/{self.kind}"
