from __future__ import annotations

import uuid as uuid_module
from typing import Any

from django.db import models

from parvis.kernel.scope import ScopedModel
from parvis.rules.enums import Basis


class CalculationFrozen(RuntimeError):
    """A calculation is evidence: it is never changed, a new one is made."""


class Calculation(ScopedModel):
    """An amount with its explanation tree, as computed at one moment. Immutable."""

    personal_data = "money"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    ruleset = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    basis = models.CharField(max_length=20, choices=Basis.choices)
    day = models.DateField()
    inputs = models.JSONField()
    tree = models.JSONField()
    notes = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    digest = models.CharField(max_length=64)
    computed_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-computed_at", "-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="rules_calculation_not_negative")]
        indexes = [models.Index(fields=["subject_type", "subject_id", "computed_at"], name="rules_calculation_subject")]

    def __str__(self) -> str:
        return f"{self.ruleset} {self.day} {self.amount} {self.currency}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise CalculationFrozen("a calculation is never changed: make a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise CalculationFrozen("a calculation is never deleted")
