"""A mailing, and what becomes of it for each of its recipients."""

from __future__ import annotations

import uuid as uuid_module
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.contacts.enums import ContactLanguage
from parvis.kernel.outgoing import MailState
from parvis.kernel.scope import ScopedModel

from .enums import ItemState, MailingState, Means, Reason, Source, Way


class Mailing(ScopedModel):
    """One text for many. ``texts``: {language: {"subject", "text"}}, written on the spot, or empty with a ``template``. Its author alone sees
    it: others may not see the same recipients."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=8, choices=Source.choices)
    title = models.CharField(max_length=120, blank=True)
    means = models.CharField(max_length=9, choices=Means.choices, default=Means.POST)
    template = models.ForeignKey("documents.LetterTemplate", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    texts = models.JSONField(default=dict)
    main_language = models.CharField(max_length=2, choices=ContactLanguage.choices, default=ContactLanguage.FRENCH)
    # The author's word: the text tells nothing of anybody's situation, so that it may stand in an e-mail.
    harmless = models.BooleanField(default=False)
    two_sided = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=MailingState.choices, default=MailingState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_label = models.CharField(max_length=191)
    created_at = models.DateTimeField()
    on = models.DateField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    mails_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=400, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["author", "created_at"], name="mailings_by_author")]
        verbose_name = _("mailing")

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == MailingState.DRAFT


class Recipient(ScopedModel):
    """One letter of a mailing. ``document``: the copy in the file; ``file``: the copy for a contact, who has no file."""

    personal_data = "social"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    number = models.PositiveIntegerField()
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey("contacts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=191)
    language = models.CharField(max_length=2, blank=True)
    # The text does not exist in the recipient's language: the main one was taken.
    fallback = models.BooleanField(default=False)
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    reason = models.CharField(max_length=13, choices=Reason.choices, blank=True)
    detail = models.CharField(max_length=191, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True)
    # In a file to print that its author opened; asked for again, it is no longer.
    taken_at = models.DateTimeField(null=True)
    printed_at = models.DateTimeField(null=True)
    again = models.BooleanField(default=False)
    # The e-mail did not arrive: a letter goes by post instead.
    by_post = models.BooleanField(default=False)
    mail_state = models.CharField(max_length=8, choices=MailState.choices, blank=True)
    mail_to = models.CharField(max_length=120, blank=True)
    mail_words = models.CharField(max_length=400, blank=True)
    mail_at = models.DateTimeField(null=True)
    # The work that holds it while it leaves: job and attempt.
    mail_claim = models.CharField(max_length=40, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["mailing", "number", "pk"]
        constraints = [models.UniqueConstraint(fields=["mailing", "number"], name="mailings_recipient_number")]
        indexes = [models.Index(fields=["mailing", "state", "number"], name="mailings_recipient_state")]
        verbose_name = _("recipient")

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.number}"

    @property
    def party(self) -> tuple[str, int]:
        return ("organisation", self.organisation_id) if self.organisation_id else ("person", self.person_id or 0)

    @property
    def kept(self) -> Any:
        """The stored copy, once it is made."""
        return self.document.file if self.document is not None else self.file
