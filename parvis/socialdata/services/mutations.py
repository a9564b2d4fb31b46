"""Files of the registers: taken in, read line by line, an alert for each running dossier of a person whom we follow."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import Identifier, resolve_person
from parvis.dossiers.api import Dossier, DossierMember, main_referent_of
from parvis.identity.enums import Function
from parvis.journal.api import add_step
from parvis.kernel import clock, jobs, mutations, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.workflows.api import open_item

from .. import access
from ..enums import MutationKind, Outcome, RunState
from ..errors import InvalidMutation
from ..models import MutationRun, RegisterAlert, RegisterMutation
from ..mutation_file import Line, line_of, rows_of
from ..selectors import compare

READER = system_actor("socialdata.mutations")
STREAM = "context:socialdata"
MEGABYTES = 10
REPORTED = 500
TO_LOOK_AT = {
    "fr": "Mutation au registre national à examiner",
    "nl": "Mutatie in het rijksregister te bekijken",
    "de": "Änderung im Nationalregister zu prüfen",
    "en": "Mutation in the National Register to look at",
}


@gesture
def receive_file(*, actor: Actor, name: str, content: bytes) -> MutationRun:
    """Take a file in; a job reads it. Its content goes as soon as it is read.

    Raises:
        NotAllowed: not an agent of the cell.
        InvalidMutation: empty, too large, or not a file of mutations.
    """
    if not access.may_read_files(actor):
        raise NotAllowed(_("Only the cell reads the files of the registers."))
    if not content:
        raise InvalidMutation(_("This file is empty."), field="file", code="empty")
    if len(content) > MEGABYTES * 1024 * 1024:
        raise InvalidMutation(_("This file is larger than %(n)s MB. Split it.") % {"n": MEGABYTES}, field="file", code="large")
    rows_of(content)
    run = MutationRun.unscoped.create(
        name=name[:191] or "-",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        received_at=clock.now(),
        received_by_label=actor.label[:191],
    )
    mutations.record(STREAM, actor=actor, verb="mutations.receive", subject=run.ref, values={"name": run.name, "sha256": run.sha256})
    jobs.enqueue("socialdata.read", run.ref)
    return run


def read_lines(run: MutationRun) -> tuple[Counter[str], list[list[Any]]]:
    """Each line in a gesture of its own: what is done stays done. A second reading of the same file, after one that was cut off, finds it
    done and reports it as the first would have.

    Raises:
        InvalidMutation: the file as a whole cannot be read.
    """
    counts: Counter[str] = Counter()
    report: list[list[Any]] = []
    met: set[str] = set()
    for place, row in enumerate(rows_of(bytes(run.content)), 1):
        key = kind = words = ""
        try:
            line = line_of(row)
            outcome = take_in(actor=READER, run=run, line=line, met=line.id in met)
            met.add(line.id)
            if outcome in (Outcome.ALERT, Outcome.KNOWN):
                key, kind = line.id, line.kind
        except InvalidMutation as fault:
            outcome, words = Outcome.WRONG, fault.code
        counts[str(outcome)] += 1
        if len(report) < REPORTED:
            report.append([place, str(outcome), key, kind, words])
    return counts, report


@gesture
def take_in(*, actor: Actor, run: MutationRun, line: Line, met: bool = False) -> Outcome:
    """One mutation. Nothing is kept of somebody unknown here, or whose dossiers are all closed and paid out.

    Args:
        met: this reading has met the number before, on a line above.

    Raises:
        InvalidMutation: its number was used before, for something else.
    """
    known = RegisterMutation.unscoped.filter(external_id=line.id).first()
    if known is not None:
        if known.digest != line.digest:
            raise InvalidMutation(_("This number was used before for another mutation."), code="reused")
        return _known(known, run, met)
    found = people_with([line.number, *line.joined, *line.left])
    person_id = found.get(line.number)
    if person_id is None:
        return Outcome.UNKNOWN
    files = dossiers_to_tell(person_id)
    if not files:
        return Outcome.NOT_FOLLOWED
    value: dict[str, Any] = dict(line.value)
    if line.kind == MutationKind.HOUSEHOLD:
        # Of those who come or go, only whom the centre knows; the others are a figure.
        value = {
            "joined": sorted({found[one] for one in line.joined if one in found}),
            "left": sorted({found[one] for one in line.left if one in found}),
            "others": sum(1 for one in (*line.joined, *line.left) if one not in found),
        }
    if line.holds and held_already(person_id, line):
        return Outcome.SAME
    try:
        with transaction.atomic():
            mutation = RegisterMutation.unscoped.create(
                external_id=line.id,
                digest=line.digest,
                person_id=person_id,
                kind=line.kind,
                on=line.on,
                value=value,
                run=run,
                received_at=clock.now(),
            )
    except IntegrityError:  # two readings of the same mutation at once
        return _known(RegisterMutation.unscoped.get(external_id=line.id), run, met)
    for dossier in files:
        _alert(actor, mutation, dossier)
    return Outcome.ALERT


def held_already(person_id: int, line: Line) -> bool:
    told = RegisterMutation(person_id=person_id, kind=line.kind, on=line.on, value=line.value)
    return compare(RegisterAlert(mutation=told)).same


def _known(mutation: RegisterMutation, run: MutationRun, met: bool) -> Outcome:
    """A line that this very file brought, in a reading that was cut off, is its alert; brought by another file or by a line above, it is known."""
    return Outcome.ALERT if mutation.run_id == run.pk and not met else Outcome.KNOWN


def people_with(numbers: list[str]) -> dict[str, int]:
    """National numbers to the persons who bear them here, under the number that a merge kept."""
    rows = Identifier.unscoped.filter(kind__in=["niss", "bis"], value__in=numbers, live=1).values_list("value", "person_id")
    return {value: resolve_person(person_id) for value, person_id in rows}


def dossiers_to_tell(person_id: int) -> list[Dossier]:
    """Dossiers that run, of which the person is a member today; of the others those in which money still runs."""
    ids = DossierMember.unscoped.filter(person=person_id).at(clock.today()).order_by().values("dossier_id")
    rows = Dossier.unscoped.filter(pk__in=ids, destroyed_on__isnull=True).select_related("unit").order_by("-status", "-number", "-pk")[:20]
    return [row for row in rows if row.status == "open" or money_runs(READER, row.pk)]


def money_runs(actor: Actor, dossier_id: int) -> list[registries.Obstacle]:
    """Rights that run and months that are owed, as the context above tells them; what the actor may not see is counted only."""
    return registries.closing_obstacles.get("aid")(actor, dossier_id) if "aid" in registries.closing_obstacles else []


def _alert(actor: Actor, mutation: RegisterMutation, dossier: Dossier) -> None:
    alert = RegisterAlert.unscoped.create(mutation=mutation, dossier=dossier, made_at=clock.now())
    mutations.record(
        f"dossier:{dossier.pk}",
        actor=actor,
        verb="register.alert",
        subject=alert.ref,
        values={"person": mutation.person_id, "kind": mutation.kind, "on": mutation.on, "mutation": mutation.external_id},
    )
    add_step(
        actor=actor,
        dossier_id=dossier.pk,
        message=gettext_noop("A register told of a change: mutation %(id)s"),
        values={"id": mutation.external_id},
        subject=alert.ref,
    )
    referent = main_referent_of(dossier.pk) if dossier.status == "open" else None
    open_item(
        actor=actor,
        subject=alert.ref,
        title=TO_LOOK_AT,
        screen="socialdata.alert",
        owner=referent.account if referent else None,
        queue=Function.SOCIAL_WORKER.value,
        unit_id=dossier.unit_id,
        dossier_id=dossier.pk,
        due_on=clock.today() + dt.timedelta(days=1),
        due_from=clock.today(),
        why=dossier.number,
        key="look",
    )


@gesture
def finish_run(*, actor: Actor, run: MutationRun, counts: dict[str, int], report: list[list[Any]], error: str = "") -> None:
    """The report, and the content is gone."""
    state = RunState.REFUSED if error else RunState.READ
    MutationRun.unscoped.filter(pk=run.pk).update(
        state=state, content=b"", counts=counts, report=report, error=error[:191], read_at=clock.now()
    )
    mutations.record(STREAM, actor=actor, verb="mutations.read", subject=run.ref, values={"state": str(state), **counts})
