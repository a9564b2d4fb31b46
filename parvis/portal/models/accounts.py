"""Accounts of citizens: apart from those of agents, in tables and sessions of their own."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..enums import Purpose, Way


class CitizenAccount(models.Model):
    """Who signs in at the portal. ``person`` is empty until an agent has seen the identity: until then the account shows what its own codes
    opened, and nothing of anybody. ``live``: 1, NULL once closed. A way to sign in (today the e-mail address) says who it is; what is seen
    hangs on the account alone, so that an outside provider can be a second way later.
    """

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.CharField(max_length=191)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    language = models.CharField(max_length=2)
    person = models.ForeignKey("contacts.Person", on_delete=models.CASCADE, null=True, related_name="+")
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_by_label = models.CharField(max_length=191, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    closed_by_label = models.CharField(max_length=191, blank=True)
    closed_why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["email", "live"], name="portal_account_email_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=True, confirmed_at__isnull=True) | Q(person__isnull=False, confirmed_at__isnull=False),
                name="portal_account_confirmed_whole",
            ),
            models.CheckConstraint(
                condition=Q(live__isnull=False, closed_at__isnull=True)
                | (Q(live__isnull=True, closed_at__isnull=False) & ~Q(closed_why="")),
                name="portal_account_closed_says_why",
            ),
        ]
        verbose_name = _("account of a citizen")

    def __str__(self) -> str:
        return str(self.uuid)


class CitizenRequest(models.Model):
    """A request whose code was shown, or that was sent while signed in."""

    personal_data = "social"

    account = models.ForeignKey(CitizenAccount, on_delete=models.CASCADE, related_name="kept")
    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["account", "request"], name="portal_kept_once")]


class CitizenDraft(models.Model):
    """A request in preparation, begun while signed in or taken along with its code."""

    personal_data = "social"

    account = models.ForeignKey(CitizenAccount, on_delete=models.CASCADE, related_name="drafts")
    draft = models.ForeignKey("form_engine.Draft", on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["account", "draft"], name="portal_draft_once")]


class CitizenSession(models.Model):
    """One browser that is signed in. The row is the session: ending it deletes the row, and there is nothing else to forget."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(CitizenAccount, on_delete=models.CASCADE, related_name="sessions")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    browser = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-seen_at", "-pk"]


class OpeningCode(models.Model):
    """With it a person whose identity was seen opens the account, once. Only its keyed digest is kept; of one that leaves by e-mail not even
    that, until it is made to be sent."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey("contacts.Person", on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    digest = models.CharField(max_length=64, unique=True, null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    made_by_label = models.CharField(max_length=191)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]


class MailCode(models.Model):
    """Six figures that were asked for in one browser. The row is made whether the address opens an account or not; ``mail_to`` is empty when
    nothing leaves. The figures are made by the job that sends them, and only their keyed digest is kept. Dropped after a day."""

    personal_data = "security"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    account = models.ForeignKey(CitizenAccount, on_delete=models.CASCADE, null=True, related_name="+")
    opening = models.ForeignKey(OpeningCode, on_delete=models.CASCADE, null=True, related_name="+")
    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, null=True, related_name="+")
    draft = models.ForeignKey("form_engine.Draft", on_delete=models.CASCADE, null=True, related_name="+")
    mail_to = models.CharField(max_length=191, blank=True)
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
