from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Procedure(models.Model):
    """A service that people can ask for. What it consists of is in its numbered versions."""

    personal_data = "none"

    key = models.CharField(max_length=64, unique=True)
    is_open = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["order", "key", "pk"]
        verbose_name = _("procedure")

    def __str__(self) -> str:
        return self.key


class ProcedureVersion(models.Model):
    """What was published: form, process, letter template, lines with their terms and mandatory pieces. Never changed."""

    personal_data = "none"

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    form = models.ForeignKey("form_engine.FormVersion", on_delete=models.PROTECT, related_name="+")
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["procedure", "-number", "-pk"]
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedures_version_unique")]
        verbose_name = _("procedure version")

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.number}"
