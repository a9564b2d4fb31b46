"""A dossier is opened; its members and its referents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from parvis.contacts.api import (
    Household,
    InvalidPerson,
    Person,
    PersonIndex,
    create_household,
    household_of,
    join_household,
    leave_household,
)
from parvis.identity.api import Account, Unit
from parvis.kernel import clock, numbers
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, begin, end_fact, write_fact
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture

from .. import access
from ..custom_opening import opening_questions
from ..enums import SPECIALITY_OF_ROLE, MemberRole, ReferentRole, Speciality
from ..errors import InvalidDossier
from ..events import DossierOpened, MemberAdded, MemberLeft, ReferentAssigned
from ..models import Dossier, DossierMember, Referent
from ..selectors import own_agents
from ._common import record, writable
from .custom_answers import write_person_section, write_section


@gesture
def open_dossier(
    *,
    actor: Actor,
    person: Person,
    unit: Unit,
    referent: Account | None = None,
    speciality: str = "",
    source: str = Source.AGENT,
    source_ref: str = "",
    own: Mapping[str, Any] | None = None,
) -> Dossier:
    """A dossier under the next number, with the person as applicant.

    Args:
        own: answers to the fields that the organisation needs of every file and of its applicant (``opening_questions``). None: they are not
            asked, and file and person say what they lack: an urgent need, or a program that knows them not, opens a file all the same.

    Raises:
        NotAllowed: the actor opens no dossiers in this unit.
        InvalidDossier: an answer that is needed is missing or wrong; nothing is opened.
    """
    if not access.can_open_dossier(actor) or not (actor.is_system or actor.holds(unit.pk, *access.OPENERS)):
        raise NotAllowed(_("You may not open a dossier in this service."))
    day = clock.today()
    number = f"{day.year}-{numbers.allot('dossier', day.year):05}"
    dossier = Dossier.unscoped.create(number=number, unit=unit, lead=person, opened_on=day)
    begin(dossier)
    refile([person.pk])
    record(actor, "dossier.open", dossier, {"number": number, "unit": unit.code, "lead": person.pk})
    publish(DossierOpened(actor=actor, dossier_id=dossier.pk, number=number))
    _write_member(actor, dossier, person, MemberRole.APPLICANT, True, day, None, source, source_ref)
    if referent is not None:
        assign_referent(actor=actor, dossier=dossier, account=referent, speciality=speciality)
    if own is not None:
        _answer_needed(actor, dossier, own, source, source_ref)
    return dossier


def _answer_needed(actor: Actor, dossier: Dossier, own: Mapping[str, Any], source: str, source_ref: str) -> None:
    asked = opening_questions(actor, own, person_id=dossier.lead_id)
    if asked is None:
        return
    if asked.problems:
        first = asked.problems[0]
        raise InvalidDossier(f"{first.label}: {first.text}", field=first.path, code="needed")
    for section, answers in asked.by_section().items():
        write_section(actor, dossier, section, answers, source=source, source_ref=source_ref)
    for section, answers in asked.of_person().items():
        write_person_section(actor, dossier.lead, section, answers, source=source, source_ref=source_ref)


def refile(person_ids: Sequence[int]) -> None:
    """List the dossiers of these persons under the names that they have now."""
    names = PersonIndex.unscoped.filter(person=OuterRef("lead")).order_by().values("sort_key")[:1]
    Dossier.unscoped.filter(lead__in=list(person_ids)).update(lead_sort=Coalesce(Subquery(names), Value("")))


@gesture
def add_member(
    *,
    actor: Actor,
    dossier: Dossier,
    person: Person,
    role: str,
    in_household: bool | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
) -> DossierMember:
    """A person belongs to the dossier from a day on. ``in_household`` defaults to everyone but related persons.

    Raises:
        InvalidDossier: unknown role, a second applicant.
    """
    writable(actor, dossier, allowed=access.can_open_dossier(actor))
    if role not in MemberRole.values:
        raise InvalidDossier(_("This value is not in the list."), field="role", code="role")
    start = valid_from or clock.today()
    if role == MemberRole.APPLICANT and DossierMember.unscoped.filter(dossier=dossier, role=role).at(start).exclude(person=person).exists():
        raise InvalidDossier(
            _("The dossier already has an applicant on that day. Change the role of that person first."), field="role", code="applicant"
        )
    within = role != MemberRole.RELATED if in_household is None else in_household
    return _write_member(actor, dossier, person, role, within, start, valid_to, source, source_ref)


def _write_member(
    actor: Actor,
    dossier: Dossier,
    person: Person,
    role: str,
    in_household: bool,
    start: dt.date,
    end: dt.date | None,
    source: str,
    source_ref: str,
) -> DossierMember:
    row = write_fact(
        DossierMember,
        anchor_field="dossier",
        anchor=dossier,
        key={"person": person},
        values={"role": role, "in_household": in_household},
        valid_from=start,
        valid_to=end,
        actor=actor,
        source=source,
        source_ref=source_ref,
    )
    if in_household and person.pk != dossier.lead_id:
        _live_together(actor, dossier, person, role, start)
    record(actor, "dossier.member", dossier, {f"person:{person.pk}": role, "in_household": in_household, "from": start})
    publish(MemberAdded(actor=actor, dossier_id=dossier.pk, person_id=person.pk, role=role, valid_from=start))
    return row


def _live_together(actor: Actor, dossier: Dossier, person: Person, role: str, start: dt.date) -> None:
    """The household of the register follows: addresses are protected per household, so it must know who lives with whom."""
    known = household_of(dossier.lead_id, start)
    household = (
        Household.unscoped.get(pk=known.id)
        if known
        else create_household(actor=actor, head=dossier.lead, valid_from=start, source=Source.AGENT)
    )
    if any(row.person_id == person.pk for row in known.members) if known else False:
        return
    places = {MemberRole.PARTNER: "partner", MemberRole.CHILD: "child", MemberRole.PARENT: "parent"}
    with suppress(InvalidPerson):  # the register knows better: the person has moved on since
        join_household(actor=actor, household=household, person=person, role=places.get(MemberRole(role), "other"), valid_from=start)


@gesture
def member_leaves(*, actor: Actor, dossier: Dossier, person: Person, on: dt.date) -> DossierMember:
    """The person belongs to the dossier until the day before ``on``.

    Raises:
        InvalidDossier: the person is not in the dossier, or is the one under whose name it is filed.
    """
    writable(actor, dossier, allowed=access.can_open_dossier(actor))
    if person.pk == dossier.lead_id:
        raise InvalidDossier(_("The dossier is filed under this person. Name another one first."), field="person", code="lead")
    row = DossierMember.unscoped.filter(dossier=dossier, person=person, live=1, valid_from__lt=on, valid_to__gt=on).first()
    if row is None:
        raise InvalidDossier(_("This person is not in the dossier."), field="person", code="not_member")
    closed = end_fact(row, valid_to=on, anchor=dossier, actor=actor)
    home = household_of(dossier.lead_id, on)
    if row.in_household and home and any(one.person_id == person.pk and one.valid_from < on for one in home.members):
        leave_household(actor=actor, household=Household.unscoped.get(pk=home.id), person=person, on=on)
    record(actor, "dossier.member.leave", dossier, {f"person:{person.pk}": [row.valid_from, on]})
    publish(MemberLeft(actor=actor, dossier_id=dossier.pk, person_id=person.pk, valid_to=on))
    return closed


@gesture
def change_lead(*, actor: Actor, dossier: Dossier, person: Person) -> Dossier:
    """File the dossier under another of its members.

    Raises:
        InvalidDossier: the person is not a member today.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    if not DossierMember.unscoped.filter(dossier=dossier, person=person).at(clock.today()).exists():
        raise InvalidDossier(_("This person is not in the dossier."), field="person", code="not_member")
    before = dossier.lead_id
    update_dossier(dossier, lead=person)
    dossier.lead = person
    refile([person.pk])
    record(actor, "dossier.lead", dossier, {"lead": [before, person.pk]})
    return dossier


@gesture
def assign_referent(
    *,
    actor: Actor,
    dossier: Dossier,
    account: Account,
    role: str = ReferentRole.MAIN,
    valid_from: dt.date | None = None,
    expected: int | None = None,
    speciality: str = "",
    valid_to: dt.date | None = None,
) -> Referent:
    """The agent follows the dossier in this role from a day on, in place of the one before. ``speciality``: what it is about; as before when
    not said.

    Raises:
        InvalidDossier: an account that is closed, an agent of this household, an unknown role.
    """
    writable(actor, dossier, allowed=access.can_assign(actor))
    if role not in ReferentRole.values:
        raise InvalidDossier(_("This value is not in the list."), field="role", code="role")
    if not account.is_active:
        raise InvalidDossier(_("This account is closed: choose another agent."), field="account", code="account_closed")
    not_own(dossier, account)
    if speciality and speciality not in Speciality.values:
        raise InvalidDossier(_("This value is not in the list."), field="speciality", code="speciality")
    start = valid_from or clock.today()
    before = Referent.unscoped.filter(dossier=dossier, role=role).at(start).first()
    about = speciality or (before.speciality if before else "") or SPECIALITY_OF_ROLE.get(ReferentRole(role), "")
    row = write_fact(
        Referent,
        anchor_field="dossier",
        anchor=dossier,
        key={"role": role},
        values={"account": account, "speciality": about},
        valid_from=start,
        valid_to=valid_to,
        actor=actor,
        expected=expected,
    )
    record(actor, "dossier.referent", dossier, {role: [before.account_id if before else None, account.pk], "from": start})
    publish(
        ReferentAssigned(actor=actor, dossier_id=dossier.pk, account_id=account.pk, account_label=str(account), role=role, valid_from=start)
    )
    return row


def not_own(dossier: Dossier, account: Account) -> None:
    """Nobody follows the file of the own household.

    Raises:
        InvalidDossier: the agent is or was a person of this file.
    """
    if account.pk in own_agents([dossier.pk]).get(dossier.pk, ()):
        text = _("%(who)s belongs to this household: choose another agent.")
        raise InvalidDossier(text % {"who": account.display_name}, field="account", code="own")


@gesture
def end_referent(*, actor: Actor, referent: Referent, on: dt.date) -> Referent:
    """The agent follows the dossier until the day before ``on``."""
    dossier = referent.dossier
    writable(actor, dossier, allowed=access.can_assign(actor))
    closed = end_fact(referent, valid_to=on, anchor=dossier, actor=actor)
    record(actor, "dossier.referent.end", dossier, {referent.role: [referent.account_id, None], "on": on})
    return closed


def update_dossier(dossier: Dossier, **changes: object) -> None:
    """Change the dossier itself, unless somebody else did in the meantime."""
    changed = Dossier.unscoped.filter(pk=dossier.pk, version=dossier.version).update(version=F("version") + 1, **changes)
    if not changed:
        raise Conflict(_("Somebody else changed this in the meantime. Compare both before you save."), code="stale")
    dossier.version += 1
