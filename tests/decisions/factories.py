"""A centre with its committee, and cases at any step of the path, made through the real services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from parvis.contacts import api as contacts
from parvis.decisions import api
from parvis.decisions import demo as decisions_demo
from parvis.decisions.models import Committee, Decision, Notification, Pack, Proposal, Session
from parvis.documents import api as documents
from parvis.documents import demo as documents_demo
from parvis.dossiers import api as dossiers
from parvis.identity.models import Account, Unit
from parvis.kernel import clock, jobs, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.models import MutationLine, Sequence
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.requests.models import Clock, StageMark
from parvis.rules import api as rules
from parvis.workflows import api as workflows
from tests.contacts.factories import make_person
from tests.identity.factories import an_account, as_actor
from tests.requests.factories import send, world
from tests.support import replay
from tests.support.replay import replayed

ROOT = system_actor("test")
SINCE = date(2026, 1, 1)
IBAN = "BE68539007547034"

FACTS = "Vous vivez seule avec votre fils Noé, rue des Tanneurs 27 à Valmont. Votre contrat chez Delhaize a pris fin le 31 janvier 2026 et vous ne recevez plus que 180,00 € d’allocations familiales par mois."


# Kinds of aid -----------------------------------------------------------------------------------------------------------
class OnceKind:
    """A typed amount, paid once. Keeps what was applied."""

    title = {"fr": "Aide ponctuelle", "nl": "Eenmalige hulp", "de": "Einmalige Hilfe", "en": "One-off aid"}
    periodicity = api.ONCE
    inputs = ()
    computed = False
    letter = "one_off.grant"
    refusal_letter = "aid.refusal"
    applied: list[tuple[str, api.Provision]] = []

    def describe(self, provision: api.Provision, language: str) -> dict[str, Any]:
        return {"title": self.title[language], "lines": [f"{provision.amount} {provision.currency}"]}

    def compute(self, line: Any, facts: Any, day: date) -> Any:
        return None

    def validate(self, provision: api.Provision) -> list[str]:
        return [] if provision.payee.iban else ["le compte du bénéficiaire manque"]

    def apply(self, actor: Actor, decision: Any, provision: api.Provision) -> None:
        self.applied.append((decision.number, provision))


class MonthKind(OnceKind):
    """An amount that the rules compute from the resources of the situation."""

    title = {"fr": "Revenu d’intégration", "nl": "Leefloon", "de": "Eingliederungseinkommen", "en": "Integration income"}
    periodicity = api.MONTH
    computed = True
    letter = "ris.grant"
    refusal_letter = "ris.refusal"
    inputs = (
        api.ProvisionInput(
            "category",
            {"fr": "Catégorie", "nl": "Categorie", "de": "Kategorie", "en": "Category"},
            choices=tuple((n, {"fr": n, "nl": n, "de": n, "en": n}) for n in ("1", "2", "3")),
        ),
    )

    def compute(self, line: Any, facts: Any, day: date) -> Any:
        resources = [
            rules.Resource(
                kind="other", amount=Decimal(row["amount"]), periodicity=row["periodicity"], label=row["label"], source=row["source"]
            )
            for row in facts["resources"]
            if row["amount"] and row["periodicity"] in ("month", "year")
        ]
        return rules.compute_ris(day=day, category=facts["details"].get("category", "2"), resources=resources)


replay.watch(lambda: OnceKind.applied)


@contextmanager
def kinds() -> Iterator[None]:
    """Two kinds of aid for the test, whatever the running product registers."""
    OnceKind.applied = []
    known = dict(registries.provisions._items)
    registries.provisions._items.update({"test.once": OnceKind(), "test.month": MonthKind()})
    try:
        yield
    finally:
        registries.provisions._items.clear()
        registries.provisions._items.update(known)


# The centre ---------------------------------------------------------------------------------------------------------------
@dataclass
class Centre:
    unit: Unit
    committee: Committee
    accounts: dict[str, Account] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return as_actor(self.__dict__["accounts"][name])
        except KeyError:
            raise AttributeError(name) from None

    def account(self, name: str) -> Account:
        return self.accounts[name]


PEOPLE = {
    "worker": ("social_worker", "Amélie Lambrecht", True),
    "colleague": ("social_worker", "Sami Aerts", True),
    "chief": ("chief", "Karim Benali", True),
    "lawyer": ("lawyer", "Hugo Claes", False),
    "clerk": ("clerk", "Sofia Ricci", True),
    "payer": ("payer", "Anne Piette", False),
    "auditor": ("auditor", "Paul Hénin", False),
    "secretary": ("committee_secretary", "Nathalie Cuvelier", False),
    "president": ("president", "Sophie Marchal", False),
    "anciaux": ("committee_member", "Luc Anciaux", False),
    "lejeune": ("committee_member", "Bernard Lejeune", False),
    "vervoort": ("committee_member", "Martine Vervoort", False),
    "administrator": ("administrator", "Root", False),
}
VOTERS = ("president", "anciaux", "lejeune", "vervoort")


def seed() -> bytes:
    """The seeded route, without the screens and assignees of contexts above that are switched off."""
    xml = workflows.seed_xml("aid-request").decode()
    for attribute, registry in (("screen", registries.screens), ("assign", registries.assignees)):
        for name in set(re.findall(rf'{attribute}="([\w.]+)"', xml)):
            if name not in registry:
                xml = xml.replace(f'{attribute}="{name}"', "")
    return xml.encode()


@replayed
def make_centre() -> Centre:
    """Unit SSG, one agent per function, the committee with four votes and a quorum of three."""
    unit = world()
    workflows.publish_process(actor=ROOT, xml=seed())
    documents_demo.load(actor=ROOT)
    decisions_demo.load(actor=ROOT)
    committee = Committee.objects.get(key="csss")
    centre = Centre(unit, committee)
    for name, (function, label, in_unit) in PEOPLE.items():
        centre.accounts[name] = an_account(function, unit=unit if in_unit else None, name=label)
    for order, name in enumerate((*VOTERS, "secretary")):
        role = {"president": "president", "secretary": "secretary"}.get(name, "member")
        api.add_member(
            actor=ROOT,
            committee=committee,
            account_id=centre.account(name).pk,
            label=PEOPLE[name][1],
            valid_from=SINCE,
            role=role,
            voting=name != "secretary",
            order=order,
        )
    return centre


# Cases --------------------------------------------------------------------------------------------------------------------
@replayed
def make_line(
    centre: Centre,
    *,
    language: str = "fr",
    names: tuple[str, str] = ("Aya", "Benali"),
    iban: str | None = IBAN,
    kind: str = "ris",
    urgent: bool = False,
) -> int:
    """A joined request line, with a person who has an account, and the mandatory pieces in the file."""
    answers = {"first_name": names[0], "last_name": names[1]}
    if urgent:
        answers |= {"urgent": True, "urgent_reason": "Plus rien à manger depuis hier"}
    request = send(answers=answers, language=language).request
    person = make_person(names[1], names[0], "1987-03-27")
    contacts.set_language(actor=ROOT, person=person, language=language, valid_from=SINCE)
    if iban:
        contacts.add_bank_account(actor=ROOT, person=person, iban=iban, valid_from=SINCE)
    request = requests.join_dossier(actor=ROOT, request=request, person=person, referent=centre.account("worker"))
    for title, piece in (("Carte d’identité", "identity"), ("Rapport social", "report")):
        attach(request.dossier, title, piece)
    return requests.RequestLine.unscoped.get(request=request, kind=kind).pk


def attach(dossier: dossiers.Dossier, title: str, kind: str) -> None:
    file = documents.store_bytes(f"%PDF-1.7 {title} {dossier.number}".encode())
    documents.attach(actor=ROOT, subject=SubjectRef("dossier", dossier.pk), file=file, title=title, kind=kind)


def once(line_id: int, amount: str = "300.00", **more: Any) -> api.Provision:
    card = requests.line_card(line_id)
    person = card.person_id or 0
    return api.Provision(
        key=more.pop("key", "g1"),
        kind=more.pop("kind", "test.once"),
        beneficiary_person_id=person,
        beneficiary_name=contacts.display_names([person])[person],
        amount=Decimal(amount),
        from_on=more.pop("from_on", card.requested_on),
        to_on=more.pop("to_on", None),
        periodicity=more.pop("periodicity", api.ONCE),
        payee=more.pop("payee", api.Payee(name="Aya Benali", iban=IBAN, person_id=person)),
        details=more.pop("details", {"purpose": "une garantie locative"}),
        **more,
    )


def month(line_id: int, category: str = "2", **more: Any) -> api.Provision:
    return once(line_id, "0", kind="test.month", periodicity=api.MONTH, details={"category": category}, **more)


@replayed
def make_proposal(
    centre: Centre, *, line_id: int | None = None, facts: str = FACTS, provision: api.Provision | None = None, **more: Any
) -> Proposal:
    """A draft that is complete: facts of the person written, account and amount known."""
    line_id = line_id or make_line(centre, **more)
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[provision or once(line_id)])
    latest = api.latest(proposal)
    api.save_version(actor=centre.worker, proposal=proposal, own={"facts": facts}, provisions=latest.provisions, base_no=latest.no)
    return Proposal.unscoped.get(pk=proposal.pk)


def told(centre: Centre, proposal: Proposal, *, wish: bool = False) -> Proposal:
    """The person was told of the right to be heard, in the receipt."""
    return api.record_hearing(actor=centre.worker, proposal=proposal, wish=wish, informed_on=clock.today(), informed_by="receipt")


@replayed
def make_refusal(centre: Centre, *, facts: str = FACTS, unheard: bool = False, **more: Any) -> Proposal:
    line_id = make_line(centre, **more)
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[once(line_id)])
    latest = api.latest(proposal)
    api.save_version(
        actor=centre.worker,
        proposal=proposal,
        own={"facts": facts},
        provisions=[],
        base_no=latest.no,
        proposed_outcome="refused",
        ground="resources",
    )
    if not unheard:
        told(centre, proposal)
    return Proposal.unscoped.get(pk=proposal.pk)


@replayed
def submitted(centre: Centre, **more: Any) -> Proposal:
    return api.submit_proposal(actor=centre.worker, proposal=make_proposal(centre, **more))


@replayed
def validated(centre: Centre, **more: Any) -> Proposal:
    """With the chief's word, and the person told of the right to be heard."""
    return told(centre, api.review_proposal(actor=centre.chief, proposal=submitted(centre, **more), outcome="validated"))


def make_session(centre: Centre, *, days: int = 7, place: str = "Salle du conseil") -> Session:
    return api.create_session(actor=centre.secretary, committee=centre.committee, starts_at=clock.now() + timedelta(days=days), place=place)


def opened(centre: Centre, proposals: list[Proposal], *, present: tuple[str, ...] = (*VOTERS, "secretary"), days: int = 7) -> Session:
    """An open session with these cases, these members in the room."""
    session = make_session(centre, days=days)
    api.schedule_waiting(actor=centre.secretary, session=session, proposals=proposals)
    api.freeze_session(actor=centre.secretary, session=session)
    session = api.open_session(actor=centre.secretary, session=session)
    api.set_presence(actor=centre.secretary, session=session, account_ids=[centre.account(name).pk for name in present])
    return session


def item_of(session: Session, proposal: Proposal) -> api.AgendaItem:
    return api.AgendaItem.unscoped.select_related("session", "proposal").get(session=session, proposal=proposal)


@replayed
def decided(centre: Centre, outcome: str = "granted", **more: Any) -> api.Decision:
    proposal = validated(centre, **more)
    session = opened(centre, [proposal])
    return api.decide(actor=centre.secretary, item=item_of(session, proposal), outcome=outcome)


def run_jobs() -> None:
    jobs.run_pending(raise_errors=True)


def at(day: int, month: int = 3, hour: int = 10, year: int = 2026) -> Any:
    return clock.travel(datetime(year, month, day, hour, tzinfo=UTC))


def with_account(actor: Actor, **changes: Any) -> Actor:
    return replace(actor, **changes)


# Cases of a session ---------------------------------------------------------------------------------------------------------
NAMES = [("Aya", "Benali"), ("Noé", "Lemmens"), ("Ines", "Haddad"), ("Paul", "Collard"), ("Souad", "Amrani"), ("Enzo", "Di Bartolomeo")]


def cases(centre: Centre, count: int) -> list[Proposal]:
    return [validated(centre, names=NAMES[number]) for number in range(count)]


def frozen_state() -> tuple[int, ...]:
    """What a refused decision may not change."""
    return (
        Decision.unscoped.count(),
        Pack.unscoped.count(),
        Notification.unscoped.count(),
        Clock.unscoped.count(),
        StageMark.unscoped.count(),
        MutationLine.objects.count(),
        len(OnceKind.applied),
        Sequence.objects.filter(series="decision:CSSS").count(),
    )


def steps(line_id: int) -> list[str]:
    return sorted(row.step for row in workflows.where(SubjectRef("request_line", line_id)))
