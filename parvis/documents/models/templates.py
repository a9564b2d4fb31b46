from __future__ import annotations

from typing import Any

from django.db import models


class TemplateFrozen(RuntimeError):
    """A published template is never changed: publish another number."""


class LetterTemplate(models.Model):
    """A numbered, immutable version of a letter: its blocks in four languages and the mentions that it must carry.

    ``definition``: {"title", "subject", "required": [mention…], "blocks": [{"key", "kind", "heading", "text", "mentions", "when"}]}.
    """

    personal_data = "none"

    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    title = models.JSONField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    author_label = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["key", "-number", "-pk"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="documents_template_number")]

    def __str__(self) -> str:
        return f"{self.key} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TemplateFrozen("a published template is never changed: publish another number")
        super().save(*args, **kwargs)
