"""What an agent does about a mutation of the register: take it over, or leave it and say why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.contacts import api as contacts
from parvis.contacts.api import Person, PersonBirth
from parvis.dossiers.api import may_change
from parvis.journal.api import add_step
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.workflows.api import close_item

from .. import access
from ..enums import AlertState, MutationKind
from ..errors import AlreadySettled, InvalidMutation
from ..models import RegisterAlert, RegisterMutation

#: Kinds of which the register of persons holds a dated fact; the others are told in the chronicle of the dossier.
FACTS = (MutationKind.ADDRESS, MutationKind.NATIONALITY)


@gesture
def take_over(*, actor: Actor, alert: RegisterAlert, expected: int | None = None) -> RegisterAlert:
    """Write what the register says from its day on, with the register as the source. A protection of the address stays.

    What no dated fact holds (death, civil status, household) is written into the chronicle; payments, members and the household are
    changed by the agent, never by this.

    Args:
        expected: the person's version that the page showed.

    Raises:
        NotAllowed: outside the own functions or dossiers.
        AlreadySettled: a colleague was first.
        Conflict: the person changed since the page was shown.
    """
    _check(actor, alert)
    mutation = alert.mutation
    _settle(actor, alert, AlertState.TAKEN)
    if mutation.kind in FACTS:
        _write(actor, mutation, expected)
    messages = {
        MutationKind.ADDRESS: gettext_noop("New address taken over from the National Register, from %(day)s"),
        MutationKind.NATIONALITY: gettext_noop("New nationality taken over from the National Register, from %(day)s"),
        MutationKind.DEATH: gettext_noop("The National Register tells of a death on %(day)s"),
        MutationKind.CIVIL_STATUS: gettext_noop("The National Register tells of a new civil status from %(day)s"),
        MutationKind.HOUSEHOLD: gettext_noop("The National Register tells of a new household from %(day)s"),
    }
    add_step(
        actor=actor,
        dossier_id=alert.dossier_id,
        message=messages[MutationKind(mutation.kind)],
        values={"day": mutation.on.strftime("%d/%m/%Y")},
        subject=alert.ref,
        text=mutation.value.get("status", "") if mutation.kind == MutationKind.CIVIL_STATUS else "",
    )
    close_item(actor=actor, subject=alert.ref, key="look", outcome="taken")
    return alert


@gesture
def leave(*, actor: Actor, alert: RegisterAlert, words: str) -> RegisterAlert:
    """The file stays as it is, and says why.

    Raises:
        NotAllowed: outside the own functions or dossiers.
        InvalidMutation: no reason.
        AlreadySettled: a colleague was first.
    """
    _check(actor, alert)
    if not words.strip():
        raise InvalidMutation(_("Say why the file stays as it is."), field="words", code="reason")
    _settle(actor, alert, AlertState.LEFT, words.strip()[:500])
    message = gettext_noop("A change told by a register was left as it is")
    add_step(actor=actor, dossier_id=alert.dossier_id, message=message, subject=alert.ref, text=words.strip())
    close_item(actor=actor, subject=alert.ref, key="look", outcome="left")
    return alert


def _check(actor: Actor, alert: RegisterAlert) -> None:
    if not access.may_settle(actor) or not may_change(actor, alert.dossier):
        raise NotAllowed(_("You may not change this dossier."))


def _settle(actor: Actor, alert: RegisterAlert, state: AlertState, words: str = "") -> None:
    values: dict[str, Any] = {"state": state, "settled_at": clock.now(), "settled_by_label": actor.label[:191], "words": words}
    if not RegisterAlert.unscoped.filter(pk=alert.pk, state=AlertState.OPEN).update(**values):
        fresh = RegisterAlert.unscoped.get(pk=alert.pk)
        raise AlreadySettled(
            _("It is settled already: %(state)s.") % {"state": fresh.get_state_display()},
            who=fresh.settled_by_label,
            when=fresh.settled_at,
            code="settled",
        )
    for name, value in values.items():
        setattr(alert, name, value)
    stated = {"state": ["open", state], "kind": alert.mutation.kind, "mutation": alert.mutation.external_id}
    mutations.record(f"dossier:{alert.dossier_id}", actor=actor, verb="register.settle", subject=alert.ref, values=stated, note=words)


def _write(actor: Actor, mutation: RegisterMutation, expected: int | None) -> None:
    person = Person.unscoped.get(pk=mutation.person_id)
    origin: dict[str, Any] = {"source": Source.REGISTER, "source_ref": f"register:{mutation.external_id}"[:191], "valid_from": mutation.on}
    if mutation.kind == MutationKind.ADDRESS:
        values = {name: mutation.value.get(name, "") for name in ("street", "number", "box", "postal_code", "municipality")}
        country = mutation.value.get("country") or "BE"
        contacts.set_address(actor=actor, person=person, country=country, expected=expected, **values, **origin)
        return
    known = birth_at(person.pk, mutation.on) or birth_at(person.pk, clock.today())
    contacts.record_birth(
        actor=actor,
        person=person,
        birth_date=known.birth_date if known else None,
        birth_place=known.birth_place if known else "",
        sex=known.sex if known else "",
        nationality=mutation.value.get("nationality", ""),
        expected=expected,
        **origin,
    )


def birth_at(person_id: int, day: dt.date) -> PersonBirth | None:
    found: PersonBirth | None = PersonBirth.unscoped.filter(person=person_id).at(day).order_by("pk").first()
    return found
