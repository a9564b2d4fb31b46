from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FormVersion(models.Model):
    """A published questionnaire. The definition is never changed: a new wording is a new number. ``digest`` proves it."""

    personal_data = "none"

    key = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["key", "-number", "-pk"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="form_engine_version_unique")]
        verbose_name = _("form version")

    def __str__(self) -> str:
        return f"{self.key} {self.number}"
