from __future__ import annotations

import uuid as uuid_module

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardHandover(models.Model):
    """A page that waits for a card from the reader program. The token is known by its digest only; what the reader sent is thrown away
    after some minutes, and is shown to nobody but the session that asked."""

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    token_digest = models.CharField(max_length=64, unique=True)
    account_id = models.BigIntegerField()
    session_digest = models.CharField(max_length=64)
    back = models.CharField(max_length=191)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    files = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["expires_at"], name="contacts_handover_expiry")]
        verbose_name = _("card handed over by the reader")
