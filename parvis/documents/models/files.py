from __future__ import annotations

import uuid as uuid_module
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.documents.enums import DocumentKind, Origin
from parvis.kernel.scope import ScopedModel
from parvis.kernel.wordindex import WordOf


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
    # Whom of the file it concerns; empty: everybody, or nobody said so yet.
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # When the words of its text were taken, and how often that failed: what is empty is tried again at night.
    text_taken_at = models.DateTimeField(null=True, blank=True)
    text_tries = models.PositiveSmallIntegerField(default=0)
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)
    # Filed in the wrong place: kept, and closed to the readers of the file.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_label = models.CharField(max_length=191, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    # A paper that no file needs: who said so, when and why. It stays where it hangs; only the list of orphans leaves it out.
    aside_at = models.DateTimeField(null=True, blank=True)
    aside_by_label = models.CharField(max_length=191, blank=True)
    aside_why = models.CharField(max_length=400, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-on", "-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "kind", "file"], name="documents_once_per_subject"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "on"], name="documents_subject"),
            models.Index(fields=["dossier_id", "on"], name="documents_dossier"),
            models.Index(fields=["dossier_id", "aside_at", "id"], name="documents_homeless"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        """The kind in words; a piece named by a procedure goes by its title."""
        return str(DocumentKind(self.kind).label) if self.kind in DocumentKind.values else self.title


class FileText(models.Model):
    """The text layer of a file that came in, as far as it has one. A scan without text stays without: nothing is recognised from pictures."""

    personal_data = "social"

    class State(models.TextChoices):
        READ = "read", _("text found")
        NONE = "none", _("no text in it (a scan or photo)")
        FAILED = "failed", _("could not be read")

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="text")
    state = models.CharField(max_length=8, choices=State.choices)
    text = models.TextField(blank=True)
    cut = models.BooleanField(default=False)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("text of a file")


class DocumentWord(WordOf):
    """One word of a document's title, note or text. Who may open the document is asked of the document."""

    personal_data = "social"
    scoped_by = "document"
    kept_too = True

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="words")

    class Meta(WordOf.Meta):
        ordering = ["word_key", "document", "pk"]
        constraints = [models.UniqueConstraint(fields=["word_key", "document"], name="documents_word_once")]
        verbose_name = _("word of a document")


class DocumentProposal(ScopedModel):
    """What the words of a document say that it is, and whom of the file it names. An agent confirms it, changes it or sets it aside."""

    personal_data = "social"
    scoped_by = "document"
    kept_too = True

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="proposal")
    kind = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=191, blank=True)
    by_number = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    open = models.BooleanField(default=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        verbose_name = _("what a document seems to be")
