"""An import, its lines, the keys of the old system, and every row that an import wrote."""

from __future__ import annotations

import uuid as uuid_module
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from .enums import Choice, DifferenceKind, DifferenceState, FileKind, ImportState, Outcome, RehearsalState, Result


class Profile(models.Model):
    """How the columns of a source were confirmed the last time, for each kind of file."""

    personal_data = "none"

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=FileKind.choices, default=FileKind.PERSONS)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["source", "kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "kind"], name="takeover_profile_once")]
        verbose_name = _("source of a takeover")


class Import(ScopedModel):
    """One file of one source. ``round`` counts the dry runs: each is a job of its own."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=FileKind.choices, default=FileKind.PERSONS)
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
    """One line of the file: what it holds, what it would do, what became of it. ``rest``: columns without a meaning here, to be read only."""

    personal_data = "identity"
    scoped_by = "imported"

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    rest = models.JSONField(default=dict)
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


class PastPayment(ScopedModel):
    """A payment as the old system made it. ``key``: its number there, else what tells it from the others; ``live`` until taken back."""

    personal_data = "money"
    scoped_by = "imported"

    imported = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="payments")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="payments")
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    person_id = models.BigIntegerField(null=True)
    person_key = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=191, blank=True)
    aid = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    month = models.DateField()
    gross = models.DecimalField(max_digits=12, decimal_places=2)
    withheld = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    paid = models.DecimalField(max_digits=12, decimal_places=2)
    payee_name = models.CharField(max_length=191, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    communication = models.CharField(max_length=191, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["source", "month", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "key", "live"], name="takeover_payment_once")]
        indexes = [
            models.Index(fields=["source", "month", "live"], name="takeover_payment_month"),
            models.Index(fields=["person_id"], name="takeover_payment_person"),
        ]
        verbose_name = _("payment of the old system")


class Rehearsal(ScopedModel):
    """One month of one source, what it paid compared with what would be paid here, until it goes live."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=60)
    month = models.DateField()
    state = models.CharField(max_length=5, choices=RehearsalState.choices, default=RehearsalState.OPEN)
    counts = models.JSONField(default=dict)
    round = models.PositiveIntegerField(default=0)
    compared_at = models.DateTimeField(null=True)
    compared_by = models.CharField(max_length=191, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-month", "-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "month"], name="takeover_rehearsal_once")]
        verbose_name = _("rehearsal")


class Difference(ScopedModel):
    """Where the two differ for one person and aid. ``mark``: the same difference in the next comparison; ``sign``: with the same values.

    ``old`` and ``new``: the payments and the rights compared, as they were then.
    """

    personal_data = "money"
    scoped_by = "rehearsal"

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="differences")
    mark = models.CharField(max_length=64)
    sign = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=DifferenceKind.choices)
    state = models.CharField(max_length=9, choices=DifferenceState.choices, default=DifferenceState.UNEXPLAINED)
    person_id = models.BigIntegerField(null=True)
    person_key = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=191, blank=True)
    aid = models.CharField(max_length=120, blank=True)
    old = models.JSONField(default=list)
    new = models.JSONField(default=list)
    before = models.DecimalField(max_digits=12, decimal_places=2)
    now = models.DecimalField(max_digits=12, decimal_places=2)
    words = models.CharField(max_length=400, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_label = models.CharField(max_length=191, blank=True)
    at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "mark"], name="takeover_difference_once")]
        indexes = [
            models.Index(fields=["rehearsal", "state", "name"], name="takeover_difference_state"),
            models.Index(fields=["person_id"], name="takeover_difference_person"),
        ]
        verbose_name = _("difference")


class GoLive(ScopedModel):
    """The certificate of a go-live, written once: what was compared, how each difference ended, who signed. It names nobody."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    rehearsal = models.OneToOneField(Rehearsal, on_delete=models.PROTECT, related_name="live")
    first_month = models.DateField()
    rights = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-pk"]
        verbose_name = _("go-live")
