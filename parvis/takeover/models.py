"""An import, its lines, the keys of the old system, and every row that an import wrote."""

from __future__ import annotations

import uuid as uuid_module
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from .enums import Choice, ImportState, Outcome, Result


class Profile(models.Model):
    """How the columns of a source were confirmed the last time."""

    personal_data = "none"

    source = models.CharField(max_length=60, unique=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["source", "pk"]
        verbose_name = _("source of a takeover")


class Import(ScopedModel):
    """One file of one source. ``round`` counts the dry runs: each is a job of its own."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=191)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    table = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    round = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=191, blank=True)
    language = models.CharField(max_length=2, default="fr")
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("import")

    @property
    def path(self) -> Path:
        """The file, until it is taken over; then it is thrown away."""
        return Path(settings.MEDIA_ROOT) / "takeover" / str(self.uuid)


class Line(ScopedModel):
    """One line of the file: what it holds, what it would do, what became of it."""

    personal_data = "identity"
    scoped_by = "imported"

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    findings = models.JSONField(default=list)
    choice = models.CharField(max_length=6, choices=Choice.choices, blank=True)
    result = models.CharField(max_length=6, choices=Result.choices, blank=True)
    filed = models.BooleanField(default=False)
    message = models.CharField(max_length=400, blank=True)
    person_id = models.BigIntegerField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["imported", "number", "pk"]
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="takeover_line_once")]
        indexes = [models.Index(fields=["imported", "outcome", "number"], name="takeover_line_outcome")]
        verbose_name = _("line of an import")


class SourceKey(ScopedModel):
    """The number that a thing had in the old system. ``created``: an import made it; ``usage``: how often it was referred to then."""

    personal_data = "identity"
    scoped_by = "imported"

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=100)
    target_id = models.BigIntegerField()
    created = models.BooleanField(default=True)
    usage = models.PositiveIntegerField(default=0)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    imported = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="keys")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="keys")

    class Meta(ScopedModel.Meta):
        ordering = ["source", "kind", "key", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key", "live"], name="takeover_key_once")]
        indexes = [models.Index(fields=["kind", "target_id"], name="takeover_key_target")]
        verbose_name = _("number in the old system")


class Written(ScopedModel):
    """A row that an import wrote, so that it can be taken back. ``held``: it still held at the end of its line."""

    personal_data = "none"
    scoped_by = "imported"

    imported = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="written")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="written")
    model = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    held = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        ordering = ["line", "pk"]
        constraints = [models.UniqueConstraint(fields=["model", "row_id"], name="takeover_written_once")]
        verbose_name = _("row written by an import")
