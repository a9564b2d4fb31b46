"""What decisions reads and asks of the contexts below, in one place: requests, dossiers, contacts, rules, journal, documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop, override

from parvis.contacts import api as contacts
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.identity.api import Unit
from parvis.journal import api as journal
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.requests import api as requests
from parvis.rules import api as rules
from parvis.ui import formats
from parvis.workflows import api as workflows

from .provisions import Payee, ProvisionKind

READER = system_actor("decisions.read")
ZERO = Decimal("0.00")
LANGUAGES = ("fr", "nl", "de", "en")


def label(labels: Mapping[str, str], language: str) -> str:
    return formats.label(dict(labels), language)


def amount(value: Decimal | str, currency: str = "EUR") -> str:
    return formats.amount(Decimal(str(value)), currency)


# Requests -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """What a proposal needs to know of the request line it answers."""

    id: int
    request_id: int
    request_number: str
    kind: str
    labels: dict[str, str]
    provision_kind: str
    mandatory_pieces: list[Any]
    letter_template: str
    terms: dict[str, str]
    received_on: date
    language: str
    urgent: bool
    urgent_reason: str
    wants_hearing: bool
    person_id: int | None
    dossier_id: int | None
    dossier_number: str
    unit_id: int | None
    unit_name: str

    def label(self, language: str) -> str:
        return label(self.labels, language)


def line(line_id: int) -> Line:
    card = requests.line_card(line_id)
    dossier = dossiers.visible_dossier(READER, card.dossier_id) if card.dossier_id else None
    unit = dossier.unit if dossier is not None else Unit.objects.get(pk=card.unit_id)
    return Line(
        id=card.id,
        request_id=card.request_id,
        request_number=card.number,
        kind=card.kind,
        labels=dict(card.label),
        provision_kind=card.provision,
        mandatory_pieces=list(card.mandatory_pieces),
        letter_template=card.letter_template,
        terms=dict(card.terms),
        received_on=card.requested_on,
        language=_language(card.person_id, card.language),
        urgent=card.urgent,
        urgent_reason=card.urgent_reason,
        wants_hearing=card.wants_hearing,
        person_id=card.person_id,
        dossier_id=card.dossier_id,
        dossier_number=dossier.number if dossier is not None else "",
        unit_id=unit.pk,
        unit_name=unit.name_in("fr"),
    )


def _language(person_id: int | None, fallback: str) -> str:
    """The letter speaks the person's language, whatever the agent's."""
    return contacts.letter_language(person_id) if person_id else fallback


def line_kind(line_id: int) -> str:
    return str(requests.line_card(line_id).kind)


def clocks(line_ids: Iterable[int]) -> dict[int, list[Any]]:
    return requests.clocks_for(list(line_ids))


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

    A letter that came back did not start the appeal: the new sending does.
    """
    running = clock_of(line_id, kind)
    if running is not None and kind == "appeal":
        row = requests.restart_clock(actor=actor, line_id=line_id, kind=kind, on=clock.today(), started_by=started_by)
    else:
        row = requests.start_clock(actor=actor, line_id=line_id, kind=kind, started_by=started_by)
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


# Dossiers and contacts --------------------------------------------------------------------------------------------------
def situation(actor: Actor, dossier_id: int, day: date) -> list[dict[str, Any]]:
    """Every line of the situation that holds on a day, with its source, as plain values to freeze."""
    return [
        {
            "id": row.pk,
            "item": str(row.item),
            "kind": str(row.kind),
            "label": row.label,
            "person_id": row.person_id,
            "amount": str(row.amount) if row.amount is not None else None,
            "currency": row.currency,
            "periodicity": str(row.periodicity),
            "details": row.details,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat(),
            "source": str(row.source),
            "source_ref": row.source_ref,
            "author": row.author_label,
            "recorded_on": clock.date_of(row.recorded_at).isoformat(),
        }
        for row in dossiers.situation_at(dossier_id, day)
        if str(row.kind) != "health"
    ]


def members(actor: Actor, dossier_id: int) -> list[dict[str, Any]]:
    rows = dossiers.members_at(dossier_id)
    names = contacts.display_names([row.person_id for row in rows])
    return [
        {
            "id": row.pk,
            "person_id": row.person_id,
            "name": names.get(row.person_id, "?"),
            "role": str(row.role),
            "in_household": row.in_household,
        }
        for row in rows
    ]


def person(actor: Actor, person_id: int) -> Any:
    """The card as the centre knows it: who reads it here already passed the scope of the case."""
    return contacts.person_card(READER, person_id)


def person_name(actor: Actor, person_id: int | None) -> str:
    return contacts.display_names([person_id]).get(person_id, "") if person_id else ""


def person_names(person_ids: Iterable[int]) -> dict[int, str]:
    return contacts.display_names(list(person_ids))


def postal_lines(person_id: int) -> tuple[str, ...]:
    return contacts.postal_lines(person_id, clock.today())


def bank_accounts(actor: Actor, person_id: int | None) -> list[Payee]:
    if not person_id:
        return []
    name = person_name(actor, person_id)
    return [
        Payee(name=getattr(row, "holder", "") or name, iban=row.iban, person_id=person_id, bank_account_id=row.pk)
        for row in contacts.bank_accounts(person_id)
    ]


def household_accounts(actor: Actor, dossier_id: int, person_id: int | None) -> list[Payee]:
    """Accounts of the beneficiary first, then of the others in the dossier (a landlord's is typed)."""
    found = bank_accounts(actor, person_id)
    for row in dossiers.members_at(dossier_id):
        if row.person_id != person_id:
            found += bank_accounts(actor, row.person_id)
    return found


def visits(actor: Actor, dossier_id: int) -> list[dict[str, Any]]:
    """Days of visits and interviews, without their text."""
    rows = (
        journal.Entry.objects.visible_to(READER)
        .filter(dossier=dossier_id, kind__in=("visit", "interview"))
        .order_by("-happened_at", "-pk")[:10]
    )
    return [{"kind": str(row.kind), "on": clock.date_of(row.happened_at).isoformat(), "author": row.author_label} for row in rows]


# Rules ------------------------------------------------------------------------------------------------------------------
def saved_calculation(actor: Actor, proposal: Any, calculation: Any) -> Any | None:
    """What a kind computed, kept as evidence: an explanation is saved, a saved row passes."""
    if calculation is None or isinstance(calculation, rules.Calculation):
        return calculation
    return rules.save_calculation(
        actor=actor, subject=SubjectRef("proposal", proposal.pk), explanation=calculation, dossier_id=proposal.dossier_id
    )


def calculation(pk: int) -> Any:
    return rules.calculation(pk)


def calculation_json(pk: int) -> dict[str, Any]:
    row = rules.calculation(pk)
    return {
        "id": row.pk,
        "ruleset": row.ruleset,
        "version": row.version,
        "basis": row.basis,
        "day": row.day,
        "inputs": row.inputs,
        "tree": row.tree,
        "notes": row.notes,
        "amount": row.amount,
        "currency": row.currency,
        "digest": row.digest,
        "parameters": list(rules.parameters_in(row.tree)),
    }


def legal_term(day: date) -> date:
    """Last day for the lawyer: two working days unless the centre's parameter says otherwise."""
    try:
        term = rules.term("be.legal_opinion", day)
    except rules.UnknownParameter:
        term = Term(2, "working")
    return term.due(day)


def chief_level(unit_id: int | None) -> bool:
    """Whether the centre, or this unit, wants a chief between worker and committee. On unless a dated parameter is 0."""
    day = clock.today()
    for key in ([f"decisions.chief_level.{unit_id}"] if unit_id else []) + ["decisions.chief_level"]:
        try:
            return rules.parameter(key, day).decimal != 0
        except rules.UnknownParameter:
            continue
    return True


def default_details(kind: ProvisionKind) -> dict[str, Any]:
    return {item.key: item.choices[0][0] for item in getattr(kind, "inputs", ()) if item.choices and item.required}


# Journal and tasks -------------------------------------------------------------------------------------------------------
STEPS = {
    "proposal_submitted": gettext_noop("Proposal sent: %(what)s"),
    "proposal_validated": gettext_noop("Proposal validated by the chief: %(what)s"),
    "proposal_returned": gettext_noop("Proposal returned by the chief: %(what)s"),
    "opinion_given": gettext_noop("Legal opinion given: %(what)s"),
    "decision_granted": gettext_noop("Granted: %(what)s"),
    "decision_adjusted": gettext_noop("Granted with changes: %(what)s"),
    "decision_refused": gettext_noop("Refused: %(what)s"),
    "decision_postponed": gettext_noop("Postponed by the committee: %(what)s"),
    "decision_more_info": gettext_noop("The committee asks for more information: %(what)s"),
    "ratification_granted": gettext_noop("Urgent aid ratified: %(what)s"),
    "ratification_refused": gettext_noop("Urgent aid not ratified: %(what)s"),
    "ratification_postponed": gettext_noop("Ratification postponed: %(what)s"),
    "notified": gettext_noop("Decision notified: %(what)s"),
    "letter_returned": gettext_noop("Letter returned by the post: %(what)s"),
}


def step(actor: Actor, dossier_id: int, name: str, what: str, text: str = "") -> None:
    journal.add_step(actor=actor, dossier_id=dossier_id, message=STEPS[name], values={"what": what}, text=text)


OPINION_TITLE = {
    "fr": "Donner un avis juridique",
    "nl": "Een juridisch advies geven",
    "de": "Eine Rechtsauskunft geben",
    "en": "Give a legal opinion",
}


def opinion_asked(actor: Actor, proposal: Any, opinion: Any) -> None:
    """The lawyer's task, for a question asked after the process passed the place where it opens one by itself."""
    workflows.open_item(
        actor=actor,
        subject=SubjectRef("legal_opinion", opinion.pk),
        title=OPINION_TITLE,
        screen="decisions.opinion",
        queue="lawyer",
        dossier_id=proposal.dossier_id,
        due_on=opinion.due_on,
        why=opinion.question,
        key="opinion",
    )


def opinion_given(actor: Actor, opinion: Any) -> None:
    workflows.close_item(actor=actor, subject=SubjectRef("legal_opinion", opinion.pk), key="opinion", outcome=opinion.opinion)


# Documents ----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Piece:
    """A piece of the file. `sha256` of its bytes once present."""

    key: str
    labels: dict[str, str]
    mandatory: bool
    present: bool
    on: date | None = None
    sha256: str = ""
    title: str = ""
    label: str = field(default="")

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.labels,
            "mandatory": self.mandatory,
            "present": self.present,
            "on": self.on,
            "sha256": self.sha256,
            "title": self.title,
        }


def pieces(actor: Actor, proposal: Any, language: str) -> list[Piece]:
    """The mandatory pieces of the request line's procedure, then what else is in the file, each present or not."""
    found = _attached(proposal)
    out: list[Piece] = []
    for wanted in line(proposal.line_id).mandatory_pieces:
        key, labels = _piece(wanted)
        have = found.pop(key, None)
        out.append(
            Piece(
                key=key,
                labels=labels,
                mandatory=True,
                present=have is not None,
                on=have["on"] if have else None,
                sha256=have["sha256"] if have else "",
                title=have["title"] if have else "",
                label=label(labels, language),
            )
        )
    for key, have in sorted(found.items()):
        labels = have["labels"]
        out.append(
            Piece(
                key=key,
                labels=labels,
                mandatory=False,
                present=True,
                on=have["on"],
                sha256=have["sha256"],
                title=have["title"],
                label=label(labels, language) or have["title"],
            )
        )
    return out


def _piece(wanted: Any) -> tuple[str, dict[str, str]]:
    if isinstance(wanted, str):
        return wanted, {code: wanted for code in LANGUAGES}
    return str(wanted["key"]), dict(wanted.get("label") or {})


def _kind_labels(kind: str) -> dict[str, str]:
    labels = {}
    for code in LANGUAGES:
        with override(code):
            labels[code] = str(documents.DocumentKind(kind).label)
    return labels


def _attached(proposal: Any) -> dict[str, dict[str, Any]]:
    """Documents of the dossier and of the request, latest of each kind."""
    row = line(proposal.line_id)
    found: dict[str, dict[str, Any]] = {}
    rows = [
        *documents.documents_of(READER, SubjectRef("request_line", row.id)),
        *documents.documents_of(READER, SubjectRef("request", row.request_id)),
        *documents.documents_in_dossier(READER, proposal.dossier_id),
    ]
    for document in rows:
        if document.origin == documents.Origin.PRODUCED:
            continue
        found.setdefault(
            str(document.kind),
            {"on": document.on, "sha256": document.file.sha256, "title": document.title, "labels": _kind_labels(str(document.kind))},
        )
    return found
