from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import ObjectiveStatus
from .entries import Entry


class ObjectiveState(ScopedModel):
    """Append-only: where an objective stood, as said on a day. The last row counts."""

    personal_data = "social"
    scoped_by = "entry"
    kept_too = True

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=8, choices=ObjectiveStatus.choices)
    note = models.CharField(max_length=500, blank=True)
    review_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["entry", "at", "pk"]
        indexes = [models.Index(fields=["entry", "at", "id"], name="journal_objective_state")]
        verbose_name = _("state of an objective")


class Mention(ScopedModel):
    """A colleague named in an entry, who got a task to read it."""

    personal_data = "social"
    scoped_by = "entry"
    kept_too = True

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="mentions")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["entry", "pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "account"], name="journal_mention_once")]
        verbose_name = _("mention of a colleague")


class Reading(ScopedModel):
    """Append-only: who, besides its author, had a restricted note on the screen for the first time, and when."""

    personal_data = "security"
    scoped_by = "entry"
    kept_too = True

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="readings")
    account_id = models.BigIntegerField()
    label = models.CharField(max_length=191)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["entry", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "account_id"], name="journal_reading_once")]
        verbose_name = _("reading of a restricted note")
