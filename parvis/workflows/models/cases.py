"""Running processes."""

import uuid

from django.db import models
from django.db.models import Q

from ..enums import CaseState


class Case(models.Model):
    """One subject on its way through one version of a process.

    Holds where the tokens are and nothing else: facts and amounts live in the domain tables and are read fresh. ``lock`` is
    raised by every move in a conditional update, so that two moves never overwrite each other, on any engine.
    """

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="cases")
    process_key = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    dossier_key = models.BigIntegerField(null=True, blank=True)
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=CaseState, default=CaseState.RUNNING)
    tokens = models.JSONField(default=dict)
    dues = models.JSONField(default=dict)
    lock = models.PositiveIntegerField(default=0)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["process_key", "subject_type", "subject_id", "live"], name="workflows_case_one_running_per_subject"
            ),
            models.CheckConstraint(
                condition=(Q(state="running") & Q(live__isnull=False) & Q(finished_at__isnull=True))
                | (~Q(state="running") & Q(live__isnull=True) & Q(finished_at__isnull=False)),
                name="workflows_case_live_while_running",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="workflows_case_subject"),
            models.Index(fields=["dossier_key"], name="workflows_case_dossier"),
        ]

    def __str__(self) -> str:
        return f"{self.process_key} · {self.subject_type}:{self.subject_id}"
