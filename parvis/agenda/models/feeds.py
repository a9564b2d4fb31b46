"""The address under which another calendar reads an agent's appointments."""

from __future__ import annotations

import uuid as uuid_module

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel


class CalendarFeed(ScopedModel):
    """Who knows the address reads what its holder may read at that moment. Only the digest of the secret part is kept; it can be ended."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)
    # Names of persons in the titles: the agent's own choice, told as what it is.
    with_names = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(name="") & ~Q(digest=""), name="agenda_feed_filled")]
        indexes = [models.Index(fields=["account", "ended_at"], name="agenda_feed_account")]
        verbose_name = _("calendar address")

    def __str__(self) -> str:
        return self.name
