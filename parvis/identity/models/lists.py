"""What a person keeps of a list of the product: saved views, the columns wanted, the view it opens with."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from .units import Unit


class SavedView(models.Model):
    """A list's filters, words, columns and order under a name. ``address`` is a query string and opens nothing by itself.

    ``shared``: nobody else, the agents of ``unit``, or all agents. Its words may hold a person's name.
    """

    personal_data = "identity"

    class Shared(models.TextChoices):
        MINE = "mine"
        UNIT = "unit"
        CENTRE = "centre"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    list_key = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    shared = models.CharField(max_length=6, choices=Shared, default=Shared.MINE)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "list_key", "name"], name="identity_view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="identity_view_has_name"),
            models.CheckConstraint(
                condition=Q(shared="unit", unit__isnull=False) | Q(shared__in=["mine", "centre"], unit__isnull=True),
                name="identity_view_unit_when_shared",
            ),
        ]
        indexes = [models.Index(fields=["list_key", "shared"], name="identity_view_list")]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """One person's columns of one list, and the view it opens with. ``columns``: keys in a list, empty for the usual ones."""

    personal_data = "none"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="list_choices")
    list_key = models.CharField(max_length=60)
    columns = models.JSONField(default=list)
    opens_with = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["account", "list_key", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "list_key"], name="identity_list_choice_once")]
