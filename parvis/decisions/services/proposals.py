"""Drafting, reviewing and asking an opinion. Each save is a version; nothing here decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access, letters, neighbours
from ..calculations import PROPOSAL_TRANSITIONS, next_state
from ..enums import Opinion, Outcome, ProposalState, VersionReason
from ..errors import ForbiddenTransition, ProposalIncomplete, WrongProvision
from ..events import LegalOpinionAsked, LegalOpinionGiven, ProposalReviewed, ProposalSubmitted
from ..grounds import GROUNDS
from ..models import Decision, LegalOpinion, Proposal, ProposalVersion
from ..provisions import Provision, ProvisionKind, provision_from_json, provision_to_json


def line_ref(proposal: Proposal) -> SubjectRef:
    return SubjectRef("request_line", proposal.line_id)


def stream(proposal: Proposal) -> str:
    return f"dossier:{proposal.dossier_id}"


def ref(proposal: Proposal) -> SubjectRef:
    return SubjectRef("proposal", proposal.pk)


def kind_of(key: str) -> ProvisionKind:
    if key not in registries.provisions:
        raise WrongProvision(_("This kind of aid is not known here: %(kind)s.") % {"kind": key}, field="kind")
    found: ProvisionKind = registries.provisions.get(key)
    return found


def latest(proposal: Proposal) -> ProposalVersion:
    return ProposalVersion.unscoped.filter(proposal=proposal).order_by("-no").select_related("calculation")[0]


def move(proposal: Proposal, name: str, **values: Any) -> Proposal:
    """One allowed step, as a conditional update: of two people, one wins and the other is told."""
    proposal.refresh_from_db()
    state = next_state(PROPOSAL_TRANSITIONS, proposal.state, name)
    if state is None:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    done = Proposal.unscoped.filter(pk=proposal.pk, state=proposal.state, lock=proposal.lock).update(
        state=state, lock=F("lock") + 1, **values
    )
    proposal.refresh_from_db()
    if not done:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    return proposal


def _start_opinion_term(proposal: Proposal) -> None:
    """The lawyer's days count from the day on which the case reaches him."""
    LegalOpinion.unscoped.filter(proposal=proposal, live=1, opinion="").update(due_on=neighbours.legal_term(clock.today()))


# Drafting -------------------------------------------------------------------------------------------------------------
@gesture
def draft_proposal(
    *,
    actor: Actor,
    line_id: int,
    provisions: Sequence[Provision | Mapping[str, Any]] | None = None,
    copy_from: Decision | None = None,
    urgent: bool = False,
    title: str = "",
) -> Proposal:
    """Open the draft for a request line, with its letter. A line has one living proposal: the second call finds it.

    A system actor may draft (a continuation, for example): submitting and deciding stay with people.
    """
    line = neighbours.line(line_id)
    if line.dossier_id is None or line.person_id is None:
        raise DomainError(_("Join the request to a dossier and a person first."))
    if not (actor.is_system or actor.holds(line.unit_id, *access.CASE_WORK) or (urgent and access.may_decide_urgently(actor))):
        raise NotAllowed(_("Only the unit's social workers draft its proposals."))
    existing = Proposal.unscoped.filter(line_id=line_id, live=1).first()
    if existing is not None:
        return existing
    if provisions is None and copy_from is not None:
        provisions = list(copy_from.decided_version.provisions)
    rows = [p if isinstance(p, Provision) else provision_from_json(p) for p in provisions or ()]
    if not rows and provisions is None:
        rows = default_provisions(actor, line)
    try:
        with transaction.atomic():
            proposal = Proposal.unscoped.create(
                line_id=line_id,
                dossier_id=line.dossier_id,
                unit_id=line.unit_id,
                person_id=line.person_id,
                title=title or line.label("fr"),
                language=line.language,
                urgent=urgent,
                author_id=actor.account_id,
                author_label=actor.label,
                created_at=clock.now(),
            )
    except IntegrityError:
        return Proposal.unscoped.get(line_id=line_id, live=1)
    mutations.record(stream(proposal), actor=actor, verb="draft", subject=ref(proposal), values={"line": line_id})
    _write_version(actor, proposal, rows, own={}, reason=VersionReason.DRAFT)
    neighbours.progress(actor, line_id, "inquiry")
    return proposal


def default_provisions(actor: Actor, line: neighbours.Line) -> list[Provision]:
    """The request line's own kind of aid, for its applicant, from the first day of the request, to the account we know."""
    if not line.provision_kind or line.provision_kind not in registries.provisions:
        return []
    kind = kind_of(line.provision_kind)
    accounts = neighbours.bank_accounts(actor, line.person_id)
    return [
        Provision(
            key=uuid4().hex[:8],
            kind=line.provision_kind,
            beneficiary_person_id=line.person_id or 0,
            beneficiary_name=neighbours.person_name(actor, line.person_id),
            amount=neighbours.ZERO,
            from_on=line.received_on,
            periodicity=kind.periodicity,
            payee=accounts[0] if accounts else neighbours.Payee(),
            details=neighbours.default_details(kind),
            label=neighbours.label(kind.title, line.language),
        )
    ]


def compute_provision(actor: Actor, proposal: Proposal, provision: Provision, situation: list[dict[str, Any]]) -> Provision:
    """The provision with the amount its kind computes from the situation, when it computes one."""
    kind = kind_of(provision.kind)
    if not getattr(kind, "computed", False):
        return provision
    calculation = kind.compute(
        neighbours.line(proposal.line_id),
        {
            "actor": actor,
            "dossier_id": proposal.dossier_id,
            "person_id": provision.beneficiary_person_id,
            "details": dict(provision.details),
            "resources": [row for row in situation if row["kind"] == "resource"],
            "situation": situation,
            "provision": provision,
        },
        provision.from_on,
    )
    saved = neighbours.saved_calculation(actor, proposal, calculation)
    if saved is None:
        return provision
    from dataclasses import replace

    return replace(provision, amount=saved.amount, calculation_id=saved.pk)


def _write_version(
    actor: Actor,
    proposal: Proposal,
    provisions: Sequence[Provision],
    *,
    own: Mapping[str, str],
    reason: str,
    outcome: str | None = None,
    decision_reason: str = "",
) -> ProposalVersion:
    last = ProposalVersion.unscoped.filter(proposal=proposal).order_by("-no").first()
    situation = neighbours.situation(actor, proposal.dossier_id, clock.today())
    computed = [compute_provision(actor, proposal, provision, situation) for provision in provisions]
    as_json = [provision_to_json(provision) for provision in computed]
    blocks = letters.compose(
        actor=actor,
        proposal=proposal,
        provisions=computed,
        own=own,
        previous=last.blocks if last else [],
        outcome=outcome or proposal.proposed_outcome,
        reason=decision_reason,
    )
    if last is not None and last.blocks == blocks and last.provisions == as_json and reason == last.reason:
        return last
    first = next((p.calculation_id for p in computed if p.calculation_id), None)
    version = ProposalVersion.unscoped.create(
        proposal=proposal,
        no=(last.no if last else 0) + 1,
        reason=reason,
        blocks=blocks,
        provisions=as_json,
        facts={"day": clock.today().isoformat(), "situation": situation, "members": neighbours.members(actor, proposal.dossier_id)},
        calculation_id=first,
        author_id=actor.account_id,
        author_label=actor.label,
        at=clock.now(),
    )
    mutations.record(stream(proposal), actor=actor, verb="save_version", subject=ref(proposal), values={"no": version.no, "reason": reason})
    return version


def set_ground(proposal: Proposal, ground: str) -> None:
    if ground and ground not in GROUNDS:
        raise DomainError(_("Choose the condition that is not met."), field="ground")
    Proposal.unscoped.filter(pk=proposal.pk).update(ground=ground, lock=F("lock") + 1)
    proposal.refresh_from_db()


def write_decided_version(
    actor: Actor,
    proposal: Proposal,
    provisions: Sequence[Provision],
    *,
    own: Mapping[str, str],
    outcome: str,
    reason: str,
    why: str = VersionReason.ADJUSTMENT,
) -> ProposalVersion:
    """The version that holds a decision, beside the proposed one. Only the deciding services call it."""
    return _write_version(actor, proposal, provisions, own=own, reason=why, outcome=outcome, decision_reason=reason)


@gesture
def save_version(
    *,
    actor: Actor,
    proposal: Proposal,
    own: Mapping[str, str],
    provisions: Sequence[Provision | Mapping[str, Any]],
    base_no: int,
    proposed_outcome: str | None = None,
    ground: str | None = None,
) -> ProposalVersion:
    """Keep a version of the free paragraphs (`own`: block key to Markdown) and of the provisions.

    Raises:
        Conflict: somebody else saved after the version `base_no` that the writer had on screen; carries both texts.
    """
    proposal.refresh_from_db()
    if not access.may_edit(actor, proposal):
        if proposal.state not in (ProposalState.DRAFT, ProposalState.RETURNED, ProposalState.SUBMITTED):
            raise ForbiddenTransition(proposal.get_state_display(), "save")
        raise NotAllowed(_("The proposal is with somebody else now; you cannot change it."))
    current = latest(proposal)
    if current.no != base_no and current.author_id != actor.account_id:
        theirs = letters.own_texts(current.blocks)
        raise Conflict(
            _("%(who)s saved another version meanwhile. Your text is kept here, nothing was overwritten.") % {"who": current.author_label},
            who=current.author_label,
            when=current.at,
            yours=dict(own),
            theirs={key: theirs.get(key, "") for key in own},
        )
    if proposed_outcome is not None and proposed_outcome != proposal.proposed_outcome:
        if proposed_outcome not in (Outcome.GRANTED, Outcome.REFUSED):
            raise DomainError(_("A proposal grants or refuses."), field="proposed_outcome")
        Proposal.unscoped.filter(pk=proposal.pk).update(proposed_outcome=proposed_outcome, lock=F("lock") + 1)
        proposal.refresh_from_db()
    if ground is not None and ground != proposal.ground:
        set_ground(proposal, ground)
    rows = [p if isinstance(p, Provision) else provision_from_json(p) for p in provisions]
    for row in rows:
        kind_of(row.kind)
        if row.to_on is not None and row.to_on < row.from_on:
            raise WrongProvision(_("The last day lies before the first."), field="to")
        if row.amount < 0:
            raise WrongProvision(_("An amount cannot be negative."), field="amount")
    if proposal.author_id is None and actor.account_id is not None:  # a job drafted it: who takes it up is its author
        Proposal.unscoped.filter(pk=proposal.pk).update(author_id=actor.account_id, author_label=actor.label)
        proposal.refresh_from_db()
    reason = VersionReason.CORRECTION if proposal.state == ProposalState.SUBMITTED else VersionReason.DRAFT
    return _write_version(actor, proposal, rows, own=own, reason=reason)


@gesture
def record_hearing(
    *,
    actor: Actor,
    proposal: Proposal,
    wish: bool,
    informed_on: date | None = None,
    heard_on: date | None = None,
    note: str = "",
) -> Proposal:
    """The right to be heard: told on, wish, heard on, and what the person said."""
    if not (actor.holds(proposal.unit_id, *access.CASE_WORK) or access.may_run_sessions(actor)):
        raise NotAllowed(_("Only the unit's social workers record the hearing."))
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "record_hearing")
    today = clock.today()
    for day, field in ((informed_on, "heard_informed_on"), (heard_on, "heard_on")):
        if day is not None and day > today:
            raise DomainError(_("This day has not come yet."), field=field)
    if heard_on and not note.strip():
        raise DomainError(_("Note what the person said."), field="heard_note")
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="hearing",
        subject=ref(proposal),
        values={"wish": [proposal.wish_to_be_heard, wish], "heard_on": [proposal.heard_on, heard_on]},
    )
    Proposal.unscoped.filter(pk=proposal.pk).update(
        wish_to_be_heard=wish, heard_informed_on=informed_on, heard_on=heard_on, heard_note=note.strip(), lock=F("lock") + 1
    )
    proposal.refresh_from_db()
    return proposal


@gesture
def set_to_discuss(*, actor: Actor, proposal: Proposal, to_discuss: bool) -> Proposal:
    """Ask that the committee discusses the case instead of taking it in the list."""
    if not actor.holds(proposal.unit_id, *access.CASE_WORK):
        raise NotAllowed(_("Only the unit's social workers set this."))
    Proposal.unscoped.filter(pk=proposal.pk).update(to_discuss=to_discuss, lock=F("lock") + 1)
    mutations.record(
        stream(proposal), actor=actor, verb="to_discuss", subject=ref(proposal), values={"to_discuss": [proposal.to_discuss, to_discuss]}
    )
    proposal.refresh_from_db()
    return proposal


def problems(actor: Actor, proposal: Proposal, version: ProposalVersion | None = None) -> ProposalIncomplete | None:
    """What still keeps the proposal from leaving, by name; None when it may."""
    version = version or latest(proposal)
    language = actor.language or "fr"
    pieces = [] if proposal.urgent else [p.label for p in neighbours.pieces(actor, proposal, language) if p.mandatory and not p.present]
    mentions = [m.label for m in letters.mentions(version.blocks, language) if not m.present]
    wrong: list[str] = []
    if proposal.proposed_outcome == Outcome.GRANTED:
        if not version.provisions:
            wrong.append(_("nothing is granted yet"))
        for data in version.provisions:
            provision = provision_from_json(data)
            wrong.extend(str(text) for text in kind_of(provision.kind).validate(provision))
            if provision.amount <= 0:
                wrong.append(_("the amount is zero"))
    elif letters.reasons_are_stock(version.blocks):
        wrong.append(_("the refusal gives no fact of this person"))
    if pieces or mentions or wrong:
        return ProposalIncomplete(pieces=pieces, mentions=mentions, provisions=wrong)
    return None


@gesture
def submit_proposal(*, actor: Actor, proposal: Proposal) -> Proposal:
    """Send to the chief, or straight on where the centre skips that level. Refused with what is missing, by name."""
    if actor.is_system or not actor.holds(proposal.unit_id, *access.CASE_WORK):
        raise NotAllowed(_("Only the unit's social workers submit its proposals."))
    proposal.refresh_from_db()
    name = "submit" if neighbours.chief_level(proposal.unit_id) else "submit_unreviewed"
    if next_state(PROPOSAL_TRANSITIONS, proposal.state, name) is None:
        raise ForbiddenTransition(proposal.get_state_display(), name)
    trouble = problems(actor, proposal)
    if trouble is not None:
        raise trouble
    before = proposal.state
    proposal = move(proposal, name, submitted_at=clock.now(), return_reason="")
    version = latest(proposal)
    if proposal.state == ProposalState.VALIDATED:
        _start_opinion_term(proposal)
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="submit",
        subject=ref(proposal),
        values={"state": [before, proposal.state], "version": version.no},
    )
    neighbours.progress(actor, proposal.line_id, "review" if name == "submit" else "committee")
    neighbours.step(actor, proposal.dossier_id, "proposal_submitted", proposal.title)
    publish(
        ProposalSubmitted(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=proposal.state,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return proposal


@gesture
def take_back(*, actor: Actor, proposal: Proposal) -> Proposal:
    """The author takes the proposal back while the chief has not answered."""
    if actor.account_id is None or actor.account_id != proposal.author_id:
        raise NotAllowed(_("Only its author takes a proposal back."))
    proposal = move(proposal, "take_back")
    mutations.record(stream(proposal), actor=actor, verb="take_back", subject=ref(proposal), values={"state": ["submitted", "draft"]})
    publish(
        ProposalReviewed(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome="returned",
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
        )
    )
    return proposal


@gesture
def review_proposal(*, actor: Actor, proposal: Proposal, outcome: str, reason: str = "") -> Proposal:
    """The chief validates, or returns with a reason."""
    proposal.refresh_from_db()
    if not access.may_review(actor, proposal):
        raise NotAllowed(_("A chief of the unit who did not write the proposal reviews it."))
    if outcome not in ("validated", "returned"):
        raise DomainError(_("Validate or return."), field="outcome")
    if outcome == "returned" and not reason.strip():
        raise DomainError(_("Say why the proposal is returned."), field="reason")
    if outcome == "validated":
        if next_state(PROPOSAL_TRANSITIONS, proposal.state, "validate") is None:
            raise ForbiddenTransition(proposal.get_state_display(), "validate")
        trouble = problems(actor, proposal)
        if trouble is not None:
            raise trouble
    elif proposal.state != ProposalState.SUBMITTED:
        raise ForbiddenTransition(proposal.get_state_display(), "return")
    before = proposal.state
    proposal = move(
        proposal,
        "validate" if outcome == "validated" else "return",
        reviewed_at=clock.now(),
        reviewed_by_id=actor.account_id,
        reviewed_by_label=actor.label,
        return_reason=reason.strip() if outcome == "returned" else "",
    )
    if outcome == "validated":
        _start_opinion_term(proposal)
    mutations.record(
        stream(proposal),
        actor=actor,
        verb="review",
        subject=ref(proposal),
        values={"state": [before, proposal.state]},
        note=reason.strip(),
    )
    neighbours.progress(actor, proposal.line_id, "committee" if outcome == "validated" else "inquiry")
    neighbours.step(actor, proposal.dossier_id, f"proposal_{outcome}", proposal.title, reason.strip())
    publish(
        ProposalReviewed(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=outcome,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
            reason=reason.strip(),
        )
    )
    return proposal


# Legal opinion --------------------------------------------------------------------------------------------------------
@gesture
def ask_opinion(*, actor: Actor, proposal: Proposal, question: str) -> LegalOpinion:
    """Ask the lawyer. It informs: the proposal goes its way meanwhile, and a late opinion stops nothing."""
    proposal.refresh_from_db()
    if not access.may_ask_opinion(actor, proposal):
        raise NotAllowed(_("You cannot ask an opinion on this case."))
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "ask_opinion")
    if not question.strip():
        raise DomainError(_("Write your question to the lawyer."), field="question")
    if LegalOpinion.unscoped.filter(proposal=proposal, live=1, opinion="").exists():
        raise DomainError(_("An opinion is already asked on this case."))
    LegalOpinion.unscoped.filter(proposal=proposal, live=1).update(live=None)
    opinion = LegalOpinion.unscoped.create(
        proposal=proposal,
        question=question.strip(),
        asked_by_id=actor.account_id,
        asked_by_label=actor.label,
        asked_at=clock.now(),
        due_on=neighbours.legal_term(clock.today()),
    )
    Proposal.unscoped.filter(pk=proposal.pk).update(legal_requested=True, lock=F("lock") + 1)
    proposal.refresh_from_db()
    mutations.record(
        stream(proposal), actor=actor, verb="ask_opinion", subject=ref(proposal), values={"due_on": opinion.due_on}, note=question.strip()
    )
    if proposal.state in (ProposalState.VALIDATED, ProposalState.SCHEDULED):
        neighbours.opinion_asked(actor, proposal, opinion)
    publish(
        LegalOpinionAsked(
            actor=actor, proposal_id=proposal.pk, line_id=proposal.line_id, dossier_id=proposal.dossier_id, opinion_id=opinion.pk
        )
    )
    return opinion


@gesture
def give_opinion(*, actor: Actor, opinion: LegalOpinion, value: str, text: str) -> LegalOpinion:
    """Favourable, reserved or unfavourable, always with text, on the version as it is now."""
    if not access.may_give_opinion(actor):
        raise NotAllowed(_("Only the lawyer gives a legal opinion."))
    if value not in Opinion.values:
        raise DomainError(_("Choose an opinion."), field="opinion")
    if not text.strip():
        raise DomainError(_("Explain the opinion."), field="text")
    proposal = Proposal.unscoped.get(pk=opinion.proposal_id)
    if proposal.state == ProposalState.DECIDED:
        raise ForbiddenTransition(proposal.get_state_display(), "give_opinion")
    done = LegalOpinion.unscoped.filter(pk=opinion.pk, opinion="").update(
        opinion=value,
        text=text.strip(),
        given_by_id=actor.account_id,
        given_by_label=actor.label,
        given_at=clock.now(),
        version=latest(proposal),
    )
    opinion.refresh_from_db()
    if not done:
        raise Conflict(
            _("%(who)s has already given the opinion.") % {"who": opinion.given_by_label},
            who=opinion.given_by_label,
            when=opinion.given_at,
            yours={"opinion": value},
            theirs={"opinion": opinion.opinion},
        )
    mutations.record(stream(proposal), actor=actor, verb="give_opinion", subject=ref(proposal), values={"opinion": value})
    neighbours.step(actor, proposal.dossier_id, "opinion_given", proposal.title, opinion.get_opinion_display())
    neighbours.opinion_given(actor, opinion)
    publish(
        LegalOpinionGiven(
            actor=actor,
            process_subject=line_ref(proposal),
            outcome=value,
            proposal_id=proposal.pk,
            line_id=proposal.line_id,
            dossier_id=proposal.dossier_id,
            opinion_id=opinion.pk,
        )
    )
    return opinion
