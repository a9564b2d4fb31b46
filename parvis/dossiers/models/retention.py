"""How long a closed dossier is kept, what holds it back, and how it is destroyed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import CloseReason, LineState, ListState
from .dossiers import Dossier


class RetentionRule(models.Model):
    """A published version of one rule: how many years after closing, for which field of work and which reason of closing. A new version
    holds from its first day; a correction of the same day supersedes. ``money_years``: no destruction sooner after the last payment."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    sector = models.ForeignKey("identity.Sector", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    close_code = models.CharField(max_length=12, choices=CloseReason.choices, blank=True)
    slot = models.CharField(max_length=40)
    years = models.PositiveSmallIntegerField()
    money_years = models.PositiveSmallIntegerField(default=10)
    keep_reads = models.BooleanField(default=True)
    source = models.CharField(max_length=400)
    confirmed = models.BooleanField(default=False)
    valid_from = models.DateField()
    live = models.PositiveSmallIntegerField(null=True, default=1)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["slot", "-valid_from", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["slot", "valid_from", "live"], name="dossiers_retention_one_per_day"),
            models.CheckConstraint(condition=Q(years__gt=0), name="dossiers_retention_years"),
            models.CheckConstraint(condition=~Q(source=""), name="dossiers_retention_has_source"),
        ]
        verbose_name = _("rule of retention")

    def __str__(self) -> str:
        return f"{self.slot} {self.valid_from}"


class LegalHold(ScopedModel):
    """Nothing of this dossier is destroyed until the hold ends: a lawsuit, an inquiry, research. ``live`` is 1 until then."""

    personal_data = "legal"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)
    review_on = models.DateField()
    #: The day of review for which a task was given: one day, one task.
    asked_for = models.DateField(null=True, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_label = models.CharField(max_length=191, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["review_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="dossiers_hold_has_reason"),
            models.CheckConstraint(
                condition=Q(live__isnull=False, ended_at__isnull=True) | Q(live__isnull=True, ended_at__isnull=False),
                name="dossiers_hold_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "live"], name="dossiers_hold_live"),
            models.Index(fields=["live", "review_on", "id"], name="dossiers_hold_review"),
        ]
        verbose_name = _("legal hold")


class DestructionList(models.Model):
    """Dossiers to be destroyed, proposed by one person and approved by another, with the permission of the State Archives. ``certificate``
    is the canonical text that was hashed; the PDF is made from it."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=ListState.choices, default=ListState.PROPOSED)
    note = models.CharField(max_length=500, blank=True)
    permission = models.CharField(max_length=191, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_by_label = models.CharField(max_length=191)
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by_label = models.CharField(max_length=191, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_label = models.CharField(max_length=191, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    certificate_number = models.CharField(max_length=20, unique=True, null=True)
    certificate = models.TextField(blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")), name="dossiers_destruction_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "withdrawn"))
                | (Q(approved_by__isnull=False) & Q(approved_at__isnull=False) & ~Q(permission="")),
                name="dossiers_destruction_approved",
            ),
            models.CheckConstraint(condition=Q(state__in=ListState.values), name="dossiers_destruction_state_known"),
        ]
        verbose_name = _("destruction list")

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("destruction_list", self.pk)


class DestructionLine(models.Model):
    """One dossier of a list, with the rule and the day that were shown. ``live`` is 1 while the list may still destroy it: a dossier
    stands on one list at a time. ``files``: digests whose bytes still have to leave the disk."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on_list = models.ForeignKey(DestructionList, on_delete=models.PROTECT, related_name="lines")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=400)
    closed_on = models.DateField()
    due_from = models.DateField()
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.LISTED)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    removed_reason = models.CharField(max_length=500, blank=True)
    removed_by_label = models.CharField(max_length=191, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on_list", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "live"], name="dossiers_destruction_one_list"),
            models.UniqueConstraint(fields=["on_list", "dossier"], name="dossiers_destruction_line_once"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="dossiers_destruction_line_known"),
            models.CheckConstraint(condition=~Q(state="removed") | ~Q(removed_reason=""), name="dossiers_destruction_removed_why"),
        ]
        verbose_name = _("line of a destruction list")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("destruction_line", self.pk)
