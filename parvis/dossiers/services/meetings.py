"""Appointments to come go along when a file passes to another agent; what clashes is a task of who takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from parvis.agenda import api as agenda
from parvis.agenda.enums import Fate, State
from parvis.identity.api import Account, Function, actor_for
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows.api import ItemState, WorkItem, close_item, open_item

from ..enums import ReferentRole
from ..models import Dossier, Intervention, Referent

SCREEN = "agenda.appointment"
CLASH = "clash"
NOBODY = "nobody"
MOST = 100
AGENTS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.NURSE, Function.LAWYER)
TAKEN = {
    "fr": "Rendez-vous repris à une heure déjà prise : le déplacer ou le confier",
    "nl": "Overgenomen afspraak op een uur dat al bezet is: verplaatsen of doorgeven",
    "de": "Übernommener Termin zu einer schon belegten Zeit: verlegen oder abgeben",
    "en": "Appointment taken over at an hour already taken: move it or pass it on",
}
UNNAMED = {
    "fr": "Rendez-vous d’un dossier repris : dire qui y sera",
    "nl": "Afspraak van een overgenomen dossier: zeggen wie er zal zijn",
    "de": "Termin einer übernommenen Akte: angeben, wer dabei ist",
    "en": "Appointment of a file taken over: say who will be there",
}


@gesture
def meetings_follow(
    *,
    actor: Actor,
    dossier: Dossier,
    leaving: Collection[int],
    heir: Account | None,
    on: dt.date,
    until: dt.date | None = None,
) -> list[agenda.Passing]:
    """The appointments of these agents in this file are the heir's from that day on. Where the heir is taken or absent at that hour, the heir has
    the task to settle it; where nobody is named, the head of the service. Safe to repeat."""
    subject = SubjectRef("dossier", dossier.pk)
    found = agenda.pass_on(actor=actor, subject=subject, leaving=leaving, heir=heir, on=on, until=until)
    for one in found:
        if one.fate in (Fate.TAKEN, Fate.NOBODY):
            _task(actor, dossier, one, heir)
    return found


def _task(actor: Actor, dossier: Dossier, one: agenda.Passing, heir: Account | None) -> None:
    open_item(
        actor=actor,
        subject=one.row.ref,
        title=TAKEN if heir else UNNAMED,
        screen=SCREEN,
        owner=heir,
        queue=Function.CHIEF.value,
        unit_id=dossier.unit_id,
        dossier_id=dossier.pk,
        due_on=max(clock.today(), one.row.day - dt.timedelta(days=1)),
        why=f"{dossier.number} · {formats.moment(one.row.starts_at)}",
        key=CLASH if heir else NOBODY,
    )


def follows_still(dossier: Dossier, account_id: int, on: dt.date) -> bool:
    """Another part in this file that the agent keeps from that day on: the appointments stay."""
    rows = (model.unscoped.filter(dossier=dossier, account=account_id, live=1, valid_to__gt=on) for model in (Referent, Intervention))
    return any(found.exists() for found in rows)


def meetings_to_come(dossier_ids: Collection[int]) -> dict[int, int]:
    """How many appointments to come the main referent of each dossier has in it. Two queries."""
    today = clock.today()
    follows = Referent.unscoped.filter(dossier__in=list(dossier_ids), role=ReferentRole.MAIN).at(today).order_by()
    return agenda.numbers_of(dict(follows.values_list("dossier_id", "account_id")), today)


def agents_left(dossier: Dossier, on: dt.date, unit_id: int | None = None) -> set[int]:
    """Agents at appointments to come who do not work in the service of the file, or in the one named."""
    unit = unit_id or dossier.unit_id
    return agenda.gone_at(
        SubjectRef("dossier", dossier.pk), on, lambda account: account.is_active and actor_for(account).holds(unit, *AGENTS)
    )


@gesture
def settle_clashes(*, appointment_id: int, dossier_id: int, starts_at: Collection[dt.datetime], chosen: bool) -> int:
    """The tasks about appointments of that file, or of those hours, that clash no longer are done: one was moved, cancelled, or somebody else is
    there. ``chosen``: who is at this one was looked at, or it is off. Returns how many."""
    hours = Q()
    for at in starts_at:
        hours |= agenda.among_day(at)
    about = agenda.Appointment.unscoped.filter(hours).order_by().values("pk")
    items = list(_open().filter(Q(dossier_key=dossier_id) | Q(subject_id__in=about)).order_by("pk")[:MOST])
    left = agenda.still_taken([item.subject_id for item in items if item.step == CLASH]) if items else set()
    done = 0
    for item in items:
        if (item.step == CLASH and item.subject_id not in left) or (item.step == NOBODY and chosen and item.subject_id == appointment_id):
            close_item(actor=system_actor("dossiers.meetings"), item=item, outcome="settled")
            done += 1
    return done


@gesture
def close_past() -> int:
    """Once its hour has come, or it is off, nothing is left to settle of an appointment. Returns how many tasks."""
    over = ~Q(subject_id__in=agenda.Appointment.unscoped.filter(state=State.BOOKED, starts_at__gt=clock.now()).order_by().values("pk"))
    items = list(_open().filter(over).order_by("pk")[:500])
    for item in items:
        close_item(actor=system_actor("dossiers.meetings"), item=item, outcome="over")
    return len(items)


def _open() -> Any:
    return WorkItem.unscoped.filter(subject_type="appointment", step__in=(CLASH, NOBODY), state=ItemState.OPEN)
