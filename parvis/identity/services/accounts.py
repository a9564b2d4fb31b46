"""Accounts: made by administrators, never by self sign-up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from ..enums import LANGUAGES, Density, Function, Theme
from ..errors import AccountRefused
from ..models import Account, FunctionGrant, WebSession
from ..models.accounts import fold_username
from .guards import STREAM, require_administrator, require_another_administrator


def account_ref(account: Account) -> SubjectRef:
    return SubjectRef("account", account.pk)


def initials_of(display_name: str) -> str:
    """First letters of the first and last word, e.g. "AD" for "Amélie Dubois"."""
    words = [word for word in display_name.replace("-", " ").split() if word[0].isalpha()]
    if not words:
        return display_name[:2].upper()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def _check_details(*, display_name: str, language: str, email: str) -> None:
    if not display_name.strip():
        raise AccountRefused(_("Give the person's name."), field="display_name")
    if language not in dict(LANGUAGES):
        raise AccountRefused(_("Choose one of the languages of the list."), field="language")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise AccountRefused(_("This is not an e-mail address."), field="email") from None


def set_checked_password(account: Account, password: str) -> None:
    """Set a password that follows the rules; does not save.

    Raises:
        AccountRefused: too short, too common, or too close to the name.
    """
    try:
        validate_password(password, account)
    except ValidationError as problem:
        raise AccountRefused(" ".join(problem.messages), field="password", code="weak_password") from None
    account.set_password(password)


@gesture
def create_account(
    *,
    actor: Actor,
    username: str,
    display_name: str,
    language: str = "fr",
    email: str = "",
    initials: str = "",
    password: str | None = None,
    is_demo: bool = False,
) -> Account:
    """Make an agent's account. Without a password it opens only through a one-time link.

    Raises:
        AccountRefused: the sign-in name is empty, taken, or a detail is wrong.
    """
    require_administrator(actor)
    username = fold_username(username)
    display_name = " ".join(display_name.split())
    if not username or any(ch.isspace() for ch in username):
        raise AccountRefused(_("A sign-in name is a work e-mail address or a name without spaces."), field="username")
    if not email and "@" in username:
        email = username
    _check_details(display_name=display_name, language=language, email=email)
    account = Account(
        username=username,
        display_name=display_name,
        initials=(initials.strip() or initials_of(display_name))[:4],
        email=email,
        language=language,
        is_demo=is_demo,
        created_at=clock.now(),
    )
    if password:
        set_checked_password(account, password)
    else:
        account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise AccountRefused(_("This sign-in name is already taken."), field="username", code="username_taken") from None
    record(
        STREAM,
        actor=actor,
        verb="account_created",
        subject=account_ref(account),
        values={"username": username, "display_name": display_name, "language": language, "email": email},
    )
    return account


def _save_changes(actor: Actor, account: Account, verb: str, changes: dict[str, Any]) -> None:
    values = {name: [getattr(account, name), new] for name, new in changes.items() if getattr(account, name) != new}
    if not values:
        return
    for name, (_old, new) in values.items():
        setattr(account, name, new)
    account.save(update_fields=list(values))
    record(STREAM, actor=actor, verb=verb, subject=account_ref(account), values=values)


@gesture
def update_account(*, actor: Actor, account: Account, display_name: str, initials: str, email: str, language: str) -> Account:
    """Correct an account's details."""
    require_administrator(actor)
    display_name = " ".join(display_name.split())
    _check_details(display_name=display_name, language=language, email=email)
    account = Account.objects.select_for_update().get(pk=account.pk)
    _save_changes(
        actor,
        account,
        "account_updated",
        {
            "display_name": display_name,
            "initials": (initials.strip() or initials_of(display_name))[:4],
            "email": email,
            "language": language,
        },
    )
    return account


@gesture
def close_account(*, actor: Actor, account: Account) -> Account:
    """Shut an account and end its sessions at once. It keeps its history and can be opened again.

    Raises:
        LastAdministrator: nobody else administers the centre.
    """
    require_administrator(actor)
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not account.is_active:
        return account
    if FunctionGrant.objects.at(clock.today()).filter(account=account, function=Function.ADMINISTRATOR).exists():
        require_another_administrator(losing_account_id=account.pk)
    _save_changes(actor, account, "account_closed", {"is_active": False})
    WebSession.objects.filter(account=account).delete()
    return account


@gesture
def reopen_account(*, actor: Actor, account: Account) -> Account:
    """Let a closed account sign in again, with the functions whose period still runs."""
    require_administrator(actor)
    account = Account.objects.select_for_update().get(pk=account.pk)
    _save_changes(actor, account, "account_reopened", {"is_active": True})
    return account


@gesture
def set_preferences(*, actor: Actor, account: Account, language: str, density: str, theme: str) -> Account:
    """A person's own language, density and colours.

    Raises:
        NotAllowed: somebody else's account.
    """
    if actor.account_id != account.pk:
        raise NotAllowed(_("Each person sets their own preferences."))
    if language not in dict(LANGUAGES) or density not in Density.values or theme not in Theme.values:
        raise AccountRefused(_("Choose among the values of the list."))
    _save_changes(actor, account, "preferences_set", {"language": language, "density": density, "theme": theme})
    return account


@gesture
def change_password(*, actor: Actor, account: Account, current: str, new: str, keep_session: str | None = None) -> Account:
    """A person's own change of password; the other sessions end.

    Raises:
        AccountRefused: the current password is wrong, or the new one does not follow the rules.
    """
    if actor.account_id != account.pk:
        raise NotAllowed(_("Each person changes their own password."))
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not account.check_password(current):
        raise AccountRefused(_("This is not your current password."), field="current", code="wrong_password")
    set_checked_password(account, new)
    account.save(update_fields=["password"])
    WebSession.objects.filter(account=account).exclude(session_key=keep_session).delete()
    record(STREAM, actor=actor, verb="password_changed", subject=account_ref(account))
    return account
