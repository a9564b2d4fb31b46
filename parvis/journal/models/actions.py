from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import Every
from .entries import Entry


class Action(ScopedModel):
    """What follows from an entry: once, or again and again (``every``). What waits for a person is a task of ``workflows``, one for each turn."""

    personal_data = "social"
    scoped_by = "entry"
    kept_too = True

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(max_length=191)
    first_on = models.DateField()
    every = models.CharField(max_length=8, choices=Every.choices, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    queue = models.CharField(max_length=32, blank=True)
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["first_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(owner__isnull=False) | ~Q(queue=""), name="journal_action_owner_or_queue")]
        verbose_name = _("next step")


class Turn(ScopedModel):
    """One occurrence of an action. Its number is unique: whatever calls for the next one, it is opened once."""

    personal_data = "social"
    scoped_by = "action"
    kept_too = True

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveIntegerField()
    on = models.DateField()
    due_on = models.DateField()
    answer = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")

    class Meta(ScopedModel.Meta):
        ordering = ["action", "number", "pk"]
        constraints = [models.UniqueConstraint(fields=["action", "number"], name="journal_turn_once")]
        indexes = [models.Index(fields=["on", "id"], name="journal_turn_day")]
        verbose_name = _("occurrence of a next step")
