from __future__ import annotations

import uuid as uuid_module
from pathlib import Path

from django.conf import settings
from django.db import models

from parvis.documents.enums import DocumentKind, Origin
from parvis.kernel.scope import ScopedModel


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256, in the instance's media folder. Never changed."""

    personal_data = "social"

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=100)
    extension = models.CharField(max_length=10)
    pages = models.PositiveIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ["-stored_at", "-pk"]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def media_type(self) -> str:
        return self.mime

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256[2:4] / self.sha256


class Document(ScopedModel):
    """A file with what it is and what it belongs to. ``dossier_id`` lets the dossier show what hangs on its requests and decisions."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    dossier_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40, default=DocumentKind.OTHER)  # DocumentKind, or a piece named by a procedure
    data_class = models.CharField(max_length=10, default="social")
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=2, blank=True)
    on = models.DateField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="documents")
    file_name = models.CharField(max_length=200)
    note = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-on", "-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "kind", "file"], name="documents_once_per_subject"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "on"], name="documents_subject"),
            models.Index(fields=["dossier_id", "on"], name="documents_dossier"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        """The kind in words; a piece named by a procedure goes by its title."""
        return str(DocumentKind(self.kind).label) if self.kind in DocumentKind.values else self.title
