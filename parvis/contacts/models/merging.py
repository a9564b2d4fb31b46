"""Two anchors that turned out to be one, and every row that was moved for it: so that it can be undone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel


class Merge(ScopedModel):
    """``party`` is "person" or "organisation"; ``merged_id`` leads to ``kept_id`` while ``live`` is 1."""

    personal_data = "identity"

    party = models.CharField(max_length=12)
    kept_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()
    reason = models.CharField(max_length=191)
    merged_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)
    undone_by_label = models.CharField(max_length=191, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)

    class Meta(ScopedModel.Meta):
        ordering = ["-merged_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["party", "merged_id", "live"], name="contacts_merge_once")]
        indexes = [models.Index(fields=["party", "kept_id"], name="contacts_merge_kept")]
        verbose_name = _("merge")


class MergeStep(ScopedModel):
    """One row that the merge touched. ``did``: "repointed" (a link of another context), "ended" (a version superseded), "written",
    or "left" (a link that the kept one had already: it still leads to the merged one)."""

    personal_data = "identity"
    scoped_by = "merge"

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="steps")
    did = models.CharField(max_length=10)
    model = models.CharField(max_length=60)
    field = models.CharField(max_length=40, blank=True)
    row_id = models.BigIntegerField()
    undone = models.BooleanField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["merge", "pk"]
        verbose_name = _("step of a merge")
