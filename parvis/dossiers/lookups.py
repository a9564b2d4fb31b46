"""What is out of the ordinary in a look-up, and why a file is read: simple rules, asked before anything is shown (E12)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.errors import StepFirst
from parvis.kernel.mutations import read_guard
from parvis.kernel.subject import SubjectRef

from .access import WRITERS, former_classes
from .selectors import (
    Reading,
    lives_near,
    person_reading,
    reading_of,
    reason_given,
    related_to,
)


class Unusual(models.TextChoices):
    OWN = "own", _("Your own file")
    RELATIVE = "relative", _("A relative of yours, or somebody of your household")
    NEIGHBOUR = "neighbour", _("Somebody of your address or street")
    COLLEAGUE = "colleague", _("A colleague")
    KNOWN = "known", _("A name that everybody here knows")
    OLD = "old", _("A file closed more than a year ago that you never followed")
    MANY = "many", _("More files today than usual")


class Purpose(models.TextChoices):
    """Why a file was opened, as the log keeps it: the relation to the file, or the reason that was written."""

    REFERENT = "referent", _("follows the file")
    SERVICE = "service", _("works on files of this service")
    OPENING = "opening", _("opened it exceptionally")
    BEFORE = "before", _("of the service that had the file before")
    REASON = "reason", _("gave a reason")
    SIMULATION = "simulation", _("checked rights, without the content")
    API = "API", _("through a program")


@dataclass(frozen=True)
class Why:
    """A purpose from the log in words: the relation, and the reason that the agent wrote."""

    label: str
    reason: str = ""


def why_of(purpose: str) -> Why:
    code, _sep, reason = purpose.partition(": ")
    return Why(str(Purpose(code).label), reason) if code in Purpose.values else Why(purpose)


SIMULATED = "dossiers.simulation"
#: Those that concern the agent's own life, and well-known names, reach the auditor at once; the others stand in the auditor's list.
PERSONAL = frozenset({Unusual.OWN, Unusual.RELATIVE, Unusual.NEIGHBOUR, Unusual.COLLEAGUE, Unusual.KNOWN})


@read_guard("dossier")
def before_dossier(actor: Actor, subject: SubjectRef, screen: str) -> str:
    if screen == SIMULATED:
        return Purpose.SIMULATION.value
    return _before(actor, subject, "dossier")


PART = "dossier_part"


def part_of(dossier_id: int) -> SubjectRef:
    """What the page of a request, proposal, decision or payment says that it lies in (``record_read(within=…)``)."""
    return SubjectRef(PART, dossier_id)


@read_guard(PART)
def before_part(actor: Actor, subject: SubjectRef, screen: str) -> str:
    """A request, proposal, decision or payment of a dossier, for whoever may read it without the file too: the same rules about one's own
    life; how many files were opened today and how old this one is are not asked of it."""
    return _before(actor, SubjectRef("dossier", subject.id), "dossier", personal=True)


@read_guard("person")
def before_person(actor: Actor, subject: SubjectRef, screen: str) -> str:
    return _before(actor, subject, "person")


def _before(actor: Actor, subject: SubjectRef, kind: str, *, personal: bool = False) -> str:
    if not actor.is_agent or actor.account_id is None:
        return ""
    facts = reading_of(actor, subject.id) if kind == "dossier" else person_reading(actor, subject.id)
    if facts is None:
        return ""
    kinds = unusual(actor, facts)
    if kinds if not personal else not PERSONAL.isdisjoint(kinds):
        reason = reason_given(actor.account_id, subject)
        if reason is None:
            raise StepFirst(reverse("dossiers:why", args=[kind, facts.uuid]))
        return f"{actor.purpose} · {reason}" if actor.origin == "api" else f"{Purpose.REASON.value}: {reason}"
    if actor.origin == "api":
        return actor.purpose  # names the program: whose rights it has follows from the agent
    if facts.follows:
        return Purpose.REFERENT.value
    if kind == "dossier" and subject.id in actor.opened_ids("dossier"):
        return f"{Purpose.OPENING.value}: {facts.opening}" if facts.opening else Purpose.OPENING.value
    if (
        kind == "dossier"
        and subject.id in former_classes(actor)
        and facts.unit_id not in actor.units
        and None not in actor.units_for(*WRITERS)
    ):
        return Purpose.BEFORE.value
    return Purpose.SERVICE.value


def unusual(actor: Actor, facts: Reading) -> list[str]:
    """Rules that speak, in order of weight. Whoever is found nowhere on file meets the colleague rule and the counts only."""
    kinds: list[str] = []
    if facts.own:
        kinds.append(Unusual.OWN.value)
    elif actor.person_id is not None:
        if related_to(actor.person_id, facts.people):
            kinds.append(Unusual.RELATIVE.value)
        elif lives_near(actor.person_id, facts.people):
            kinds.append(Unusual.NEIGHBOUR.value)
    if facts.colleague and not facts.own:
        kinds.append(Unusual.COLLEAGUE.value)
    works_on_it = facts.follows or actor.has(Function.AUDITOR)
    if facts.known and not works_on_it and not kinds:
        kinds.append(Unusual.KNOWN.value)
    if facts.old and not works_on_it and actor.has(*WRITERS):
        kinds.append(Unusual.OLD.value)
    if not kinds and not works_on_it and facts.others_today >= settings.PARVIS["lookups_a_day"]:
        kinds.append(Unusual.MANY.value)
    return kinds
