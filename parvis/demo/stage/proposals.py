"""The proposal is drafted, reviewed and passed on; urgency is decided at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from parvis.decisions import api as deciding
from parvis.decisions import letters
from parvis.decisions.enums import HearingMeans, Outcome
from parvis.decisions.models import LegalOpinion, Proposal
from parvis.documents import api as documents
from parvis.journal import api as journal
from parvis.kernel import clock
from parvis.kernel.periods import next_month

from ..cast import Case
from .people import LAWYER, PRESIDENT, Play, agent, iban_of

#: What the chief adds, in the language of the letter.
CONFIRMED = {
    "fr": " Les pièces du dossier le confirment.",
    "nl": " De stukken van het dossier bevestigen dat.",
    "de": " Die Unterlagen der Akte bestätigen dies.",
    "en": " The documents of the file confirm it.",
}


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
    own["facts"] = own.get("facts", "") + CONFIRMED.get(proposal.language, CONFIRMED["fr"])
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


def pressed(play: Play) -> None:
    """F9: somebody who is no party speaks for the case; it stands in the chronicle."""
    assert play.proposal is not None
    journal.add_entry(
        actor=play.chief,
        dossier=play.proposal.dossier,
        kind="pressure",
        text="Un conseiller communal a téléphoné : il souhaite que la demande soit accordée avant la fin du mois. Répondu que le comité décide sur pièces.",
        minutes=10,
    )


def decide_urgent(play: Play) -> None:
    """F7: the president, alone, in minutes; ratified later."""
    provision = provision_of(play, _bare(play))
    play.decision = deciding.decide_urgent(actor=agent(PRESIDENT), line_id=play.line.pk, provision=provision, reason=play.case.why)
    play.proposal = Proposal.unscoped.get(pk=play.decision.proposal_id)


def proposal_pdf(play: Play) -> bytes:
    """The proposed letter as it was before the decision, marked as a draft."""
    assert play.decision is not None and play.proposal is not None
    version = play.decision.proposed_version
    blocks = documents.blocks_from_json(version.blocks)
    envelope = letters.envelope(play.proposal, version.blocks)
    return documents.render_letter_pdf(blocks, envelope, date=clock.date_of(version.at))
