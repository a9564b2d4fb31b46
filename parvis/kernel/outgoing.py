"""One e-mail on its way out: its states, and what the mail server made of it. The same for every context that writes to people."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.core.mail import EmailMessage
from django.db import models
from django.utils.translation import pgettext_lazy

LONGEST = 400
"""Characters that are kept of what a server said."""


class MailState(models.TextChoices):
    """``SENDING`` is taken by one worker alone; one that was cut off there is ``UNSURE`` and never sent again by itself."""

    NONE = "", "—"
    WAITING = "waiting", pgettext_lazy("e-mail", "will leave")
    SENDING = "sending", pgettext_lazy("e-mail", "leaving")
    SENT = "sent", pgettext_lazy("e-mail", "sent")
    KEPT = "kept", pgettext_lazy("e-mail", "kept in the folder of this instance, not sent")
    REFUSED = "refused", pgettext_lazy("e-mail", "refused by the mail server")
    UNSURE = "unsure", pgettext_lazy("e-mail", "perhaps sent: the work was cut off")
    STOPPED = "stopped", pgettext_lazy("e-mail", "stopped before it left")


def leave(message: EmailMessage) -> tuple[MailState, str]:
    """Send it now, outside any transaction. Returns ``SENT``, ``REFUSED`` with what the server said, or ``UNSURE``.

    Raises:
        OSError: the server was not reached and nothing left; whoever sends puts it back to wait.
    """
    try:
        message.send()
    except (SMTPServerDisconnected, TimeoutError):
        return MailState.UNSURE, ""
    except (SMTPException, RuntimeError, ValueError) as error:  # a ValueError: an address that no message can bear
        return MailState.REFUSED, _words(error)
    return MailState.SENT, ""


def _words(error: Exception) -> str:
    """What the server said, as it said it."""
    said: bytes | str
    if isinstance(error, SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return str(error)[:LONGEST]
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"[:LONGEST]
