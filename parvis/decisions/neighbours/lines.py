"""Request lines: what a proposal answers, its legal clocks and its stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.identity.api import Unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.requests import api as requests

from .common import READER, kept, label


@dataclass(frozen=True)
class Line:
    """What a proposal needs to know of the request line it answers."""

    id: int
    request_id: int
    request_uuid: UUID
    request_number: str
    kind: str
    labels: dict[str, str]
    provision_kind: str
    mandatory_pieces: list[Any]
    letter_template: str
    terms: dict[str, str]
    received_on: date
    form_language: str
    urgent: bool
    urgent_reason: str
    wants_hearing: bool
    person_id: int | None
    dossier_id: int | None
    form_unit_id: int

    # Read when they are asked for: most pages have them from the proposal already.
    @cached_property
    def _dossier(self) -> Any | None:
        return dossiers.visible_dossier(READER, self.dossier_id) if self.dossier_id else None

    @cached_property
    def _unit(self) -> Unit:
        return self._dossier.unit if self._dossier is not None else Unit.objects.get(pk=self.form_unit_id)

    @property
    def dossier_number(self) -> str:
        return self._dossier.number if self._dossier is not None else ""

    @property
    def unit_id(self) -> int:
        return self._unit.pk

    @property
    def unit_name(self) -> str:
        return self.unit_in("fr")

    def unit_in(self, language: str) -> str:
        """The service in the language of a letter."""
        return self._unit.name_in(language)

    @cached_property
    def language(self) -> str:
        """The letter speaks the person's language, whatever the agent's."""
        return contacts.letter_language(self.person_id) if self.person_id else self.form_language

    def label(self, language: str) -> str:
        return label(self.labels, language)


@kept
def line(line_id: int) -> Line:
    card = requests.line_card(line_id)
    return Line(
        id=card.id,
        request_id=card.request_id,
        request_uuid=card.request_uuid,
        request_number=card.number,
        kind=str(card.kind),
        labels=dict(card.label),
        provision_kind=card.provision,
        mandatory_pieces=list(card.mandatory_pieces),
        letter_template=card.letter_template,
        terms=dict(card.terms),
        received_on=card.requested_on,
        form_language=card.language,
        urgent=card.urgent,
        urgent_reason=card.urgent_reason,
        wants_hearing=card.wants_hearing,
        person_id=card.person_id,
        dossier_id=card.dossier_id,
        form_unit_id=card.unit_id,
    )


def urgent_ask(line_id: int) -> requests.UrgentAsk:
    """Amount and account said at the desk for an urgent aid."""
    return requests.urgent_ask(line_id)


def line_kind(line_id: int) -> str:
    return line(line_id).kind


def clocks(line_ids: Iterable[int]) -> dict[int, list[Any]]:
    return requests.clocks_for(list(line_ids))


def clocks_then(line_ids: Iterable[int], view: PastView) -> dict[int, list[Any]]:
    """The terms that ran or were met on a past day."""
    return requests.clocks_then(list(line_ids), view)


def due_dates(line_ids: Iterable[int], kind: str) -> dict[int, date]:
    return {line_id: row.due_on for line_id, rows in clocks(line_ids).items() for row in rows if row.kind == kind and row.met_on is None}


def due_on(line_id: int, kind: str) -> date | None:
    return due_dates([line_id], kind).get(line_id)


def clock_of(line_id: int, kind: str) -> Any | None:
    return next((row for row in clocks([line_id]).get(line_id, []) if row.kind == kind), None)


def clocks_json(line_id: int) -> list[dict[str, Any]]:
    return [
        {"kind": row.kind, "started_on": row.started_on, "started_by": row.started_by, "due_on": row.due_on, "met_on": row.met_on}
        for row in clocks([line_id]).get(line_id, [])
    ]


def meet_clock(actor: Actor, line_id: int, kind: str) -> None:
    requests.meet_clock(actor=actor, line_id=line_id, kind=kind)


def start_clock(actor: Actor, line_id: int, kind: str, *, started_by: str) -> date | None:
    """Start a legal term today; its last day. None when the line's procedure names no such term.

    A letter that came back did not start the appeal: the new sending does. A further decision on the line has terms of its own.
    """
    running = clock_of(line_id, kind)
    if running is not None and kind == "appeal":
        row = requests.restart_clock(actor=actor, line_id=line_id, kind=kind, on=clock.today(), started_by=started_by)
    else:
        row = requests.renew_clock(actor=actor, line_id=line_id, kind=kind, started_by=started_by)
    return row.due_on if row is not None else None


#: Our steps → the stage of the line that the person reads.
STAGES = {
    "inquiry": "inquiry",
    "review": "proposal",
    "committee": "committee",
    "president": "president",
    "decided": "decided",
    "notified": "notified",
}


def progress(actor: Actor, line_id: int, stage: str, *, expected_on: date | None = None, outcome: str = "") -> None:
    requests.mark_progress(
        actor=actor,
        line_id=line_id,
        stage=STAGES[stage],
        next_step="closed" if outcome == "refused" and stage == "notified" else "",
        expected_on=expected_on or next_due(line_id),
        outcome=outcome,
    )


def next_due(line_id: int) -> date | None:
    """The day by which the law asks the next thing of this line."""
    running = requests.next_clock([line_id]).get(line_id)
    return running.due_on if running is not None else None
