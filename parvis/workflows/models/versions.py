"""Published models of processes."""

import uuid

from django.db import models


class ProcessVersion(models.Model):
    """One published model: immutable, numbered per key. A running case keeps the version it started with.

    ``spec`` is the engine's form of the model, made once here instead of in every case; ``outline`` what screens need of it.
    """

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    xml = models.TextField()
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    outline = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["key", "-number", "pk"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="workflows_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.key} {self.number}"
