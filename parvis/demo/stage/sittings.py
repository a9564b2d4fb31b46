"""A session is planned and held; what it decided is notified."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from parvis.decisions import api as deciding
from parvis.decisions.enums import Channel, Outcome
from parvis.decisions.models import AgendaItem, Committee, Decision, Minutes, Notification, Proposal, Session
from parvis.decisions.services import minutes, notifying, sessions
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.periods import next_month

from .people import PRESIDENT, SECRETARY, Play, agent


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
