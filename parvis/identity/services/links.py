"""One-time links to choose a password: the only way in for a new account or a forgotten password."""

from __future__ import annotations

import datetime as dt
import secrets

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record

from ..crypto import digest
from ..enums import LinkPurpose
from ..errors import AccountRefused, LinkRefused
from ..models import Account, OneTimeLink, WebSession
from .accounts import account_ref, set_checked_password
from .guards import STREAM, require_administrator

LIFETIME = dt.timedelta(hours=48)


@gesture
def issue_link(*, actor: Actor, account: Account) -> str:
    """A token to hand to the person, valid 48 hours, once. Earlier ones are void.

    Raises:
        AccountRefused: the account is closed.
    """
    require_administrator(actor)
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not account.is_active:
        raise AccountRefused(_("This account is closed: open it again first."))
    now = clock.now()
    OneTimeLink.objects.filter(account=account, used_at__isnull=True).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    purpose = LinkPurpose.RESET if account.has_usable_password() else LinkPurpose.WELCOME
    OneTimeLink.objects.create(
        account=account,
        purpose=purpose,
        digest=digest(token),
        created_at=now,
        expires_at=now + LIFETIME,
        author_label=actor.label[:120],
    )
    record(STREAM, actor=actor, verb="link_issued", subject=account_ref(account), values={"purpose": purpose})
    return token


def link_of(token: str) -> OneTimeLink | None:
    """The usable link of a token, with its account."""
    return (
        OneTimeLink.objects.select_related("account")
        .filter(digest=digest(token), used_at__isnull=True, expires_at__gt=clock.now(), account__is_active=True)
        .first()
    )


@gesture
def use_link(*, token: str, password: str) -> Account:
    """Choose a password with a link; it is spent, and every session of the account ends.

    Raises:
        LinkRefused: unknown, used, or out of date.
        AccountRefused: the password does not follow the rules; the link stays usable.
    """
    link = link_of(token)
    if link is None:
        raise LinkRefused(_("This link has already served or is out of date. Ask an administrator for another one."))
    account = Account.objects.select_for_update().get(pk=link.account_id)
    set_checked_password(account, password)
    if not OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=clock.now()):
        raise LinkRefused(_("This link has already served or is out of date. Ask an administrator for another one."))
    account.save(update_fields=["password"])
    WebSession.objects.filter(account=account).delete()
    record(STREAM, actor=ANONYMOUS, verb="password_set_by_link", subject=account_ref(account), note=f"link of {link.author_label}")
    return account
