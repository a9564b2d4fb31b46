"""The tree of units, and who holds which function where and when."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ..enums import Function

OPEN_END = dt.date(9999, 12, 31)


class Unit(models.Model):
    """A service or team. `path` lists the codes from the root, so that a whole branch is one
    prefix: no recursion, the same on every engine."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=191, unique=True, editable=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["path", "pk"]

    def __str__(self) -> str:
        return self.name_in("fr") or self.code

    def name_in(self, language: str) -> str:
        """The name in a language, else in the first language that has one."""
        return self.name.get(language) or next((v for v in self.name.values() if v), self.code)

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1


class FunctionGrantQuerySet(models.QuerySet):
    def at(self, day: dt.date) -> "FunctionGrantQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class FunctionGrant(models.Model):
    """A function held by an account from a day to a day (half-open), for a unit and all below
    it, or for the whole centre (no unit). Rows are ended, never deleted or rewritten."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    function = models.CharField(max_length=32, choices=Function)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    # The unit's id, or 0 for the whole centre: a NULL would escape the unique constraint.
    unit_key = models.BigIntegerField(editable=False)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=120)

    objects = FunctionGrantQuerySet.as_manager()

    class Meta:
        ordering = ["function", "unit_key", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "function", "unit_key", "valid_from"],
                name="identity_grant_once_per_start",
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="identity_grant_period"),
        ]
        indexes = [
            models.Index(fields=["function", "valid_to"], name="identity_grant_function"),
        ]

    def __str__(self) -> str:
        return f"{self.get_function_display()} · {self.account_id}"

    @property
    def is_open(self) -> bool:
        return self.valid_to == OPEN_END

    @property
    def last_day(self) -> dt.date | None:
        """Last day included, as shown on screen; None while open."""
        return None if self.is_open else self.valid_to - dt.timedelta(days=1)
