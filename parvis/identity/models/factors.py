"""Second factors and recovery codes."""

import uuid

from django.conf import settings
from django.db import models

from ..enums import FactorKind


class Factor(models.Model):
    """An authenticator app (encrypted secret) or a passkey (public key)."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=FactorKind)
    label = models.CharField(max_length=80)
    # TOTP: Fernet token of the secret. Passkey: attested credential data, base64url.
    secret = models.TextField()
    # SHA-256 of the credential id: a passkey is registered once, whatever the account.
    credential_digest = models.CharField(max_length=64, null=True, unique=True)
    # TOTP: last time step accepted, so that a code serves once. Passkey: signature counter.
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.label}"


class RecoveryCode(models.Model):
    """One of ten single-use codes; only its keyed digest is kept."""

    personal_data = "security"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
