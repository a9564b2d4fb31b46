"""Second factors: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record

from .. import crypto, webauthn
from ..enums import FactorKind
from ..errors import FactorRefused
from ..models import Account, Factor, RecoveryCode, WebSession
from .accounts import account_ref
from .guards import STREAM, require_administrator
from .signin import mfa_required

MAX_FACTORS = 10


def _own(actor: Actor, account: Account) -> Account:
    if actor.account_id != account.pk:
        raise NotAllowed(_("Each person manages their own second factors."))
    return Account.objects.select_for_update().get(pk=account.pk)


def _label(label: str, account: Account, kind: str) -> str:
    if Factor.objects.filter(account=account).count() >= MAX_FACTORS:
        raise FactorRefused(_("Ten second factors are enough: remove one first."), code="too_many")
    return label.strip()[:80] or str(FactorKind(kind).label)


@gesture
def add_totp(*, actor: Actor, account: Account, secret: str, code: str, label: str = "") -> Factor:
    """Add an authenticator app once it shows that it holds the secret.

    Raises:
        FactorRefused: the code does not match.
    """
    account = _own(actor, account)
    step = crypto.matching_step(secret, code, clock.now().timestamp())
    if step is None:
        raise FactorRefused(_("This code does not match. Check that the phone's clock is right, and type the current code."), field="code")
    factor = Factor.objects.create(
        account=account,
        kind=FactorKind.TOTP,
        label=_label(label, account, FactorKind.TOTP),
        secret=crypto.seal(secret),
        counter=step,
        created_at=clock.now(),
    )
    record(STREAM, actor=actor, verb="factor_added", subject=account_ref(account), values={"kind": "totp", "label": factor.label})
    return factor


@gesture
def add_passkey(*, actor: Actor, account: Account, host: str, state: dict[str, Any], answer: dict[str, Any], label: str = "") -> Factor:
    """Add the passkey that the browser has just made.

    Raises:
        FactorRefused: the answer does not fit, or the passkey is registered already.
    """
    account = _own(actor, account)
    try:
        stored, digest, counter = webauthn.finish_registration(host=host, state=state, answer=answer)
    except ValueError:
        raise FactorRefused(_("The passkey could not be checked. Nothing was changed: try again.")) from None
    try:
        with transaction.atomic():
            factor = Factor.objects.create(
                account=account,
                kind=FactorKind.PASSKEY,
                label=_label(label, account, FactorKind.PASSKEY),
                secret=stored,
                credential_digest=digest,
                counter=counter,
                created_at=clock.now(),
            )
    except IntegrityError:
        raise FactorRefused(_("This passkey is already registered.")) from None
    record(STREAM, actor=actor, verb="factor_added", subject=account_ref(account), values={"kind": "passkey", "label": factor.label})
    return factor


@gesture
def remove_factor(*, actor: Actor, account: Account, factor: Factor) -> None:
    """Remove one of one's own factors, but never the last one while one is required.

    Raises:
        FactorRefused: it is the last one.
    """
    account = _own(actor, account)
    if factor.account_id != account.pk:
        raise NotAllowed(_("Each person manages their own second factors."))
    if mfa_required() and not Factor.objects.filter(account=account).exclude(pk=factor.pk).exists():
        raise FactorRefused(_("This is your only second factor: add another one first."), code="last_factor")
    values = {"kind": factor.kind, "label": factor.label}
    Factor.objects.filter(pk=factor.pk).delete()
    record(STREAM, actor=actor, verb="factor_removed", subject=account_ref(account), values=values)


@gesture
def renew_recovery_codes(*, actor: Actor, account: Account) -> list[str]:
    """Ten new codes, shown this once; the former ones are void."""
    account = _own(actor, account)
    codes = crypto.new_recovery_codes()
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, digest=crypto.recovery_digest(code), created_at=clock.now()) for code in codes]
    )
    record(STREAM, actor=actor, verb="recovery_codes_renewed", subject=account_ref(account))
    return codes


@gesture
def reset_factors(*, actor: Actor, account: Account) -> None:
    """An administrator takes away lost factors: the sessions end, and the next sign-in enrols again."""
    require_administrator(actor)
    account = Account.objects.select_for_update().get(pk=account.pk)
    count = Factor.objects.filter(account=account).count()
    Factor.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()
    WebSession.objects.filter(account=account).delete()
    record(STREAM, actor=actor, verb="factors_reset", subject=account_ref(account), values={"factors": [count, 0]})
