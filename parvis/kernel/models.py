"""Tables of the kernel: no business word in them."""

from __future__ import annotations

from django.db import models


class Sequence(models.Model):
    """Last number given, per series and year. Allotted in the committing transaction, so without gaps."""

    personal_data = "none"

    series = models.CharField(max_length=64)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["series", "year", "pk"]
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="kernel_sequence_unique")]


class ChainHead(models.Model):
    """The tip of one mutation chain; locked last in each gesture."""

    personal_data = "none"

    stream = models.CharField(max_length=120, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="")
    sealed_length = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["stream", "pk"]


class MutationLine(models.Model):
    """One line of the append-only mutation journal. ``body`` is the canonical JSON that was hashed."""

    personal_data = "identity"

    stream = models.CharField(max_length=120)
    number = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()
    verb = models.CharField(max_length=120)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=191)
    behalf_id = models.BigIntegerField(null=True)
    body = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["stream", "number", "pk"]
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="kernel_line_number_unique")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "recorded_at"], name="kernel_line_subject"),
            models.Index(fields=["recorded_at", "id"], name="kernel_line_time"),
            models.Index(fields=["behalf_id", "recorded_at"], name="kernel_line_behalf"),
        ]


class MutationValue(models.Model):
    """Values of a line. Only their salted digest is in the chain, so that lawful destruction keeps the chain valid."""

    personal_data = "social"

    line = models.ForeignKey(MutationLine, on_delete=models.PROTECT, related_name="values")
    field = models.CharField(max_length=120)
    salt = models.CharField(max_length=32)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["line", "pk"]


class ErasureWarrant(models.Model):
    """Append-only: what was destroyed lawfully, proposed by one person and approved by another. Without one, no evidence is deleted."""

    personal_data = "identity"

    stream = models.CharField(max_length=120, unique=True)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=120)
    ground = models.CharField(max_length=191)
    proposed_by_id = models.BigIntegerField()
    proposed_by_label = models.CharField(max_length=191)
    approved_by_id = models.BigIntegerField()
    approved_by_label = models.CharField(max_length=191)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="kernel_warrant_once"),
            models.CheckConstraint(condition=~models.Q(proposed_by_id=models.F("approved_by_id")), name="kernel_warrant_two_persons"),
        ]


class ErasurePass(models.Model):
    """The one row of a guarded table that may go now. Written and taken away again within the transaction that destroys, so that no
    other transaction ever sees it; the triggers of the tables look here (``append_only.lock_but_erasure``)."""

    personal_data = "none"

    warrant = models.ForeignKey(ErasureWarrant, on_delete=models.PROTECT, related_name="+")
    table_name = models.CharField(max_length=64)
    row_id = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["table_name", "row_id"], name="kernel_pass_once")]


class MasterSeal(models.Model):
    """All chain heads at one minute, chained and signed with a key kept outside the database."""

    personal_data = "none"

    number = models.PositiveBigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    heads_digest = models.CharField(max_length=64)
    streams = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["number", "pk"]


class ReadLine(models.Model):
    """Who opened which protected file, at most one line per actor, subject, screen and ten minutes."""

    personal_data = "identity"

    read_at = models.DateTimeField()
    slot = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=191)
    behalf_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=191, blank=True)
    screen = models.CharField(max_length=100)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()

    class Meta:
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "actor_label", "screen", "slot"], name="kernel_read_once_per_slot"
            )
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "read_at"], name="kernel_read_subject"),
            models.Index(fields=["actor_id", "read_at"], name="kernel_read_actor"),
        ]


class Job(models.Model):
    """Work to do after the commit. The row, written in the gesture, is the outbox."""

    personal_data = "none"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    version = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["next_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_type", "subject_id", "version"], name="kernel_job_once"),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="kernel_job_due")]


class PeriodicRun(models.Model):
    """Last time a periodic job was queued."""

    personal_data = "none"

    kind = models.CharField(max_length=80, unique=True)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "pk"]


class IdempotencyKey(models.Model):
    """A creating POST leaves its key and where it led; the same key leads there again."""

    personal_data = "none"

    key = models.CharField(max_length=64)
    actor = models.CharField(max_length=120)
    screen = models.CharField(max_length=120)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["key", "actor", "screen"], name="kernel_idempotency_unique")]


class Word(models.Model):
    """A word that stands in some text, once, with its sound: what is typed in a search is compared with these. ``wordindex`` says in which
    text. Never shown: whether a text has it is told from texts that the reader may see."""

    personal_data = "social"

    id = models.BigIntegerField(primary_key=True)
    word = models.CharField(max_length=60, unique=True)
    sound = models.CharField(max_length=12, db_index=True)

    class Meta:
        ordering = ["word", "pk"]
