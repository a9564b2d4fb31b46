"""A card from the reader program to the page that asked for it: one token, once, two minutes, one session."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..errors import UnreadableFile
from ..models import CardHandover
from ._common import STREAM, require_editor
from .eid import read_eid

TOKEN_LIVES = dt.timedelta(minutes=2)
CARD_LIVES = dt.timedelta(minutes=10)
MOST_FILES = 12


class HandoverOver(UnreadableFile):
    """The token is unknown, used or too old."""

    status = 410


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def forget_cards() -> int:
    """Throw away what nobody took over: national number and photo are not kept for later. Returns how many."""
    return int(CardHandover.objects.filter(expires_at__lt=clock.now() - CARD_LIVES).delete()[0])


@gesture
def ask_for_card(*, actor: Actor, session_key: str, back: str) -> tuple[CardHandover, str]:
    """Wait for a card. Returns the row and the token, which is shown once and stored nowhere."""
    require_editor(actor)
    now = clock.now()
    forget_cards()
    token = secrets.token_urlsafe(32)
    row = CardHandover.objects.create(
        token_digest=digest(token),
        account_id=actor.own_id,
        session_digest=digest(session_key),
        back=back[:191],
        asked_at=now,
        expires_at=now + TOKEN_LIVES,
    )
    mutations.record(STREAM, actor=actor, verb="card.ask", subject=SubjectRef("card_handover", row.pk))
    return row, token


@gesture
def hand_over(*, actor: Actor, token: str, files: Mapping[str, bytes]) -> CardHandover:
    """Take the files of a card for whoever shows the token, once.

    Raises:
        HandoverOver: unknown, used or too old.
        UnreadableFile: what was sent is not a card; the token may be used again in its time.
    """
    row = CardHandover.objects.filter(token_digest=digest(token)).first()
    now = clock.now()
    if row is None or row.received_at is not None or row.expires_at <= now:
        raise HandoverOver(_("This page no longer waits for a card. Start again from the page."), code="handover_over")
    if len(files) > MOST_FILES:
        raise UnreadableFile(_("These are more files than one card has."), code="many")
    read_eid(files)
    packed = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()})
    taken = CardHandover.objects.filter(pk=row.pk, received_at__isnull=True, expires_at__gt=now).update(received_at=now, files=packed)
    if not taken:
        raise HandoverOver(_("This page no longer waits for a card. Start again from the page."), code="handover_over")
    mutations.record(STREAM, actor=actor, verb="card.hand_over", subject=SubjectRef("card_handover", row.pk))
    row.refresh_from_db()
    return row


def handover_of(*, actor: Actor, session_key: str, uuid: UUID | str) -> CardHandover | None:
    """The handover, for the account and session that asked; None for everybody else, and when it is too old."""
    if actor.account_id is None:
        return None
    oldest = clock.now() - CARD_LIVES
    return CardHandover.objects.filter(
        uuid=uuid, account_id=actor.account_id, session_digest=digest(session_key), asked_at__gt=oldest
    ).first()


def handed_files(row: CardHandover) -> dict[str, bytes]:
    return {name: base64.b64decode(text) for name, text in json.loads(row.files or "{}").items()}


@gesture
def forget_card(*, actor: Actor, row: CardHandover) -> None:
    """The card is used: what the reader sent is thrown away."""
    require_editor(actor)
    CardHandover.objects.filter(pk=row.pk).update(files="", expires_at=clock.now())
