"""The stage: agents by function, and one gesture of the path at a time, through the same services as the screens."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from parvis.contacts import api as contacts
from parvis.decisions import api as deciding
from parvis.decisions import letters
from parvis.decisions.enums import Channel, HearingMeans, Outcome
from parvis.decisions.models import AgendaItem, Committee, Decision, LegalOpinion, Minutes, Notification, Proposal, Session
from parvis.decisions.services import minutes, notifying, sessions
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.identity.api import Account, actor_for
from parvis.identity.demo import username
from parvis.journal import api as journal
from parvis.kernel import clock, jobs
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.periods import next_month
from parvis.kernel.subject import SubjectRef
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.requests.models import Request, RequestLine

from .cast import Case

WORKERS = {"SSG-NORD": "amelie.lambrecht", "SSG-SUD": "luc.hardy", "SSG": "katrin.schmitz", "INS": "joris.peeters", "MED": "nadia.elamrani"}
CHIEFS = {
    "SSG-NORD": "benoit.delvaux",
    "SSG-SUD": "benoit.delvaux",
    "SSG": "benoit.delvaux",
    "INS": "francoise.michaux",
    "MED": "francoise.michaux",
}
CLERK, LAWYER, SECRETARY, PRESIDENT = "sabine.collin", "olivier.renard", "isabelle.thonon", "claire.warnant"
PAYER, RELEASER, ACCOUNTANT = "pascal.gillet", "veronique.simon", "thierry.maes"
CITIZEN = Actor(kind="citizen", account_id=None, label="portail", language="fr", origin="story")


@cache
def _account(login: str) -> Account:
    return Account.objects.get(username=username(login))


def agent(login: str) -> Actor:
    """The agent as the services see a logged-in colleague; its journal lines say that a story was played."""
    return replace(actor_for(_account(login)), origin="story", screen="story")


def forget() -> None:
    """Accounts are looked up again (another database)."""
    _account.cache_clear()


def scan(title: str, name: str) -> bytes:
    """A scanned page: a picture of paper in a PDF, as a phone or scanner gives it."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (620, 877), 246)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 580, 837), outline=150)
    draw.text((70, 80), title, fill=40)
    draw.text((70, 110), name, fill=40)
    for row in range(18):
        draw.line((70, 170 + row * 32, 540 - (row % 4) * 40, 170 + row * 32), fill=185, width=3)
    out = io.BytesIO()
    page.save(out, format="PDF", resolution=75)
    return out.getvalue()


@dataclass
class Play:
    """What a story has made so far."""

    case: Case
    request: Request | None = None
    code: str = ""
    proposal: Proposal | None = None
    decision: Decision | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> RequestLine:
        assert self.request is not None
        return RequestLine.unscoped.filter(request=self.request).order_by("pk").first()

    @property
    def worker(self) -> Actor:
        return agent(WORKERS[self.case.unit])

    @property
    def chief(self) -> Actor:
        return agent(CHIEFS[self.case.unit])


def _answers(case: Case) -> dict[str, Any]:
    wants = {"ris": ["income"], "equivalent": ["income"], "advance": ["income"]}.get(case.aid, ["other"])
    return {
        "for_whom": "self",
        "last_name": case.family,
        "first_name": case.given,
        "birth_date": case.birth.isoformat(),
        "phone": "",
        "letter_language": case.language,
        "has_address": True,
        "address": {
            "street": case.street,
            "number": case.number,
            "postal_code": case.town[0],
            "town": case.town[1],
            "municipality": case.town[1],
            "country": "BE",
        },
        "lives_alone": not case.members,
        "members": [
            {"first_name": m.given, "last_name": m.family, "birth_date": m.birth.isoformat(), "relation": m.relation, "has_income": False}
            for m in case.members
        ],
        "has_income": bool(case.incomes),
        "incomes": [{"kind": i.kind, "amount": format(i.amount, "f"), "payer": i.label} for i in case.incomes],
        "housing": "tenant" if case.rent else "hosted",
        "rent": format(case.rent, "f") if case.rent else "",
        "wants": wants,
        "need": case.need,
        "urgent": case.urgent,
        "urgent_reason": case.why if case.urgent else "",
        "urgent_amount": format(case.amount, "f") if case.urgent and case.amount else "",
        "right_pending": bool(case.pending),
        "right_kind": case.pending,
        "has_account": True,
        "iban": iban_of(case.key),
        "account_holder": f"{case.given} {case.family}",
        "wants_hearing": case.hearing,
        "declares": ["true"],
    }


def iban_of(key: str) -> str:
    """A right account number, invented from the key."""
    base = int.from_bytes(key.encode()[:8].ljust(8, b"x"), "big") % 9_000_000_000 + 1_000_000_000
    bban = f"{base:010d}{base % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def niss_of(case: Case) -> str:
    """A right national number, invented from birth, sex and key."""
    serial = sum(ord(char) * (index + 3) for index, char in enumerate(case.key)) % 990 + 2
    serial += (serial % 2 == 0) == (case.sex == "M")
    base = f"{case.birth:%y%m%d}{serial:03d}"
    return f"{base}{97 - int(('2' if case.birth.year >= 2000 else '') + base) % 97:02d}"


# The path -----------------------------------------------------------------------------------------------------------------


def send(play: Play) -> None:
    """C1, D2: the request, by the person on the portal or by the clerk for a visit, call, letter or e-mail."""
    case = play.case
    version = procedures.latest("aid-request")
    actor = replace(CITIZEN, language=case.language) if case.channel == "portal" else agent(CLERK)
    channel = {"portal": "portal", "visit": "desk_visit"}.get(case.channel, case.channel)
    only = ("urgent_aid",) if case.urgent else ()
    sent = requests.send_request(
        actor=actor, procedure=version, answers=_answers(case), language=case.language, channel=channel, incomplete=True, only=only
    )
    play.request, play.code = sent.request, sent.tracking_code


def identify(play: Play) -> None:
    """A24: the person is looked for, then made; the request joins a new dossier and its answers become facts with their source."""
    case, actor = play.case, agent(CLERK)
    assert play.request is not None
    niss = niss_of(case)
    matches = contacts.match_persons(
        actor=actor, family_name=case.family, given_names=case.given, birth_date=case.birth, national_number=niss
    )
    known = next((match.person for match in matches if match.certain), None)
    source: dict[str, Any] = {"source": "submission", "source_ref": f"request:{play.request.pk}"}
    person = known or contacts.create_person(
        actor=actor,
        family_name=case.family,
        given_names=case.given,
        birth_date=case.birth,
        sex=case.sex,
        nationality=case.nationality,
        language=case.language,
        national_number=niss,
        **source,
    )
    if known is None:
        contacts.set_address(
            actor=actor,
            person=person,
            street=case.street,
            number=case.number,
            postal_code=case.town[0],
            municipality=case.town[1],
            hidden=case.hidden,
            valid_from=clock.today() - timedelta(days=900),
            **source,
        )
        contacts.add_bank_account(
            actor=play.worker,
            person=person,
            iban=iban_of(case.key),
            holder=f"{case.given} {case.family}",
            valid_from=clock.today() - timedelta(days=400),
            **source,
        )
    requests.join_dossier(actor=actor, request=play.request, person=person, referent=_account(WORKERS[case.unit]))
    play.request.refresh_from_db()
    dossier = play.request.dossier
    for member in case.members:
        other = contacts.create_person(
            actor=actor, family_name=member.family, given_names=member.given, birth_date=member.birth, language=case.language, **source
        )
        role = {"partner": "partner", "child": "child", "parent": "parent"}.get(member.relation, "cohabitant")
        dossiers.add_member(actor=play.worker, dossier=dossier, person=other, role=role, valid_from=clock.today(), **source)
    play.notes["person"] = person


def inquire(play: Play) -> None:
    """C1: interview, visit, resources and needs as dated facts with their source; the documents that the law asks for."""
    case, actor = play.case, play.worker
    assert play.request is not None
    dossier = dossiers.Dossier.unscoped.get(pk=play.request.dossier_id)
    person = contacts.Person.unscoped.get(pk=play.request.applicant_id)
    since = play.request.requested_on.replace(day=1)
    for income in case.incomes:
        dossier.refresh_from_db()
        dossiers.record_situation(
            actor=actor,
            dossier=dossier,
            kind="resource",
            label=income.label,
            person=person,
            amount=income.amount,
            periodicity="month",
            details=resource_details(income.kind),
            valid_from=since,
            source="document",
            source_ref="fiche ou attestation vue à l’entretien",
        )
    if case.rent:
        dossier.refresh_from_db()
        dossiers.record_situation(
            actor=actor,
            dossier=dossier,
            kind="expense",
            label="Loyer",
            amount=case.rent,
            periodicity="month",
            valid_from=since,
            source="document",
            source_ref="bail",
        )
    dossier.refresh_from_db()
    dossiers.record_situation(actor=actor, dossier=dossier, kind="need", label=case.need[:190], valid_from=clock.today(), source="declared")
    journal.add_entry(
        actor=actor,
        dossier=dossier,
        kind="interview",
        text=f"Entretien au bureau. {case.need}",
        happened_at=clock.now() - timedelta(hours=2),
    )
    journal.add_entry(
        actor=actor,
        dossier=dossier,
        kind="visit",
        text="Visite à domicile : la composition du ménage correspond à ce qui est déclaré. " + case.why,
        happened_at=clock.now() - timedelta(hours=1),
    )
    for kind, title in (("identity", "Carte d’identité, copie"), ("report", "Rapport social")):
        stored = documents.store_bytes(scan(title, f"{case.given} {case.family}"))
        documents.attach(
            actor=actor,
            subject=SubjectRef("dossier", dossier.pk),
            file=stored,
            kind=kind,
            title=title,
            language=case.language,
            origin=documents.Origin.INCOMING,
            dossier_id=dossier.pk,
        )


def resource_details(kind: str) -> dict[str, Any]:
    """How the calculation reads a resource: the form's own code."""
    return {"rules": kind}


def provision_of(play: Play, base: dict[str, Any]) -> dict[str, Any]:
    """The grant as the worker types it: period, account, and what its kind asks."""
    case = play.case
    assert play.request is not None
    start = play.request.requested_on
    out = dict(base)
    out["payee"] = {"name": f"{case.given} {case.family}", "iban": iban_of(case.key), "person_id": play.request.applicant_id}
    details = dict(out.get("details") or {})
    if case.aid in {"one_off", "urgent"}:
        out |= {
            "kind": "aid.one_off",
            "periodicity": "once",
            "amount": format(case.amount or Decimal("100.00"), "f"),
            "from": start.isoformat(),
            "to": None,
        }
        details = {"purpose": case.purpose}
    else:
        out["kind"] = {"ris": "aid.ris", "equivalent": "aid.equivalent", "advance": "aid.advance"}[case.aid]
        first = start if start.day == 1 else next_month(start)
        # Until revised; or a year; or soon over, so that their continuation is proposed (F3).
        months = case.asked // 30 + 2 if case.state == "ending" else 12
        ends = case.state == "ending" or case.asked < 300
        out |= {
            "periodicity": "month",
            "from": first.isoformat(),
            "to": (next_month(first, months) - timedelta(days=1)).isoformat() if ends else None,
        }
        details["category"] = case.category
        details["isp"] = "yes" if any(income.kind == "wage" for income in case.incomes) else "no"
        if case.aid == "advance":
            out["amount"] = {"1": "876.13", "2": "1314.20", "3": "1776.07"}[case.category]
            details["awaited_right"] = "allocations de chômage" if case.pending == "unemployment" else "indemnités de mutuelle"
            details["institution"] = _institution(case)
        if case.aid == "advance":
            out["recover"] = {
                "debtor": _institution(case),
                "ground": "Loi du 26 mai 2002, article 24 : avance sur une allocation sociale, récupérée par subrogation",
                "from": first.isoformat(),
                "to": (next_month(first, 3) - timedelta(days=1)).isoformat(),
                "amount": "0",
            }
    out["details"] = details
    out.pop("calculation_id", None)
    return out


def _institution(case: Case) -> str:
    return "Caisse auxiliaire de paiement" if case.pending == "unemployment" else "Mutualité de Valmont"


def draft(play: Play) -> None:
    """C2, C7: the proposal drafted as the letter; amount and account typed once, here."""
    case, actor = play.case, play.worker
    proposal = deciding.draft_proposal(actor=actor, line_id=play.line.pk)
    latest = deciding.latest(proposal)
    base = dict(latest.provisions[0]) if latest.provisions else _bare(play)
    refused = case.state == "refused"
    own = {key: "" for key in _free_keys(latest.blocks)}
    own["facts"] = case.why or case.need
    grants = [] if refused else [provision_of(play, base)]
    if grants and grants[0].get("recover"):
        grants[0]["recover"]["amount"] = "3942.60"
    deciding.save_version(
        actor=actor,
        proposal=proposal,
        own=own,
        provisions=grants,
        base_no=latest.no,
        proposed_outcome=Outcome.REFUSED if refused else Outcome.GRANTED,
        ground="resources" if refused and case.aid == "ris" else None,
    )
    proposal.refresh_from_db()
    assert play.request is not None
    deciding.record_hearing(
        actor=actor,
        proposal=proposal,
        wish=case.hearing,
        informed_on=clock.date_of(play.request.received_at),
        informed_by=HearingMeans.RECEIPT,
    )
    proposal.refresh_from_db()
    play.proposal = proposal


def _free_keys(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["key"] for block in blocks if block["kind"] == "free"]


def _bare(play: Play) -> dict[str, Any]:
    assert play.request is not None
    return {
        "key": "one",
        "kind": "aid.one_off",
        "beneficiary": {"person_id": play.request.applicant_id, "name": f"{play.case.given} {play.case.family}"},
        "amount": "0",
        "currency": "EUR",
        "periodicity": "once",
        "from": play.request.requested_on.isoformat(),
        "to": None,
        "details": {},
        "label": "",
    }


def submit(play: Play) -> None:
    assert play.proposal is not None
    play.proposal.refresh_from_db()
    if play.case.state == "legal":
        deciding.ask_opinion(actor=play.worker, proposal=play.proposal, question="La situation permet-elle de compter ces ressources ?")
        play.proposal.refresh_from_db()
    play.proposal = deciding.submit_proposal(actor=play.worker, proposal=play.proposal)


def correct(play: Play) -> None:
    """C3: the chief changes the text; the worker sees what and why."""
    proposal = play.proposal
    assert proposal is not None
    latest = deciding.latest(proposal)
    own = {block["key"]: block["text"] for block in latest.blocks if block["kind"] == "free"}
    own["facts"] = own.get("facts", "") + " Les pièces du dossier le confirment."
    deciding.save_version(actor=play.chief, proposal=proposal, own=own, provisions=latest.provisions, base_no=latest.no)
    proposal.refresh_from_db()


def review(play: Play, outcome: str = "validated", reason: str = "") -> None:
    assert play.proposal is not None
    play.proposal = deciding.review_proposal(actor=play.chief, proposal=play.proposal, outcome=outcome, reason=reason)


def opine(play: Play, value: str = "reserved") -> None:
    """C4: informs, does not block."""
    opinion = LegalOpinion.unscoped.filter(proposal=play.proposal, live=1).first()
    if opinion is not None:
        deciding.give_opinion(
            actor=agent(LAWYER),
            opinion=opinion,
            value=value,
            text="Le droit existe ; la motivation doit citer l’enquête du service et les pièces reçues.",
        )


def decide_urgent(play: Play) -> None:
    """F7: the president, alone, in minutes; ratified later."""
    provision = provision_of(play, _bare(play))
    play.decision = deciding.decide_urgent(actor=agent(PRESIDENT), line_id=play.line.pk, provision=provision, reason=play.case.why)
    play.proposal = Proposal.unscoped.get(pk=play.decision.proposal_id)


# Sessions -----------------------------------------------------------------------------------------------------------------


def committee() -> Committee:
    return Committee.objects.get(key="csss")


def plan_session(starts_at: Any) -> Session:
    return sessions.create_session(
        actor=agent(SECRETARY), committee=committee(), starts_at=starts_at, place="Salle du conseil, Place du Parvis 3"
    )


def ready_for_session(chosen: list[Proposal]) -> bool:
    """Something is validated and has no place yet, or an urgent aid waits for its ratification."""
    validated = Proposal.unscoped.filter(pk__in=[proposal.pk for proposal in chosen], state="validated")
    return validated.exists() or Decision.unscoped.filter(ratification="pending").exclude(ratification_items__live=1).exists()


def fill_session_with(session: Session, chosen: list[Proposal]) -> None:
    """C1: these proposals, where validated, go on the agenda, nearest legal deadline first; then it is sent to the members."""
    actor = agent(SECRETARY)
    rows = [Proposal.unscoped.get(pk=proposal.pk) for proposal in chosen]
    sessions.schedule_waiting(actor=actor, session=session, proposals=[row for row in rows if row.state == "validated"])
    sessions.order_agenda(actor=actor, session=session)
    sessions.freeze_session(actor=actor, session=session)


def hold_session(session: Session, plays: dict[int, Play]) -> list[Decision]:
    """C5, F9, F10: decided one by one; the session closes only when nothing is left open."""
    actor = agent(SECRETARY)
    session.refresh_from_db()
    session = sessions.open_session(actor=actor, session=session)
    people = [m.account_id for m in sessions.members_on(committee(), clock.today())]
    away = people[1:2] if session.pk % 4 == 0 else []
    sessions.set_presence(actor=actor, session=session, account_ids=[pk for pk in people if pk not in away], excused=away)
    done = []
    for item in AgendaItem.unscoped.filter(session=session).select_related("proposal").order_by("position", "pk"):
        item.refresh_from_db()
        play = plays.get(item.proposal_id)
        decision = _decide(actor, session, item, play)
        done.append(decision)
        if play is not None and item.kind == "proposal":
            play.decision = decision
    session.refresh_from_db()
    sessions.close_session(actor=actor, session=session)
    paper = Minutes.unscoped.get(session=session)
    minutes.sign_minutes(actor=agent(PRESIDENT), minutes=paper, role="president")
    paper.refresh_from_db()
    minutes.sign_minutes(actor=actor, minutes=paper, role="secretary")
    return done


def _decide(actor: Actor, session: Session, item: AgendaItem, play: Play | None) -> Decision:
    state = play.case.state if play else ""
    if item.kind == "ratification" or play is None:
        return deciding.decide(actor=actor, item=item, outcome=Outcome.GRANTED)
    if state == "postponed" and item.carried_from_id is None:
        return deciding.decide(
            actor=actor,
            item=item,
            outcome=Outcome.POSTPONED,
            reason="Le comité attend la preuve de l’inscription comme demandeuse d’emploi.",
        )
    if state == "more_info":
        return deciding.decide(
            actor=actor,
            item=item,
            outcome=Outcome.MORE_INFO,
            reason="Quel est le solde des comptes d’épargne du ménage aux trois derniers mois ?",
        )
    if state == "adjusted":
        latest = deciding.latest(item.proposal)
        changed = [dict(row) for row in latest.provisions]
        first = date.fromisoformat(changed[0]["from"])
        changed[0]["to"] = (next_month(first, 9) - timedelta(days=1)).isoformat()
        return deciding.decide(
            actor=actor,
            item=item,
            outcome=Outcome.ADJUSTED,
            provisions=changed,
            reason="Le comité accorde le revenu d’intégration pour neuf mois au lieu d’un an : la pension alimentaire sera fixée d’ici là.",
        )
    if state == "refused":
        return deciding.decide(actor=actor, item=item, outcome=Outcome.REFUSED, reason=play.case.why)
    return deciding.decide(actor=actor, item=item, outcome=Outcome.GRANTED)


def notify(play: Play) -> None:
    """C14: the letter leaves with its proof; the term of appeal starts."""
    notification = Notification.unscoped.get(decision=play.decision)
    channel = Channel.COUNTER if play.case.urgent else Channel.REGISTERED
    reference = "remise contre signature" if play.case.urgent else f"RR{100000000 + notification.pk * 7919 % 899999999:09d}BE"
    notifying.send_notification(actor=agent(SECRETARY), notification=notification, channel=channel, reference=reference)


def run_jobs() -> int:
    """Letters, receipts and files that the gestures asked for."""
    return jobs.run_pending(raise_errors=True)


def system() -> Actor:
    return system_actor("demo", origin="story")


def proposal_pdf(play: Play) -> bytes:
    """The proposed letter as it was before the decision, marked as a draft."""
    assert play.decision is not None and play.proposal is not None
    version = play.decision.proposed_version
    blocks = documents.blocks_from_json(version.blocks)
    envelope = letters.envelope(play.proposal, version.blocks)
    return documents.render_letter_pdf(blocks, envelope, date=clock.date_of(version.at))
