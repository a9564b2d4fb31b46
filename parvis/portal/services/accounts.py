"""What an agent does with the account of a person, and what an account takes in."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts import api as contacts
from parvis.form_engine import api as forms
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests

from ..access import can_open_accounts
from ..enums import Way
from ..errors import AccountRefused
from ..models import CitizenAccount, CitizenDraft, CitizenRequest, CitizenSession, MailCode, OpeningCode
from ._common import STREAM, record, tell

OPENING = "citizen-account"
OPENING_LASTS = dt.timedelta(days=14)


def _allowed(actor: Actor) -> None:
    if not can_open_accounts(actor):
        raise NotAllowed(_("Only who receives persons at the desk may do this."))


def live_accounts(person_id: int) -> list[CitizenAccount]:
    """Accounts in which a person signs in: one, or several after a merge."""
    return list(CitizenAccount.objects.filter(person=person_id, live=1))


def _none_yet(person_id: int) -> None:
    if live_accounts(person_id):
        raise AccountRefused(_("This person has an account already. Close it first, with a reason."), code="has_one")


def reach_of(person_id: int) -> contacts.Reach:
    """How the person is called and reached today; of a protected one no address."""
    return contacts.reach_of([("person", person_id)], clock.today()).get(("person", person_id), contacts.Reach("?"))


def email_of(reach: contacts.Reach) -> str:
    """The e-mail address to which a code may go: none for a protected person, or for one who wants no e-mail."""
    return reach.email if not reach.protected and not reach.no_email else ""


@gesture
def offer_account(*, actor: Actor, person: contacts.Person, way: str, link: str = "") -> tuple[OpeningCode, str]:
    """The person stands before the agent, who has seen the identity: a code with which they open their account. Earlier ones end.

    Args:
        link: where the code is typed, for the e-mail.

    Returns:
        The code in clear, once; empty when it leaves by e-mail.

    Raises:
        NotAllowed: not an agent of the desk.
        AccountRefused: there is an account already, or no e-mail address that may be used.
    """
    _allowed(actor)
    contacts.Person.unscoped.select_for_update().get(pk=person.pk)
    _none_yet(person.pk)
    if way == Way.EMAIL and not email_of(reach_of(person.pk)):
        raise AccountRefused(_("No e-mail may go to this person. Print the code and hand it over."), field="way", code="no_email")
    now = clock.now()
    _withdraw(person.pk)
    code = forms.new_code() if way == Way.PAPER else ""
    made = OpeningCode.objects.create(
        person=person,
        way=way,
        digest=forms.code_digest(code, OPENING) if code else None,
        made_at=now,
        made_by_id=actor.account_id,
        made_by_label=actor.label[:191],
        expires_at=now + OPENING_LASTS,
    )
    mutations.record(STREAM, actor=actor, verb="account_offered", subject=SubjectRef("person", person.pk), values={"way": str(way)})
    tell(
        actor,
        person.pk,
        gettext_noop("Identity seen; a code to open the account at the portal was given to %(name)s"),
        name=_name(person.pk),
    )
    if way == Way.EMAIL:
        jobs.enqueue("portal.opening", SubjectRef("opening_code", made.pk), payload={"link": link})
    return made, code


def _withdraw(person_id: int) -> int:
    return int(
        OpeningCode.objects.filter(person=person_id, used_at__isnull=True, withdrawn_at__isnull=True).update(
            withdrawn_at=clock.now(), digest=None
        )
    )


@gesture
def withdraw_opening(*, actor: Actor, person: contacts.Person) -> bool:
    """The code that was given opens nothing any more. False: there was none."""
    _allowed(actor)
    ended = _withdraw(person.pk)
    if ended:
        mutations.record(STREAM, actor=actor, verb="account_code_withdrawn", subject=SubjectRef("person", person.pk))
        tell(
            actor, person.pk, gettext_noop("The code to open the account at the portal was withdrawn from %(name)s"), name=_name(person.pk)
        )
    return bool(ended)


@gesture
def confirm_identity(*, actor: Actor, account: CitizenAccount, person: contacts.Person) -> CitizenAccount:
    """The holder of an account that a code opened stands before the agent and is this person: the account shows all their requests.

    Raises:
        NotAllowed: not an agent of the desk.
        AccountRefused: closed, confirmed already, another person's, or the person has one.
    """
    _allowed(actor)
    contacts.Person.unscoped.select_for_update().get(pk=person.pk)
    row = CitizenAccount.objects.select_for_update().get(pk=account.pk)
    if row.live is None:
        raise AccountRefused(_("This account is closed."), code="closed")
    if row.person_id is not None:
        raise AccountRefused(_("The identity behind this account was confirmed already."), code="confirmed")
    _none_yet(person.pk)
    if not CitizenRequest.objects.filter(account=row, request__applicant=person.pk).exists():
        raise AccountRefused(_("No request of this person was opened in this account."), code="not_theirs")
    _confirm(actor, row, person.pk, clock.now(), actor.account_id, actor.label)
    tell(actor, person.pk, gettext_noop("Identity seen; the account at the portal shows all requests of %(name)s"), name=_name(person.pk))
    return row


def _confirm(actor: Actor, row: CitizenAccount, person_id: int, at: dt.datetime, by_id: int | None, by_label: str) -> None:
    row.person_id, row.confirmed_at = person_id, at
    row.confirmed_by_id, row.confirmed_by_label = by_id, by_label[:191]
    row.save(update_fields=["person", "confirmed_at", "confirmed_by_id", "confirmed_by_label"])
    _withdraw(person_id)
    record(actor, "account_confirmed", row)


@gesture
def close_account(*, actor: Actor, account: CitizenAccount, reason: str) -> CitizenAccount:
    """Wrongly linked, lost, or no longer wanted: from now on it opens nothing, in no browser. The requests stay, with their codes.

    Raises:
        NotAllowed: not an agent of the desk.
        AccountRefused: without a reason, or closed already.
    """
    _allowed(actor)
    if not reason.strip():
        raise AccountRefused(_("Say why the account is closed."), field="reason", code="no_reason")
    row = _close(actor, account, reason.strip()[:500])
    if row.person_id is not None:
        tell(
            actor,
            row.person_id,
            gettext_noop("The account of %(name)s at the portal was closed"),
            text=reason.strip()[:500],
            name=_name(row.person_id),
        )
    return row


@gesture
def close_own_account(*, actor: Actor, account: CitizenAccount) -> CitizenAccount:
    """The person wants it no longer: it opens nothing from now on, in no browser, and the desk reads so in the file. The requests stay, with their
    numbers and codes.

    Raises:
        AccountRefused: closed already.
    """
    with translation.override(settings.LANGUAGE_CODE):
        why = str(_("closed by the person"))
    row = _close(actor, account, why)
    if row.person_id is not None:
        message = gettext_noop("%(name)s closed the own account at the portal")
        tell(actor, row.person_id, message, files=system_actor("portal"), name=_name(row.person_id))
    return row


def _close(actor: Actor, account: CitizenAccount, why: str) -> CitizenAccount:
    row = CitizenAccount.objects.select_for_update().get(pk=account.pk)
    if row.live is None:
        raise AccountRefused(_("This account is closed."), code="closed")
    row.live, row.closed_at = None, clock.now()
    row.closed_by_id, row.closed_by_label, row.closed_why = actor.account_id, actor.label[:191], why
    row.save(update_fields=["live", "closed_at", "closed_by_id", "closed_by_label", "closed_why"])
    CitizenSession.objects.filter(account=row).delete()
    MailCode.objects.filter(account=row).delete()
    record(actor, "account_closed", row, note=why)
    if row.person_id is not None:
        _withdraw(row.person_id)
    return row


def _name(person_id: int) -> str:
    return contacts.display_names([person_id]).get(person_id, "?")


# What an account takes in ------------------------------------------------------------------------------------------------
@gesture
def keep_request(*, actor: Actor, account: CitizenAccount, request: requests.Request) -> bool:
    """A request that this browser opened with its code, or has just sent. False: it was there already.

    Raises:
        AccountRefused: the account is one person's, and the request another's.
    """
    if account.person_id is not None and request.applicant_id is not None and request.applicant_id != account.person_id:
        raise AccountRefused(
            _("This request was made for another person: it does not come into your space. Follow it with its number and code."),
            code="another_person",
        )
    _row, made = CitizenRequest.objects.get_or_create(account=account, request=request, defaults={"added_at": clock.now()})
    if made:
        record(actor, "account_request_kept", account, {"request": request.number})
    return made


@gesture
def keep_draft(*, actor: Actor, account: CitizenAccount, draft: forms.Draft) -> bool:
    """A request in preparation."""
    _row, made = CitizenDraft.objects.get_or_create(account=account, draft=draft, defaults={"added_at": clock.now()})
    return made
