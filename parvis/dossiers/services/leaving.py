"""An agent leaves: functions end, files, tasks and duties go to the successors, and both sign for each file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import Count
from django.utils.translation import gettext as _

from parvis.agenda.api import coming_with
from parvis.identity.api import Account, Function, actor_for, end_functions
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.bitemporal import write_fact
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.jobs import enqueue
from parvis.workflows.api import ItemState, WorkItem, assign, close_item, may_do, open_item, release_item, release_items_of

from .. import access
from ..enums import Side
from ..errors import InvalidDossier
from ..events import HandoverSigned, WorkHandedOver
from ..leaving.selectors import Plan, held_files, plan
from ..models import Departure, Dossier, Handover, HandoverSignature, Intervention, Referent
from ..selectors import main_referent_of
from ._common import record
from .agents import STREAM
from .dossiers import assign_referent, not_own
from .meetings import meetings_follow

SCREEN = "dossiers.departure"
TO_TAKE = {
    "fr": "Dossiers qui vous sont remis : lire et signer",
    "nl": "Dossiers die aan u worden overgedragen: lezen en ondertekenen",
    "de": "Akten, die Ihnen übergeben werden: lesen und unterschreiben",
    "en": "Files handed over to you: read and sign",
}
TO_GIVE = {
    "fr": "Dossiers que vous remettez : relire et signer",
    "nl": "Dossiers die u overdraagt: nalezen en ondertekenen",
    "de": "Akten, die Sie übergeben: durchlesen und unterschreiben",
    "en": "Files that you hand over: read and sign",
}
STILL_HELD = {
    "fr": "Dossiers encore suivis par un agent parti : les remettre",
    "nl": "Dossiers nog opgevolgd door een vertrokken medewerker: ze overdragen",
    "de": "Akten, die eine ausgeschiedene Person noch betreut: übergeben",
    "en": "Files still followed by an agent who has left: hand them over",
}


@gesture
def plan_departure(
    *, actor: Actor, account: Account, on: dt.date, chosen: Mapping[int, int] | None = None, note: str = ""
) -> tuple[Departure, Plan]:
    """The functions end on ``on`` (the first day without) and every file has its successor. The files are then handed over one by one
    (``carry_out``), at once or by a job.

    Raises:
        NotAllowed: the actor heads no service.
        InvalidDossier: a past day, oneself, nobody free for a file, or a successor who is not proposed and no word why.
        GrantRefused: the agent works in no service of the actor.
    """
    if not access.may_plan_departure(actor):
        raise NotAllowed(_("The head of the service hands over the files of an agent who leaves."))
    if on < clock.today():
        raise InvalidDossier(_("Give a day from today on."), field="on", code="past")
    if account.pk == actor.account_id:
        raise InvalidDossier(_("Nobody hands over the own files alone: another head does it."), field="on", code="oneself")
    Account.objects.select_for_update().get(pk=account.pk)  # two heads at once: the second sees what the first planned
    words = " ".join(note.split())[:500]
    found = plan(actor, account, on, chosen)
    if _under_way(actor, account, found):
        raise InvalidDossier(_("The departure of this agent is under way already."), field="on", code="twice")
    if found.without_heir:
        raise InvalidDossier(_("Nobody is free for some files: choose who takes them."), field="heir", code="nobody")
    for row in found.rows:
        if row.heir in row.need.own:
            text = _("%(who)s belongs to this household: choose another agent.")
            raise InvalidDossier(text % {"who": found.people[row.heir].display_name}, field="heir", code="own")
    if found.against and not words:
        raise InvalidDossier(_("Somebody who is not proposed gets a file: say why."), field="note", code="note")
    still = end_functions(actor=actor, account=account, on=on)
    departure = Departure.unscoped.create(
        account=account,
        on=on,
        note=words,
        planned_at=clock.now(),
        planned_by_id=actor.account_id,
        planned_by_label=actor.label[:191],
    )
    Handover.unscoped.bulk_create(
        Handover(
            departure=departure,
            dossier=row.dossier,
            heir_id=row.heir,
            speciality=row.need.speciality,
            score=row.score,
            note=words if row.whys else "",
        )
        for row in found.rows
        if row.heir is not None  # refused above
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="dossiers.departure",
        subject=departure.ref,
        values={"account": account.pk, "on": on, "files": len(found.rows), "functions_left": len(still)},
        note=words,
    )
    enqueue("dossiers.departure", departure.ref)  # always: a page that stops in the middle is gone on with
    return departure, found


def _under_way(actor: Actor, account: Account, found: Plan) -> bool:
    """Another departure of this agent still holds one of these files, whoever planned it; or there is no file to add to one's own."""
    waiting = Departure.unscoped.filter(account=account, worked_at__isnull=True)
    if not found.rows:
        return bool(waiting.filter(planned_by=actor.account_id).exists())
    files = [row.dossier.pk for row in found.rows]
    unfinished = Handover.unscoped.filter(departure__account=account, done_at__isnull=True, refused="", dossier__in=files)
    return bool(unfinished.exists() or Handover.unscoped.filter(departure__in=waiting, done_at__isnull=False, dossier__in=files).exists())


def acting(departure: Departure) -> Actor:
    """Who planned it, for the job that carries it out; the system when that account is closed."""
    planner = departure.planned_by
    return actor_for(planner) if planner is not None and planner.is_active else system_actor("departures")


def carry_out(*, actor: Actor, departure: Departure) -> int:
    """Hand over what is not handed over yet, each file a gesture of its own: what is refused for one is kept with it, and the others are done.
    Safe to repeat. Returns how many were done."""
    done = 0
    for row in Handover.unscoped.filter(departure=departure, done_at__isnull=True, refused="").order_by("pk"):
        left = Handover.unscoped.filter(pk=row.pk, done_at__isnull=True)
        try:
            hand_over(actor=actor, handover=row)
            done += 1
        except Conflict:
            left.update(refused=_("Somebody else changed it a moment ago."))
        except DomainError as error:
            left.update(refused=str(error.message)[:500])
    tell(actor=actor, departure=departure)
    departure.refresh_from_db(fields=["worked_at", "moved_tasks"])
    if departure.on <= clock.today() and (done or departure.worked_at is None):
        move_work(actor=actor, departure=departure)
    return done


@gesture
def hand_over(*, actor: Actor, handover: Handover) -> Handover:
    """The successor follows the dossier in the place of the agent who leaves, from that day on: referents and interventions. A file that is
    handed over already is left alone.

    Raises:
        InvalidDossier: somebody gave the file away meanwhile, or the successor cannot follow it.
    """
    Handover.unscoped.select_for_update().get(pk=handover.pk)
    row = Handover.unscoped.select_related("departure__account", "dossier__unit", "heir").get(pk=handover.pk)
    departure, dossier = row.departure, row.dossier
    leaver = departure.account
    if row.done_at is not None:
        return row
    follows = list(
        Referent.unscoped.filter(dossier=dossier, account=leaver, live=1, valid_to__gt=departure.on).order_by("valid_from", "pk")
    )
    acts = list(Intervention.unscoped.filter(dossier=dossier, account=leaver, live=1, valid_to__gt=departure.on).order_by("pk"))
    if not follows and not acts:
        raise InvalidDossier(_("The agent who leaves does not follow this dossier any more: nothing was handed over."), code="given_away")
    not_own(dossier, row.heir)
    for held in follows:
        assign_referent(
            actor=actor,
            dossier=dossier,
            account=row.heir,
            role=held.role,
            valid_from=max(departure.on, held.valid_from),
            valid_to=held.valid_to,
            speciality=held.speciality,
        )
    for act in acts:
        write_fact(
            Intervention,
            anchor_field="dossier",
            anchor=dossier,
            key={"item": act.item},
            values={"role": act.role, "account": row.heir, "service": act.service, "note": act.note},
            valid_from=max(departure.on, act.valid_from),
            valid_to=act.valid_to,
            actor=actor,
        )
    follow(actor, row)
    record(
        actor,
        "dossier.handover",
        dossier,
        {"referent": [leaver.pk, row.heir_id], "from": departure.on, "score": row.score},
        note=row.note,
    )
    Handover.unscoped.filter(pk=row.pk).update(done_at=clock.now())
    row.done_at = clock.now()
    return row


def follow(actor: Actor, handover: Handover) -> None:
    """Appointments from the day on, within the gesture; once more on the day itself for what was booked meanwhile."""
    departure = handover.departure
    meetings_follow(actor=actor, dossier=handover.dossier, leaving={departure.account_id}, heir=handover.heir, on=departure.on)


@gesture
def tell(*, actor: Actor, departure: Departure) -> None:
    """Each successor, and the agent who leaves, has the task to read and sign what is not signed."""
    rows = Handover.unscoped.filter(departure=departure, done_at__isnull=False).order_by()
    takes = rows.exclude(signatures__side=Side.TAKES)
    got = dict(takes.values_list("heir").annotate(n=Count("pk")))
    units = dict(takes.values_list("heir", "dossier__unit"))
    for heir, number in sorted(got.items()):
        _task(actor, departure, f"take-{heir}", TO_TAKE, heir, units[heir], number)
    gives = rows.exclude(signatures__side=Side.GIVES)
    if departure.on > clock.today() and (number := gives.count()):
        unit = min(gives.values_list("dossier__unit", flat=True))
        _task(actor, departure, "give", TO_GIVE, departure.account_id, unit, number)


def _task(actor: Actor, departure: Departure, key: str, title: dict[str, str], owner: int, unit: int, number: int) -> None:
    open_item(
        actor=actor,
        subject=departure.ref,
        title=title,
        screen=SCREEN,
        owner=owner,
        queue=Function.CHIEF.value,
        unit_id=unit,
        due_on=max(departure.on, clock.today()),
        why=f"{departure.account.display_name} · {number}",
        key=key,
    )


def move_work(*, actor: Actor, departure: Departure) -> int:
    """On the day itself: open tasks of each file and the duties that come back go to the successor; a task that needs a function which the
    successor lacks goes back to its queue, as does all that hangs on no file. Safe to repeat. Returns how many tasks moved."""
    still_held(actor=actor, departure=departure)
    moved = 0
    done = Handover.unscoped.filter(departure=departure, done_at__isnull=False)
    for row in done.select_related("heir", "dossier", "departure__account").order_by("pk"):
        moved += _move_tasks(actor=actor, departure=departure, handover=row)
    _others_follow(departure=departure)
    return _finish(actor=actor, departure=departure, moved=moved)


@gesture
def _move_tasks(*, actor: Actor, departure: Departure, handover: Handover) -> int:
    rows = WorkItem.unscoped.filter(owner=departure.account_id, state=ItemState.OPEN, dossier_key=handover.dossier_id)
    items = list(rows.order_by("pk"))
    heir = actor_for(handover.heir) if items else None
    system = system_actor("departures")
    note = _("%(who)s has left") % {"who": departure.account.display_name}
    for item in items:
        # In the system's name: whether the file may be handed over was decided with the departure, whose author stands in its chain.
        if heir is not None and handover.heir.is_active and (not item.queue or may_do(heir, item)):
            assign(actor=system, item=item, owner=handover.heir, note=note)
        else:
            release_item(actor=system, item=item, note=note)
    if handover.heir.is_active:
        follow(system, handover)
    publish(
        WorkHandedOver(actor=actor, dossier_id=handover.dossier_id, from_account_id=departure.account_id, to_account_id=handover.heir_id)
    )
    return len(items)


@gesture
def _others_follow(*, departure: Departure) -> None:
    """Appointments of who has left in files that others follow: they are for who follows the file, else a task of the head of its service."""
    left = coming_with(departure.account_id, clock.today())
    files = Dossier.unscoped.filter(pk__in={row.subject_id for row in left if row.subject_type == "dossier"})
    still = set(held_files(departure.account, clock.today()).order_by().values_list("pk", flat=True))
    for dossier in files.select_related("unit").order_by("pk"):
        if dossier.pk in still or not has_left(departure, dossier):
            continue  # a service that the agent has not left
        held = main_referent_of(dossier.pk)
        heir = held.account if held is not None and held.account_id != departure.account_id and held.account.is_active else None
        meetings_follow(actor=system_actor("departures"), dossier=dossier, leaving={departure.account_id}, heir=heir, on=clock.today())


@gesture
def still_held(*, actor: Actor, departure: Departure) -> int:
    """Files that the agent still follows on the day: gained since, refused, or of a service that nobody planned for. The head of each service
    has a task that lists them and leads to the departure, where they are handed over like the others. Returns how many there are."""
    files: dict[int, list[str]] = {}
    for unit, number in held_files(departure.account, clock.today()).values_list("unit_id", "number"):
        files.setdefault(unit, []).append(number)
    for unit, numbers in sorted(files.items()):
        open_item(
            actor=system_actor("departures"),
            subject=departure.ref,
            title=STILL_HELD,
            screen=SCREEN,
            queue=Function.CHIEF.value,
            unit_id=unit,
            due_on=clock.today(),
            why=_listed(departure.account.display_name, numbers),
            key=f"held-{unit}",
        )
    close_held()
    return sum(len(one) for one in files.values())


@gesture
def close_held() -> None:
    """The head's task is done when nobody who has left follows a file of the service any more, however it was given away."""
    for item in WorkItem.unscoped.filter(subject_type="departure", step__startswith="held-", state=ItemState.OPEN).order_by("pk")[:500]:
        departure = Departure.unscoped.select_related("account").get(pk=item.subject_id)
        if not held_files(departure.account, clock.today()).filter(unit=item.unit_id).exists():
            close_item(actor=system_actor("departures"), item=item, outcome="given")


def _listed(name: str, numbers: list[str], most: int = 20) -> str:
    more = f" … (+{len(numbers) - most})" if len(numbers) > most else ""
    return f"{name} · {', '.join(numbers[:most])}{more}"[:500]


@gesture
def _finish(*, actor: Actor, departure: Departure, moved: int) -> int:
    moved += release_items_of(actor=system_actor("departures"), account=departure.account)
    total = departure.moved_tasks + moved
    Departure.unscoped.filter(pk=departure.pk).update(worked_at=clock.now(), moved_tasks=total)
    departure.worked_at, departure.moved_tasks = clock.now(), total
    mutations.record(STREAM, actor=actor, verb="dossiers.departure.work", subject=departure.ref, values={"tasks": moved})
    return moved


# Signing ---------------------------------------------------------------------------------------------------------------
def has_left(departure: Departure, dossier: Dossier) -> bool:
    """The agent may not sign in the service of this dossier any more, or the account is closed: somebody else signs in that place."""
    return not actor_for(departure.account).holds(dossier.unit_id, *access.WRITERS)


def side_of(actor: Actor, handover: Handover, dossier: Dossier) -> Side | None:
    """In which place this person signs: the own one, or that of the agent who has left, for the head of the service."""
    if not access.may_sign(actor):
        return None
    if actor.account_id == handover.heir_id:
        return Side.TAKES
    if actor.account_id == handover.departure.account_id:
        return Side.GIVES
    if actor.holds(dossier.unit_id, Function.CHIEF) and has_left(handover.departure, dossier):
        return Side.GIVES
    return None


@gesture
def sign_handover(*, actor: Actor, handover: Handover, digest: str, note: str = "") -> HandoverSignature:
    """I have read this page. ``digest``: of the page as it stood before the eyes of who signs.

    Raises:
        NotAllowed: neither of the two, nor the head in place of an agent who has left.
        InvalidDossier: not handed over yet, signed already, or the head says nothing.
    """
    row = Handover.unscoped.select_related("departure__account", "dossier__unit", "heir").get(pk=handover.pk)
    side = side_of(actor, row, row.dossier)
    if side is None or not access.may_change(actor, row.dossier):
        raise NotAllowed(_("Who hands the dossier over and who takes it over sign, each in the own name."))
    if row.done_at is None:
        raise InvalidDossier(_("This dossier is not handed over yet."), code="not_done")
    if HandoverSignature.unscoped.filter(handover=row, side=side).exists():
        raise InvalidDossier(_("This is signed already."), code="signed")
    instead = row.departure.account.display_name if side == Side.GIVES and actor.account_id != row.departure.account_id else ""
    words = " ".join(note.split())[:500]
    if instead and not words:
        raise InvalidDossier(_("Say why you sign in place of %(who)s.") % {"who": instead}, field="note", code="note")
    made = HandoverSignature.unscoped.create(
        handover=row,
        side=side,
        account_id=actor.own_id,
        label=actor.label[:191],
        instead_of=instead[:191],
        note=words,
        digest=digest,
        at=clock.now(),
    )
    number = HandoverSignature.unscoped.filter(handover=row).count()
    Handover.unscoped.filter(pk=row.pk).update(signed=number)
    record(actor, "dossier.handover.sign", row.dossier, {"side": str(side), "digest": digest, "instead_of": instead}, note=words)
    if number == 2:
        publish(
            HandoverSigned(
                actor=actor,
                dossier_id=row.dossier_id,
                from_label=row.departure.account.display_name,
                to_label=row.heir.display_name,
            )
        )
    _close_when_all(actor, row, side)
    return made


def _close_when_all(actor: Actor, row: Handover, side: Side) -> None:
    """The task of who signs is done with the last signature."""
    left = Handover.unscoped.filter(departure=row.departure_id, done_at__isnull=False).exclude(signatures__side=side)
    if side == Side.TAKES:
        left = left.filter(heir=row.heir_id)
    if not left.exists():
        close_item(actor=actor, subject=row.departure.ref, key=f"take-{row.heir_id}" if side == Side.TAKES else "give", outcome="signed")
