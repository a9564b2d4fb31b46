"""A person's open sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import logout as django_logout

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record

from ..models import Account, WebSession
from .accounts import account_ref
from .guards import STREAM

if TYPE_CHECKING:
    from django.http import HttpRequest


def sessions_of(account: Account) -> list[WebSession]:
    """Sessions that still open something, latest first."""
    return list(WebSession.objects.filter(account=account, expire_date__gt=clock.now()))


@gesture
def end_session(*, actor: Actor, account: Account, uuid: UUID) -> bool:
    """End one session of one's own; False when it had already ended. It works from its next request on."""
    if actor.account_id != account.pk:
        return False
    ended, _rows = WebSession.objects.filter(account=account, uuid=uuid).delete()
    if ended:
        record(STREAM, actor=actor, verb="session_ended", subject=account_ref(account), values={"session": str(uuid)})
    return bool(ended)


@gesture
def end_other_sessions(*, actor: Actor, account: Account, keep: str) -> int:
    """End all sessions of one's own but the one with this key."""
    if actor.account_id != account.pk:
        return 0
    ended, _rows = WebSession.objects.filter(account=account).exclude(session_key=keep).delete()
    if ended:
        record(STREAM, actor=actor, verb="sessions_ended", subject=account_ref(account), values={"count": ended})
    return ended


@gesture
def sign_out(*, actor: Actor, request: HttpRequest) -> None:
    """End this session and forget what it held."""
    account = getattr(request, "account", None)
    django_logout(request)
    if account is not None:
        record(STREAM, actor=actor, verb="signed_out", subject=account_ref(account))
