"""Making and ending tokens; counting their calls."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection

from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from parvis.identity.api import create_account
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from .access import may_have_tokens, may_keep_applications
from .enums import CLASSES, Scope
from .errors import TokenRefused
from .models import Application, Token
from .selectors import MARK, digest_of

STREAM = "context:api"
LONGEST = dt.timedelta(days=366)


def token_ref(token: Token) -> SubjectRef:
    return SubjectRef("api_token", token.pk)


@gesture
def create_application(*, actor: Actor, username: str, display_name: str, about: str) -> Application:
    """An account for a program: without password, with no function yet. Functions are given like an agent's.

    Raises:
        TokenRefused: not an administrator, or nothing says what it is for.
        AccountRefused: the sign-in name is taken or impossible.
    """
    if not may_keep_applications(actor):
        raise TokenRefused(_("Only an administrator gives an application its account."), code="not_yours")
    if not about.strip():
        raise TokenRefused(_("Say what the application does with the data."), field="about", code="about")
    account = create_account(actor=actor, username=username, display_name=display_name)
    row = Application.unscoped.create(
        account=account,
        about=about.strip()[:191],
        created_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    record(STREAM, actor=actor, verb="application_created", subject=SubjectRef("account", account.pk), values={"about": row.about})
    return row


@gesture
def create_token(
    *,
    actor: Actor,
    name: str,
    purpose: str,
    valid_to: dt.date,
    scopes: Collection[str],
    classes: Collection[str],
    application: Application | None = None,
) -> tuple[Token, str]:
    """A token of one's own, or of an application (an administrator). Returns it with the secret, which is nowhere kept.

    Args:
        valid_to: the first day on which it no longer works; at most a year ahead.

    Raises:
        TokenRefused: not one's own account nor an application, a day out of reach, or nothing chosen.
    """
    allowed = may_keep_applications(actor) if application is not None else may_have_tokens(actor)
    if not allowed:
        raise TokenRefused(
            _("You make tokens for yourself, in your own name and with a function; an administrator makes those of applications."),
            code="not_yours",
        )
    today = clock.today()
    if not name.strip():
        raise TokenRefused(_("Give it a name by which you recognise the program."), field="name", code="name")
    if not purpose.strip():
        raise TokenRefused(_("Say what the program does with the data: who checks the log reads it."), field="purpose", code="purpose")
    if valid_to <= today:
        raise TokenRefused(_("The last day lies in the past."), field="last_day", code="past")
    if valid_to - today > LONGEST:
        raise TokenRefused(_("A token works for one year at most. Make a new one then."), field="last_day", code="too_long")
    chosen = [one.value for one in Scope if one.value in set(scopes)]
    if not chosen:
        raise TokenRefused(_("Choose at least one thing that the program may read."), field="scopes", code="scopes")
    kinds = [one.value for one in CLASSES if one.value in set(classes)]
    if not kinds:
        raise TokenRefused(_("Choose at least one class of data."), field="classes", code="classes")
    secret = MARK + secrets.token_urlsafe(32)
    token = Token.unscoped.create(
        account_id=application.account.pk if application is not None else actor.own_id,
        name=name.strip()[:60],
        purpose=purpose.strip()[:191],
        digest=digest_of(secret),
        ending=secret[-4:],
        scopes=chosen,
        classes=kinds,
        valid_to=valid_to,
        created_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    values = {"account": token.account.pk, "name": token.name, "scopes": ",".join(chosen), "classes": ",".join(kinds), "valid_to": valid_to}
    record(STREAM, actor=actor, verb="token_created", subject=token_ref(token), values=values, note=token.purpose)
    return token, secret


@gesture
def revoke_token(*, actor: Actor, token: Token) -> Token:
    """It stops at once: by its holder or an administrator.

    Raises:
        TokenRefused: somebody else's, or ended already.
    """
    token = Token.unscoped.select_for_update().get(pk=token.pk)
    own = actor.is_agent and not actor.by_proxy and token.account.pk == actor.account_id
    if not own and not may_keep_applications(actor):
        raise TokenRefused(_("This token is not yours."), code="not_yours")
    if token.revoked_at is not None:
        raise TokenRefused(_("This token was ended already."), code="ended")
    token.revoked_at, token.revoked_by_label = clock.now(), actor.label[:191]
    token.save(update_fields=["revoked_at", "revoked_by_label"])
    record(STREAM, actor=actor, verb="token_revoked", subject=token_ref(token))
    return token


def count_call(token: Token) -> bool:
    """One call more in this minute; False when there were too many. One statement: two programs with one token share its measure. The calls
    are set before the minute: MariaDB reads what it has just written."""
    now = clock.now()
    minute = int(now.timestamp()) // 60
    free = Q(calls__lt=settings.PARVIS["api_calls_a_minute"]) | ~Q(minute=minute)
    rows = Token.unscoped.filter(free, pk=token.pk, revoked_at__isnull=True)
    counted = rows.update(calls=Case(When(minute=minute, then=F("calls") + 1), default=Value(1)), minute=minute, last_used_at=now)
    return counted == 1
