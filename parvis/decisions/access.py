"""Who may do what here, and which rows each person sees. Recusal wins over every other right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Q, QuerySet

from parvis.dossiers.api import Dossier
from parvis.identity.api import Unit
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.scope import EVERYTHING, NOTHING, may_see, scope, through

from .enums import MemberRole, ProposalState, SessionState
from .models import AgendaItem, Committee, Decision, Membership, Minutes, Presence, Proposal, Session

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

    from .neighbours import Line

CASE_WORK = (Function.SOCIAL_WORKER, Function.CHIEF)
SECRETARIAT = (Function.COMMITTEE_SECRETARY, Function.PRESIDENT)
COMMITTEE = (*SECRETARIAT, Function.COMMITTEE_MEMBER)
# Who reads the decisions of the dossiers he sees. The lawyer reads the cases that were put to him, the committee its packs.
READERS = (*CASE_WORK, Function.CLERK, Function.PAYER, Function.RELEASER, Function.ACCOUNTANT)
SENT_ON = (ProposalState.VALIDATED, ProposalState.SCHEDULED, ProposalState.DECIDED)
VISIBLE_SESSIONS = (SessionState.FROZEN, SessionState.OPEN, SessionState.CLOSED)


# Predicates -----------------------------------------------------------------------------------------------------------
def may_draft(actor: Actor) -> bool:
    return actor.has(*CASE_WORK)


def may_start(actor: Actor, line: Line) -> bool:
    """Case work in the service of the file, for whoever may write in that file: sectors and a proxy for some files narrow it."""
    if not actor.holds(line.unit_id, *CASE_WORK):
        return False
    return line.dossier_id is None or Dossier.objects.visible_to(actor.without_kept).filter(pk=line.dossier_id).exists()


def may_edit(actor: Actor, proposal: Proposal) -> bool:
    """The worker while drafting, the chief while reviewing."""
    if proposal.state in (ProposalState.DRAFT, ProposalState.RETURNED):
        return actor.holds(proposal.unit_id, *CASE_WORK)
    return proposal.state == ProposalState.SUBMITTED and may_review(actor, proposal)


def may_review(actor: Actor, proposal: Proposal) -> bool:
    """Another person than the author, chief of the unit. Who acts for a colleague is both: neither may have written it."""
    return actor.holds(proposal.unit_id, Function.CHIEF) and actor.account_id is not None and proposal.author_id not in actor.persons


def may_see_queue(actor: Actor) -> bool:
    return actor.has(Function.CHIEF)


def may_ask_opinion(actor: Actor, proposal: Proposal) -> bool:
    return actor.holds(proposal.unit_id, *CASE_WORK) or actor.has(*SECRETARIAT)


def may_give_opinion(actor: Actor) -> bool:
    return actor.has(Function.LAWYER)


def may_see_sessions(actor: Actor) -> bool:
    return actor.has(*COMMITTEE, *CASE_WORK, Function.AUDITOR, Function.LAWYER)


def may_see_committee(actor: Actor) -> bool:
    return actor.has(*COMMITTEE, Function.AUDITOR)


def may_run_sessions(actor: Actor) -> bool:
    return actor.has(*SECRETARIAT)


def may_decide(actor: Actor) -> bool:
    """Who records what the committee decides."""
    return actor.has(*SECRETARIAT) and actor.kind == "agent"


def presided(actor: Actor) -> QuerySet[Committee]:
    """Bodies that the actor presides today. The function opens the screens; the power to decide alone is the mandate's."""
    if actor.kind != "agent" or not actor.has(Function.PRESIDENT):
        return Committee.objects.none()
    chairs = _mandates(actor).filter(role=MemberRole.PRESIDENT)
    return Committee.objects.filter(active=True, pk__in=chairs.values("committee")).order_by("key", "pk")


def may_decide_urgently(actor: Actor) -> bool:
    return presided(actor).exists()


def may_sign_as_president(actor: Actor, session: Session) -> bool:
    """Who presides the body today, or stood on the roll of the session as its president."""
    if not actor.has(Function.PRESIDENT):
        return False
    stood = Presence.objects.filter(session=session, account_id=actor.account_id, role=MemberRole.PRESIDENT)
    return presided(actor).filter(pk=session.committee_id).exists() or stood.exists()


def may_sign_as_secretary(actor: Actor, session: Session) -> bool:
    """The secretariat keeps the minutes of every body."""
    return actor.has(Function.COMMITTEE_SECRETARY)


def may_notify(actor: Actor) -> bool:
    return actor.has(Function.COMMITTEE_SECRETARY, Function.LAWYER, Function.CHIEF)


def may_see_decisions(actor: Actor) -> bool:
    """Whoever works on dossiers and may read their social part; the committee reads its own sessions' decisions."""
    return actor.is_agent and (may_see(actor, "social") or actor.has(*COMMITTEE, Function.LAWYER, Function.AUDITOR))


# A member sees the sessions on whose roll he stands: the roll is written when the agenda is sent.
def _dossiers(actor: Actor, path: str = "dossier") -> Q:
    return through(Dossier, actor, path)


def _mandates(actor: Actor) -> Any:
    """Bodies in which the actor sits today. The function alone opens nothing: the mandate does, and only as long as it holds."""
    day = clock.today()
    rows = Membership.objects.filter(account_id=actor.account_id, valid_from__lte=day).order_by()
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _presides(actor: Actor, path: str = "") -> Q:
    """All rows for who sits in a body today, none for who does not. A look-up, so that the scopes of children can be built on it."""
    return Q(**{f"{path}unit__in": Unit.objects.filter(Exists(_mandates(actor))).order_by().values("pk")})


def _on_roll(actor: Actor, path: str = "session__") -> Q:
    """Sessions on whose roll the actor stands, of a body in which he still sits."""
    # Subqueries, not joins: beside another way in ("or"), a join would give each decision once per member on the roll.
    roll = Presence.objects.filter(account_id=actor.account_id).order_by().values("session")
    session = path.removesuffix("__") or "pk"
    return Q(**{f"{session}__in": roll, f"{path}committee__in": _mandates(actor).values("committee")})


# Scopes ---------------------------------------------------------------------------------------------------------------
def _not_recused(actor: Actor, path: str) -> Q:
    """Nothing of a case in which the actor declared a conflict, whatever else the actor may be."""
    if actor.account_id is None:
        return EVERYTHING
    if actor.by_proxy:
        return ~Q(**{f"{path}recusals__account_id__in": sorted(actor.persons)})
    return ~Q(**{f"{path}recusals__account_id": actor.account_id})


@scope(Proposal)
def proposals(actor: Actor) -> Q:
    if not actor.is_agent:
        return NOTHING
    rows = NOTHING
    if actor.has(*CASE_WORK):  # with the file: who wrote it reads it as long as the file is theirs to work on
        rows |= _dossiers(actor)
    if actor.has(Function.LAWYER):
        rows |= Q(legal_requested=True)
    sent = Q(state__in=SENT_ON) | Q(urgent=True)
    if actor.has(Function.COMMITTEE_SECRETARY):
        rows |= sent
    elif actor.has(Function.PRESIDENT):
        rows |= sent & _presides(actor)
    if actor.has(Function.AUDITOR):
        rows = EVERYTHING
    return rows & _not_recused(actor, "items__")


@scope(Session)
def sessions(actor: Actor) -> Q:
    if not actor.is_agent:
        return NOTHING
    if actor.has(*SECRETARIAT, *CASE_WORK, Function.AUDITOR, Function.LAWYER):
        return EVERYTHING
    if actor.has(Function.COMMITTEE_MEMBER):
        return _on_roll(actor, "") & Q(state__in=VISIBLE_SESSIONS)
    return NOTHING


@scope(AgendaItem)
def agenda_items(actor: Actor) -> Q:
    if not actor.is_agent:
        return NOTHING
    rows = NOTHING
    if actor.has(Function.COMMITTEE_SECRETARY, Function.AUDITOR):
        rows = EVERYTHING
    elif actor.has(Function.PRESIDENT):
        rows |= _presides(actor, "proposal__")
    elif actor.has(Function.COMMITTEE_MEMBER):
        rows |= _on_roll(actor) & Q(session__state__in=VISIBLE_SESSIONS)
    if rows != EVERYTHING and actor.has(*CASE_WORK):
        rows |= _dossiers(actor, "proposal__dossier")
    return rows & _not_recused(actor, "proposal__items__")


@scope(Decision)
def decisions(actor: Actor) -> Q:
    if not actor.is_agent:
        return NOTHING
    rows = NOTHING
    if actor.has(Function.COMMITTEE_SECRETARY, Function.AUDITOR):
        rows = EVERYTHING
    else:
        if actor.has(Function.PRESIDENT):
            rows |= _presides(actor, "proposal__")
        if actor.has(*READERS) and may_see(actor, "social"):
            rows |= _dossiers(actor)
        if actor.has(Function.LAWYER):
            rows |= Q(proposal__legal_requested=True)
        if actor.has(Function.COMMITTEE_MEMBER):
            rows |= _on_roll(actor)
    return rows & _not_recused(actor, "proposal__items__")


@scope(Minutes)
def minutes(actor: Actor) -> Q:
    """The minutes are read through selectors.minutes_for, which leaves out the reader's recused cases."""
    if not actor.is_agent:
        return NOTHING
    if actor.has(Function.COMMITTEE_SECRETARY, Function.AUDITOR):
        return EVERYTHING
    rows = NOTHING
    if actor.has(Function.PRESIDENT):
        rows |= Q(session__committee__in=_mandates(actor).values("committee"))
    if actor.has(Function.COMMITTEE_MEMBER):
        rows |= _on_roll(actor)
    return rows
