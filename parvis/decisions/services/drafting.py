"""Drafting: each save of the letter and of its grants is a version. Nothing here sends or decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.gestures import gesture

from .. import access, letters, neighbours
from ..enums import Outcome, ProposalState, VersionReason
from ..errors import ForbiddenTransition, WrongProvision
from ..grounds import GROUNDS
from ..models import Decision, Proposal, ProposalVersion, WorkingCopy
from ..provisions import Provision, provision_from_json, provision_to_json
from .steps import close_working_copy, kind_of, latest, ref, stream

#: A copy that was left alone for so long is a version of its own: the next pause begins another.
WORKING_COPY_RESTS = timedelta(minutes=30)


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
    if not (actor.is_system or access.may_start(actor, line) or (urgent and access.may_decide_urgently(actor))):
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
            details=neighbours.default_details(kind, line.dossier_id or 0, line.person_id or 0, line.received_on),
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
    pause: bool = False,
) -> ProposalVersion:
    """Write the next version; with ``pause``, the working copy that will be one."""
    copy = WorkingCopy.unscoped.select_for_update().filter(proposal=proposal).first()
    if copy is not None and not _goes_on(copy, actor, reason):
        close_working_copy(actor, proposal, copy)
        copy = None
    last = ProposalVersion.unscoped.filter(proposal=proposal).order_by("-no").first()
    written = copy.as_version(last.no + 1) if copy is not None and last is not None else last
    situation = neighbours.situation(actor, proposal.dossier_id, clock.today())
    computed = [compute_provision(actor, proposal, provision, situation) for provision in provisions]
    as_json = [provision_to_json(provision) for provision in computed]
    blocks = letters.compose(
        actor=actor,
        proposal=proposal,
        provisions=computed,
        own=own,
        previous=written.blocks if written else [],
        outcome=outcome or proposal.proposed_outcome,
        reason=decision_reason,
    )
    same = written is not None and written.blocks == blocks and written.provisions == as_json and reason == written.reason
    if same and written is not None and (pause or copy is None):
        return written
    first = next((p.calculation_id for p in computed if p.calculation_id), None)
    values: dict[str, Any] = {
        "reason": reason,
        "blocks": blocks,
        "provisions": as_json,
        "facts": {"day": clock.today().isoformat(), "situation": situation, "members": neighbours.members(actor, proposal.dossier_id)},
        "calculation_id": first,
        "author_id": actor.account_id,
        "author_label": actor.label,
        "at": clock.now(),
    }
    no = (last.no if last else 0) + 1
    if pause:
        return _keep_working(actor, proposal, copy, values).as_version(no)
    version = ProposalVersion.unscoped.create(proposal=proposal, no=no, **values)
    if copy is not None:
        copy.delete()
    mutations.record(stream(proposal), actor=actor, verb="save_version", subject=ref(proposal), values={"no": version.no, "reason": reason})
    return version


def _goes_on(copy: WorkingCopy, actor: Actor, reason: str) -> bool:
    """A pause belongs to the copy of the same hand at the same work, unless that one has rested for long."""
    return copy.author_id == actor.account_id and copy.reason == reason and clock.now() - copy.at < WORKING_COPY_RESTS


def _keep_working(actor: Actor, proposal: Proposal, copy: WorkingCopy | None, values: dict[str, Any]) -> WorkingCopy:
    if copy is None:
        copy = WorkingCopy.unscoped.create(proposal=proposal, **values)
        begun = {"after": latest(proposal).no, "reason": copy.reason}
        mutations.record(stream(proposal), actor=actor, verb="begin_working_copy", subject=ref(proposal), values=begun)
        return copy
    for name, value in values.items():
        setattr(copy, name, value)
    copy.lock += 1
    copy.save()
    return copy


def keep_version(actor: Actor, proposal: Proposal, last: ProposalVersion, *, blocks: list[dict[str, Any]]) -> ProposalVersion:
    """The last version with other blocks: same grants, same facts, nothing computed again."""
    version = ProposalVersion.unscoped.create(
        proposal=proposal,
        no=last.no + 1,
        reason=last.reason,
        blocks=blocks,
        provisions=last.provisions,
        facts=last.facts,
        calculation_id=last.calculation_id,
        author_id=actor.account_id,
        author_label=actor.label,
        at=clock.now(),
    )
    mutations.record(
        stream(proposal), actor=actor, verb="save_version", subject=ref(proposal), values={"no": version.no, "reason": version.reason}
    )
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
    base_lock: int = 0,
    proposed_outcome: str | None = None,
    ground: str | None = None,
    pause: bool = False,
) -> ProposalVersion:
    """Keep a version of the free paragraphs (`own`: block key to Markdown) and of the provisions.

    With ``pause`` (autosaving) nothing is numbered yet: a working copy is kept, and replaced at the next pause. It becomes a version when
    its writer saves or sends on, when somebody else writes or a gesture rests on it, or when it has rested for ``WORKING_COPY_RESTS``.
    ``base_no`` and ``base_lock``: the state that the writer had on screen (``ProposalVersion.base``).

    Raises:
        Conflict: somebody else wrote after the state that the writer had on screen; carries both texts.
    """
    Proposal.unscoped.select_for_update().get(pk=proposal.pk)  # two windows of one writer pause one after the other
    proposal.refresh_from_db()
    if not access.may_edit(actor, proposal):
        if proposal.state not in (ProposalState.DRAFT, ProposalState.RETURNED, ProposalState.SUBMITTED):
            raise ForbiddenTransition(proposal.get_state_display(), "save")
        raise NotAllowed(_("The proposal is with somebody else now; you cannot change it."))
    current = latest(proposal)
    typed = WorkingCopy.unscoped.filter(proposal=proposal).first()
    if typed is not None:
        current = typed.as_version(current.no + 1)
    if (current.no, current.lock) != (base_no, base_lock) and current.author_id != actor.account_id:
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
    return _write_version(actor, proposal, rows, own=own, reason=reason, pause=pause)


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
