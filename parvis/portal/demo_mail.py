"""Only in a demonstration: the e-mail that would have left, as it lies in the folder ``outbox`` of the instance."""

from __future__ import annotations

from email import message_from_bytes, policy

from django.conf import settings

from .models import MailCode

LOOKED_AT = 20


def latest(row: MailCode) -> dict[str, str] | None:
    """Subject and text of the latest message to this mailbox since the code was asked for; None: not made yet, or nothing leaves."""
    folder = settings.PARVIS_INSTANCE / "outbox"
    if not settings.PARVIS_IS_DEMO or not row.mail_to or not folder.is_dir():
        return None
    since = f"{row.made_at:%Y%m%dT%H%M%S}"
    names = sorted((path for path in folder.iterdir() if path.suffix == ".eml" and path.name >= since), reverse=True)
    for path in names[:LOOKED_AT]:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if message["To"] == row.mail_to:
            body = message.get_body(("plain",))
            return {"subject": str(message["Subject"]), "text": body.get_content() if body is not None else ""}
    return None
