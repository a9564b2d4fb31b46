"""E-mail of an instance. Only production sends; what a test or demo instance would send stays in its folder, whatever its settings say."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from parvis.kernel import clock

#: A domain that cannot exist: what a test or demo instance would send there is refused.
REFUSED = "@refused.example"


class NoServer(OSError):
    """Nobody was written to: the server was not reached, or refuses this instance and not a message."""


class InstanceMail(BaseEmailBackend):
    """The one door for e-mail. The kind, fixed when the instance was made, decides; it cannot be set otherwise."""

    def __init__(self, fail_silently: bool = False, **given: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.given = given

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many left. In production without a server: none, and an error, since nobody would look into the folder.

        Raises:
            RuntimeError: production, and no `mail_host`.
            NoServer: the server does not answer, or does not let us in: nothing left.
        """
        if settings.PARVIS_KIND != "production":
            return self._keep(email_messages)
        if not settings.EMAIL_HOST:
            raise RuntimeError("mail_host is not set: this instance cannot send e-mail")
        backend = SmtpBackend(fail_silently=self.fail_silently, **self.given)
        try:
            backend.open()
        except OSError as error:  # what smtplib raises is an OSError, too
            raise NoServer(str(error)) from error
        try:
            return int(backend.send_messages(list(email_messages)) or 0)
        finally:
            with suppress(OSError):  # it left: a server that hangs up impolitely changes nothing of that
                backend.close()

    def _keep(self, messages: Sequence[EmailMessage]) -> int:
        """Into the folder. One to ``@refused.example`` is refused, as a mail server refuses: so that a demonstration shows it."""
        refused = {to: (550, b"5.1.1 No such mailbox here") for one in messages for to in one.to if to.endswith(REFUSED)}
        if refused:
            raise SMTPRecipientsRefused(refused)
        folder = settings.PARVIS_INSTANCE / "outbox"
        folder.mkdir(mode=0o700, exist_ok=True)
        for message in messages:
            (folder / f"{clock.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.eml").write_bytes(message.message().as_bytes())
        return len(messages)
