from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..enums import EntryKind


class NoteTemplate(models.Model):
    """A text of the centre to begin an entry with, in four languages."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    titles = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("text template")

    @property
    def title(self) -> str:
        return _said(self.titles)

    @property
    def text(self) -> str:
        return _said(self.texts)


def _said(words: dict[str, str]) -> str:
    return words.get((get_language() or "fr")[:2]) or words.get("fr") or next(iter(words.values()), "")
