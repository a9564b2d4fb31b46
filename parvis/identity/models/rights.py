"""What the centre decides about rights, as dated rows: classes of data, sectors, proxies, exceptional openings.

Files of contexts above are named by type and id, never by a foreign key.
"""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ..enums import DataClass, Function
from .units import OPEN_END


class DatedQuerySet(models.QuerySet):
    def at(self, day: dt.date) -> "DatedQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class Dated(models.Model):
    """A row that holds from a day to a day (half-open). It is ended, never deleted."""

    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    recorded_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=120)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """Last day included, as shown on screen; None while open."""
        return None if self.valid_to == OPEN_END else self.valid_to - dt.timedelta(days=1)


class ClassRight(Dated):
    """Where the centre differs from the product's default: a function sees a class of data, or no longer does, for a period."""

    personal_data = "none"

    data_class = models.CharField(max_length=10)
    function = models.CharField(max_length=32, choices=Function)
    allowed = models.BooleanField()

    class Meta:
        ordering = ["data_class", "function", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["data_class", "function", "valid_from"], name="identity_right_once_per_start"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="identity_right_period"),
        ]


class Sector(models.Model):
    """A field of work (youth, asylum, elderly). Reserved: only its agents see its files."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.JSONField(default=dict)
    reserved = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code", "pk"]

    def __str__(self) -> str:
        return self.name.get("fr") or next((v for v in self.name.values() if v), self.code)


class AgentSector(Dated):
    """An agent works in a sector for a period. An agent without sector works in all that are not reserved."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sectors")
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="agents")

    class Meta:
        ordering = ["account", "sector", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "sector", "valid_from"], name="identity_agent_sector_once"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="identity_agent_sector_period"),
        ]


class Proxy(Dated):
    """``giver`` lets ``holder`` act in their name for a period. It works once accepted; ``functions`` and ``only`` (``type:id``)
    narrow it, empty = all that the giver may hand on."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proxies_given")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proxies_held")
    functions = models.CharField(max_length=255, blank=True)
    only = models.CharField(max_length=2000, blank=True)
    only_label = models.CharField(max_length=2000, blank=True)
    reason = models.CharField(max_length=191)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="identity_proxy_period"),
            models.CheckConstraint(condition=~Q(giver=F("holder")), name="identity_proxy_two_persons"),
        ]

    @property
    def function_names(self) -> list[str]:
        return [name for name in self.functions.split(",") if name]

    @property
    def function_labels(self) -> list[str]:
        return [str(Function(name).label) for name in self.function_names]

    def runs_on(self, day: dt.date) -> bool:
        return (
            self.accepted_at is not None and self.declined_at is None and self.ended_at is None and self.valid_from <= day < self.valid_to
        )


class Opening(models.Model):
    """A file opened to an agent outside the scope: for a written reason, until an instant."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="openings")
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=120)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="identity_opening_has_reason")]
        indexes = [
            models.Index(fields=["account", "expires_at"], name="identity_opening_account"),
            models.Index(fields=["subject_type", "subject_id", "expires_at"], name="identity_opening_subject"),
        ]


class KeptReading(models.Model):
    """A service that no longer has a file may read it until the day before ``valid_to``, in these classes of data, and write nothing."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    classes = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField()
    recorded_at = models.DateTimeField()
    author_label = models.CharField(max_length=191)
    ended_at = models.DateTimeField(null=True)
    ended_by_label = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["-valid_to", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="identity_kept_period")]
        indexes = [
            models.Index(fields=["unit", "valid_to"], name="identity_kept_unit"),
            models.Index(fields=["subject_type", "subject_id", "valid_to"], name="identity_kept_subject"),
        ]

    @property
    def class_names(self) -> list[str]:
        return [name for name in self.classes.split(",") if name]

    @property
    def class_labels(self) -> list[str]:
        return [str(DataClass(name).label) for name in self.class_names]

    @property
    def last_day(self) -> dt.date:
        return self.valid_to - dt.timedelta(days=1)


class LookUp(models.Model):
    """An unusual look-up, with the reason that the agent gave at once. ``kinds``: why it was unusual."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="look_ups")
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=120)
    kinds = models.CharField(max_length=120)
    reason = models.TextField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=120, blank=True)
    finding = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="identity_lookup_has_reason")]
        indexes = [models.Index(fields=["account", "subject_type", "subject_id", "until"], name="identity_lookup_account")]


class OwnPerson(models.Model):
    """An agent who is also a person on file here: what is out of the ordinary for this agent follows from it."""

    personal_data = "identity"

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="own_person")
    person_id = models.BigIntegerField(unique=True)
    recorded_at = models.DateTimeField()
    author_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["pk"]
