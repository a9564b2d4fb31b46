"""Six figures by e-mail: asked for, sent, typed. Whoever types them in the browser that asked for them holds the mailbox."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.documents.api import sender
from parvis.form_engine import api as forms
from parvis.kernel import clock, jobs
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.jobs import JobRef
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests

from ..enums import Purpose
from ..errors import AccountRefused, NoSuchCode
from ..models import CitizenAccount, MailCode, OpeningCode
from ._common import fold_email, record
from .accounts import OPENING, _confirm, _none_yet, email_of, keep_draft, keep_request, reach_of
from .attempts import allow_mail, count

LASTS = dt.timedelta(minutes=10)
MOST_TRIES = 5
KEPT = dt.timedelta(days=1)


def account_by_email(email: str) -> CitizenAccount | None:
    return CitizenAccount.objects.filter(email=fold_email(email), live=1).first()


def opening_by_code(code: str) -> OpeningCode:
    """Raises NoSuchCode: unknown, used, withdrawn or too old; never says which."""
    found = OpeningCode.objects.filter(digest=forms.code_digest(code, OPENING)).first() if forms.bare_code(code) else None
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= clock.now():
        raise NoSuchCode(
            _("This code opens no account. Check each character; a code serves once, for 14 days. Or ask for a new one at the desk.")
        )
    return found


@gesture
def ask_code(
    *,
    actor: Actor,
    email: str,
    language: str,
    opening: OpeningCode | None = None,
    request: requests.Request | None = None,
    draft: forms.Draft | None = None,
) -> MailCode:
    """Six figures to a mailbox. To sign in, they leave only where the address opens an account; row, job and answer are the same if it does
    not. To open an account (with the code of the desk, or for a request that this browser holds) they always leave.

    Raises:
        TooManyAttempts: too many were asked for this address.
    """
    to = fold_email(email)
    allow_mail(to)
    count(f"mail:{to}")
    account = account_by_email(to)
    opens = opening is not None or request is not None or draft is not None
    now = clock.now()
    made = MailCode.objects.create(
        purpose=Purpose.OPEN if opening is not None else Purpose.KEEP if opens else Purpose.SIGN_IN,
        account=account,
        opening=opening,
        request=request,
        draft=draft,
        mail_to=to if account is not None or opens else "",
        language=account.language if account is not None and not opens else language[:2],
        made_at=now,
        expires_at=now + LASTS,
    )
    jobs.enqueue("portal.code", SubjectRef("mail_code", made.pk))
    return made


def _digest(row: MailCode, code: str) -> str:
    key = b"parvis.portal.mail" + settings.SECRET_KEY.encode()
    return hmac.new(key, f"{row.uuid}:{code}".encode(), hashlib.sha256).hexdigest()


def send_code(*, ref: JobRef) -> None:
    """The figures are made here and stand nowhere but in the message. A repeated job makes others: the last message counts."""
    row = MailCode.objects.filter(pk=ref.subject.id, used_at__isnull=True, expires_at__gt=clock.now()).first()
    if row is None or not row.mail_to:
        with gesture_scope():
            ref.complete()
        return
    code = f"{secrets.randbelow(1_000_000):06d}"
    with gesture_scope():
        MailCode.objects.filter(pk=row.pk).update(digest=_digest(row, code))
    with translation.override(row.language):
        body = _(
            "Your code: %(code)s\n\nType it on the page that asks for it. It holds for 10 minutes and serves once.\n\n"
            "You did not ask for it? Do nothing: without the code nobody gets in. We never ask you for it, by telephone or otherwise."
        ) % {"code": f"{code[:3]} {code[3:]}"}
        subject = _("Your code to sign in")
    _mail(row.mail_to, subject, body)
    with gesture_scope():
        ref.complete()


def send_opening(*, ref: JobRef) -> None:
    """The code of the desk by e-mail, made here; to the address that the file knows today, and to none that was protected meanwhile."""
    row = OpeningCode.objects.filter(pk=ref.subject.id, used_at__isnull=True, withdrawn_at__isnull=True).first()
    reach = reach_of(row.person_id) if row is not None else None
    to = email_of(reach) if reach is not None else ""
    if row is None or reach is None or not to:
        with gesture_scope():
            ref.complete()
        return
    code = forms.new_code()
    with gesture_scope():
        OpeningCode.objects.filter(pk=row.pk).update(digest=forms.code_digest(code, OPENING))
    with translation.override(reach.language):
        body = _(
            "You may open your account on the site of %(centre)s.\n\nYour code: %(code)s\n\nType it here: %(link)s\n\nThe code serves once, for 14 days.\n\nYou may also do without an account: each request can be followed "
            "with its number and its code."
        ) % {"centre": sender().name, "code": code, "link": ref.payload.get("link", "")}
        subject = _("Open your account")
    _mail(to, subject, body)
    with gesture_scope():
        ref.complete()


def _mail(to: str, subject: str, body: str) -> None:
    centre = sender()
    text = f"{body}\n\n{centre.name}\n{centre.phone}"
    EmailMessage(" ".join(subject.split()), text, to=[to], headers={"Auto-Submitted": "auto-generated"}).send()


@dataclass(frozen=True)
class Taken:
    """What came of a code. Not an exception: what was counted stays counted. ``left``: tries before the figures are void."""

    account: CitizenAccount | None = None
    left: int = 0
    opened: bool = False
    refused: str = ""


@gesture
def take_code(*, actor: Actor, row: MailCode, code: str, address: str) -> Taken:
    """The figures that were typed. Right, in time and for the first time: the account, opened where the purpose was to open one. Wrong ones
    count for the row and for the network address."""
    now = clock.now()
    tried = MailCode.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=now, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    row.refresh_from_db()
    figures = "".join(sign for sign in code if sign.isdigit())
    right = bool(tried) and bool(row.digest) and hmac.compare_digest(row.digest, _digest(row, figures))
    if not right:
        count(address)
        return Taken(left=max(0, MOST_TRIES - row.tries) if tried else 0)
    if not MailCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=now):
        return Taken()
    account = account_by_email(row.mail_to)
    if row.purpose == Purpose.SIGN_IN:
        return Taken(account=account)
    try:
        with_code = _opened(actor, row, account)
    except AccountRefused as error:
        return Taken(account=account, refused=str(error.message))
    return Taken(account=with_code, opened=account is None)


def _opened(actor: Actor, row: MailCode, account: CitizenAccount | None) -> CitizenAccount:
    """The account of this mailbox, made where there is none, with what it was opened for.

    Raises:
        AccountRefused: nothing of it is done; an account that was there stays as it was.
    """
    opening = row.opening
    if opening is not None:
        opening = OpeningCode.objects.select_for_update().get(pk=opening.pk)
        if opening.used_at or opening.withdrawn_at or opening.expires_at <= clock.now():
            raise AccountRefused(_("The code of the centre was used or withdrawn meanwhile. Ask for a new one at the desk."))
        if account is not None and account.person_id is not None:
            raise AccountRefused(_("This e-mail address belongs to another account. Use another address, or ask at the desk."))
        _none_yet(opening.person_id)
    if row.request is not None and account is not None:
        keep_request(actor=actor, account=account, request=row.request)
    if account is None:
        account = CitizenAccount.objects.create(email=row.mail_to, language=row.language, opened_at=clock.now())
        record(actor, "account_opened", account, {"by": str(row.purpose)})
        if row.request is not None:
            keep_request(actor=actor, account=account, request=row.request)
    if row.draft is not None:
        keep_draft(actor=actor, account=account, draft=row.draft)
    if opening is not None:
        OpeningCode.objects.filter(pk=opening.pk).update(used_at=clock.now(), digest=None)
        _confirm(actor, account, opening.person_id, opening.made_at, opening.made_by_id, opening.made_by_label)
    return account


@gesture
def open_account(*, actor: Actor, email: str, language: str, opening: OpeningCode) -> CitizenAccount:
    """The mailbox is proved to be the person's, whatever way proved it.

    Raises:
        AccountRefused: the code was used meanwhile, or the address is another account's.
    """
    proved = MailCode(purpose=Purpose.OPEN, opening=opening, mail_to=fold_email(email), language=language[:2])
    return _opened(actor, proved, account_by_email(email))


@gesture
def drop_codes(*, actor: Actor) -> int:
    """Forget codes after a day: they hold an address."""
    gone: dict[str, Any] = MailCode.objects.filter(made_at__lt=clock.now() - KEPT).delete()[1]
    return int(gone.get("portal.MailCode", 0))
