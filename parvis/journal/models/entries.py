from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.wordindex import WordOf

from ..enums import EntryKind, KeyEvent


class Entry(ScopedModel):
    """One line of the chronicle. Append-only: a correction is another entry that names the first (``corrects``)."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    title = models.CharField(max_length=191, blank=True)
    text = models.TextField(blank=True)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)
    restricted = models.BooleanField(default=False)
    data_class = models.CharField(max_length=10, default="social")
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    message = models.JSONField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    key_event = models.CharField(max_length=10, choices=KeyEvent.choices, blank=True)
    # With whom: an organisation of the address book, or a person who is in it on their own account.
    organisation = models.ForeignKey("contacts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    partner = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    indicator = models.CharField(max_length=191, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")

    class Meta(ScopedModel.Meta):
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") | ~Q(text="") | Q(message__isnull=False), name="journal_entry_says_something"),
        ]
        indexes = [
            models.Index(fields=["happened_at", "id"], name="journal_time"),
            models.Index(fields=["dossier", "-happened_at", "-id"], name="journal_dossier_time"),
            models.Index(fields=["author_id", "-happened_at"], name="journal_author_time"),
        ]
        verbose_name = _("journal entry")


class EntryWord(WordOf):
    """One word of an entry, for the search. Who may read the entry is asked of the entry."""

    personal_data = "social"
    scoped_by = "entry"
    kept_too = True

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="words")
    # The service of the dossier, which the words follow to another one: the search of an agent looks there first. No right hangs on it.
    unit_key = models.BigIntegerField(default=0)

    class Meta(WordOf.Meta):
        ordering = ["word_key", "entry", "pk"]
        indexes = [models.Index(fields=["word_key", "unit_key", "entry"], name="journal_word_in_unit")]
        constraints = [models.UniqueConstraint(fields=["word_key", "entry"], name="journal_word_once")]
        verbose_name = _("word of a journal entry")
