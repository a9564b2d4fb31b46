"""Web sessions, one-time links, and the counters that slow down guessing."""

import uuid

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from ..enums import LinkPurpose, SignInMethod


class WebSessionManager(BaseSessionManager):
    use_in_migrations = True


class WebSession(AbstractBaseSession):
    """Django's session row with what the list of sessions shows: revoking a session is deleting
    this row, there is nothing else to forget. Citizens' sessions have no account."""

    personal_data = "security"

    session_key = models.CharField(max_length=40, primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    method = models.CharField(max_length=10, choices=SignInMethod, blank=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = WebSessionManager()  # type: ignore[misc]

    class Meta:
        ordering = ["-seen_at", "pk"]

    @classmethod
    def get_session_store_class(cls):
        from ..sessions import SessionStore

        return SessionStore


class SignInThrottle(models.Model):
    """Failures of one sign-in name or one network address. In the database: it holds over several
    processes and a restart. `key` is a keyed digest, so that typed names are not kept."""

    personal_data = "security"

    key = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]


class OneTimeLink(models.Model):
    """A link to choose a password, given by an administrator. Only its digest is kept."""

    personal_data = "security"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    author_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["-created_at", "pk"]
