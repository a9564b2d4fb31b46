"""Sign-in: password, then second factor; or a passkey alone, which is both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record

from .. import crypto, stepup, webauthn
from ..backends import ENROLMENT, STRONG
from ..enums import FactorKind, SignInMethod
from ..errors import FactorRefused
from ..models import Account, Factor, RecoveryCode
from ..models.accounts import fold_username
from ..sessions import SessionStore
from . import throttle
from .accounts import account_ref
from .guards import STREAM

if TYPE_CHECKING:
    from django.http import HttpRequest

#: What proves more than a password.
SECOND = (SignInMethod.TOTP, SignInMethod.PASSKEY, SignInMethod.RECOVERY)


@dataclass(frozen=True)
class Attempt:
    """Outcome of one step. A refusal is not an exception: its failure must be counted and committed."""

    account: Account | None = None
    message: str = ""
    method: str = ""

    @property
    def accepted(self) -> bool:
        return self.account is not None


def mfa_required() -> bool:
    return bool(getattr(settings, "PARVIS_REQUIRE_MFA", True))


def check_password(*, username: str, password: str, address: str) -> Attempt:
    """First step. Not a gesture: hashing takes tens of milliseconds and must not hold the database's write lock."""
    until = throttle.locked_until(username, address)
    if until:
        return Attempt(message=throttle.wait_message(until))
    account = Account.objects.filter(username=fold_username(username), is_active=True).first()
    if account is None or not account.has_usable_password():
        make_password(password)  # the same time as for a name that exists
        right = False
    else:
        right = account.check_password(password)
    if not right:
        until = throttle.note_failure(actor=ANONYMOUS, username=username, account=account, address=address, what="password")
        return Attempt(message=throttle.failure_text(until, throttle.wrong_password_text()))
    return Attempt(account=account, method=SignInMethod.PASSWORD)


def has_factor(account: Account) -> bool:
    return Factor.objects.filter(account=account).exists()


def _second_step(account: Account, address: str, accepted: bool, method: str, what: str, message: str) -> Attempt:
    if accepted:
        return Attempt(account=account, method=method)
    until = throttle.note_failure(actor=ANONYMOUS, username=account.username, account=account, address=address, what=what)
    return Attempt(message=throttle.failure_text(until, message))


def _refused_unread(account: Account, address: str) -> Attempt | None:
    until = throttle.locked_until(account.username, address)
    return Attempt(message=throttle.wait_message(until)) if until else None


def check_totp(*, account: Account, code: str, address: str) -> Attempt:
    """Second step with an authenticator app. A code serves once."""
    refused = _refused_unread(account, address)
    if refused:
        return refused
    now = clock.now()
    accepted = False
    for factor in Factor.objects.filter(account=account, kind=FactorKind.TOTP):
        secret = crypto.unseal(factor.secret)
        step = crypto.matching_step(secret, code, now.timestamp(), after=factor.counter) if secret else None
        if step is not None and Factor.objects.filter(pk=factor.pk, counter__lt=step).update(counter=step, last_used_at=now):
            accepted = True
            break
    return _second_step(account, address, accepted, SignInMethod.TOTP, "code", throttle.wrong_code_text())


def check_recovery_code(*, account: Account, code: str, address: str) -> Attempt:
    """Second step with one of the printed codes, which is then spent."""
    refused = _refused_unread(account, address)
    if refused:
        return refused
    accepted = bool(
        RecoveryCode.objects.filter(account=account, digest=crypto.recovery_digest(code), used_at__isnull=True).update(used_at=clock.now())
    )
    message = _("This recovery code is not right, or it has already served.")
    return _second_step(account, address, accepted, SignInMethod.RECOVERY, "recovery code", message)


def check_passkey(*, host: str, state: dict[str, Any], answer: dict[str, Any], address: str, account: Account | None) -> Attempt:
    """A passkey, after the password (`account` known) or alone. Alone, the device must have verified its user."""
    until = throttle.locked_until(account.username if account else None, address)
    if until:
        return Attempt(message=throttle.wait_message(until))
    message = _("This passkey is not known here. Sign in with your password.")
    factor = (
        Factor.objects.filter(kind=FactorKind.PASSKEY, credential_digest=webauthn.digest_of_answer(answer), account__is_active=True)
        .select_related("account")
        .first()
    )
    if factor is None or (account is not None and factor.account_id != account.pk):
        until = throttle.note_failure(
            actor=ANONYMOUS, username=account.username if account else "", account=account, address=address, what="passkey"
        )
        return Attempt(message=throttle.failure_text(until, message))
    try:
        counter = webauthn.verify_answer(host=host, state=state, answer=answer, stored=factor.secret)
    except ValueError:
        return _second_step(factor.account, address, False, "", "passkey", message)
    # A counter that does not grow betrays a copied key; synchronised passkeys always send 0.
    fresh = Factor.objects.filter(pk=factor.pk)
    if counter:
        fresh = fresh.filter(counter__lt=counter)
    if not fresh.update(counter=counter, last_used_at=clock.now()):
        return _second_step(factor.account, address, False, "", "passkey counter", message)
    return Attempt(account=factor.account, method=SignInMethod.PASSKEY)


def _store(request: HttpRequest) -> SessionStore:
    """Django's types know only its own session engine; this is the one of the settings."""
    return cast("SessionStore", request.session)


@gesture
def open_session(*, request: HttpRequest, account: Account, method: str, address: str, browser: str, enrolling: bool = False) -> None:
    """Give the browser a fresh session of this account. What a citizen had in it is dropped: the two are kept apart."""
    request.session.flush()
    _store(request).facts.update(method=method, address=address, browser=browser)
    django_login(request, account, backend=ENROLMENT if enrolling else STRONG)
    if method in SECOND:
        stepup.note(request)
    now = clock.now()
    Account.objects.filter(pk=account.pk).update(last_sign_in_at=now)
    if not enrolling:
        throttle.forget_failures(account.username)
    record(
        STREAM,
        actor=Actor(kind="agent", account_id=account.pk, label=account.display_name, language=account.language),
        verb="signed_in_to_enrol" if enrolling else "signed_in",
        subject=account_ref(account),
        values={"method": method, "address": address},
    )


def confirm_password(*, account: Account, password: str, address: str, field: str = "password") -> None:
    """Ask again before a sensitive change. Counted like a sign-in: an unattended screen is no place to guess.

    Raises:
        FactorRefused: wrong password, or too many attempts.
    """
    attempt = check_password(username=account.username, password=password, address=address)
    if not attempt.accepted:
        message = attempt.message
        if message == throttle.wrong_password_text():
            message = _("This is not your current password.")
        raise FactorRefused(message, field=field, code="wrong_password")


@gesture
def prove_again(*, actor: Actor, request: HttpRequest, account: Account, method: str) -> None:
    """The second factor was given again in this session."""
    throttle.forget_failures(account.username)
    stepup.note(request)
    record(STREAM, actor=actor, verb="proved_again", subject=account_ref(account), values={"method": method})
