"""Applications that have an account, and the tokens by which programs read in somebody's name."""

from __future__ import annotations

import uuid as uuid_module
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel


class Application(ScopedModel):
    """An account that a program has, with functions like an agent's. Nobody signs in with it: it has no password."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=191)
    created_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["account", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(about=""), name="api_application_about")]
        verbose_name = _("application")

    def __str__(self) -> str:
        return self.account.display_name


class Token(ScopedModel):
    """Reads with the rights that its account has at that moment, narrowed. Only the digest of what was shown once is kept."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=191)
    digest = models.CharField(max_length=64, unique=True)
    # Its last four characters: enough to tell two apart, nothing to guess from.
    ending = models.CharField(max_length=4)
    scopes = models.JSONField(default=list)
    classes = models.JSONField(default=list)
    valid_to = models.DateField()  # half-open: the first day on which it no longer works
    created_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by_label = models.CharField(max_length=191, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # Calls of the running minute.
    minute = models.BigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(purpose="") & ~Q(digest=""), name="api_token_filled"),
            models.CheckConstraint(condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("created_at")), name="api_token_order"),
        ]
        indexes = [models.Index(fields=["account", "revoked_at"], name="api_token_account")]
        verbose_name = _("token")

    def __str__(self) -> str:
        return self.name

    @property
    def last_day(self) -> date:
        return self.valid_to - timedelta(days=1)
