"""The shortest path: need now, file later (F7). One gesture registers, identifies and passes to the president."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.identity.api import Unit
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.procedures import api as procedures

from .. import access
from ..errors import RequestError
from ..models import Request
from .joining import join_dossier
from .sending import send_request

PROCEDURE = "aid-request"
LINE = "urgent_aid"


@dataclass(frozen=True)
class Need:
    """What is typed on the one screen of urgency."""

    family_name: str
    given_names: str
    reason: str
    amount: Decimal | None = None
    birth_date: date | None = None
    niss: str = ""
    iban: str = ""
    cash: bool = False
    language: str = "fr"
    channel: str = "desk_visit"


@gesture
def register_urgent(*, actor: Actor, need: Need, person: contacts.Person | None = None, unit: Unit | None = None) -> Request:
    """Register an urgent aid for a known person, or for one made now. Her open dossier is used, else one is opened.

    A clerk writes no account into the file: the one that was said stays in the answers, for the president to see.

    Raises:
        RequestError: no name or no reason.
        IdentifierTaken: the national number belongs to somebody else.
        NotAllowed: not an agent who registers.
    """
    if not (actor.is_system or access.can_register(actor)):
        raise NotAllowed(_("You may not register requests."))
    if not need.reason.strip():
        raise RequestError(_("Say what is urgent."), field="reason", code="no_reason")
    procedure = procedures.latest(PROCEDURE)
    fields = procedure.definition["person"]
    urgency = procedure.definition["urgency"]
    answers: dict[str, object] = {
        fields["family_name"]: need.family_name,
        fields["given_names"]: need.given_names,
        urgency["flag"]: True,
        urgency["reason"]: need.reason.strip(),
    }
    if need.birth_date:
        answers[fields["birth_date"]] = need.birth_date.isoformat()
    if need.niss:
        answers[fields["niss"]] = need.niss
    if need.amount is not None:
        answers[urgency["amount"]] = f"{need.amount:.2f}"
    answers["has_account"] = bool(need.iban) and not need.cash
    if need.iban and not need.cash:
        answers[fields["iban"]] = need.iban
    sent = send_request(
        actor=actor,
        procedure=procedure,
        answers=answers,
        language=need.language,
        channel=need.channel,
        unit=unit,
        incomplete=True,
        only=(LINE,),
    )
    request = sent.request
    if person is None:
        person = contacts.create_person(
            actor=actor,
            family_name=need.family_name,
            given_names=need.given_names,
            birth_date=need.birth_date,
            language=need.language,
            national_number=need.niss,
            source=Source.SUBMISSION,
            source_ref=f"request:{request.pk}",
        )
    known = {row.iban for row in contacts.bank_accounts(person.pk)}
    if need.iban and not need.cash and need.iban not in known and contacts.can_edit_bank_account(actor):
        contacts.add_bank_account(actor=actor, person=person, iban=need.iban, source=Source.SUBMISSION, source_ref=f"request:{request.pk}")
    mine = [row for row in dossiers.dossiers_of(actor, person.pk) if row.status == dossiers.DossierStatus.OPEN]
    return join_dossier(actor=actor, request=request, person=person, dossier=mine[0] if mine else None)
