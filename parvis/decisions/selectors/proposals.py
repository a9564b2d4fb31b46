"""Proposals, what is being typed in them, and legal opinions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from parvis.kernel.actor import Actor
from parvis.kernel.statements import Statement
from parvis.kernel.subject import SubjectRef

from ..enums import (
    Outcome,
    ProposalState,
    VersionReason,
)
from ..models import (
    AgendaItem,
    Decision,
    LegalOpinion,
    Proposal,
    ProposalVersion,
    Session,
    WorkingCopy,
)
from .reader import READER


def proposals_for(actor: Actor, *, state: str = "", limit: int = 200) -> list[Proposal]:
    """Living proposals the actor sees, oldest first: who waits longest comes first."""
    rows = Proposal.objects.visible_to(actor).filter(live=1).select_related("dossier", "unit", "line__request")
    if state:
        rows = rows.filter(state=state)
    return list(rows.order_by("created_at", "pk")[:limit])


def waiting_for(actor: Actor, session: Session | None = None) -> QuerySet[Proposal]:
    """Validated proposals that wait for a session; for one that is named, without those that it postponed itself."""
    rows = Proposal.objects.visible_to(actor).filter(live=1, state=ProposalState.VALIDATED)
    if session is not None:
        rows = rows.exclude(pk__in=AgendaItem.objects.visible_to(actor).filter(session=session).values("proposal_id"))
    return rows


def count_waiting(actor: Actor, session: Session | None = None) -> int:
    return waiting_for(actor, session).count()


def review_queue(actor: Actor) -> list[Proposal]:
    """What waits for a chief, visible to the chief and to the workers of the unit."""
    return proposals_for(actor, state=ProposalState.SUBMITTED)


_COPY, _LAST, _MARKS, _OPINIONS = (Statement(f"decisions.{name}") for name in ("copy", "last_version", "version_marks", "opinions"))


def _typed(actor: Actor, proposal: Proposal, last_no: int) -> ProposalVersion | None:
    """What somebody is typing, shown as the version that it will be. A page that only shows has read it with the proposal (``copy_read``)."""
    if getattr(proposal, "copy_read", False):
        known: WorkingCopy | None = getattr(proposal, "working_copy", None)
        return known.as_version(last_no + 1) if known is not None else None
    copy = _COPY.one(
        actor, lambda at: WorkingCopy.objects.visible_to(actor).filter(proposal=at["proposal"]).order_by("pk"), proposal=proposal.pk
    )
    return copy.as_version(last_no + 1) if copy is not None else None


def versions_of(actor: Actor, proposal: Proposal) -> list[ProposalVersion]:
    rows = list(ProposalVersion.objects.visible_to(actor).filter(proposal=proposal).order_by("no"))
    typed = _typed(actor, proposal, rows[-1].no) if rows else None
    return [*rows, typed] if typed else rows


def latest_version(actor: Actor, proposal: Proposal) -> ProposalVersion:
    """What stands on the page now: the last version, or what was typed since."""
    last = _LAST.rows(
        actor,
        lambda at: ProposalVersion.objects.visible_to(actor).filter(proposal=at["proposal"]).order_by("-no")[:1],
        proposal=proposal.pk,
    )[0]
    return _typed(actor, proposal, last.no) or last


def version_marks(actor: Actor, proposal: Proposal, shown: ProposalVersion) -> list[tuple[int, str]]:
    """Number and reason of each version, without its text; ``shown`` (see ``latest_version``) last."""
    marks = _MARKS.rows(
        actor,
        lambda at: ProposalVersion.objects.visible_to(actor).filter(proposal=at["proposal"]).order_by("no").values_list("no", "reason"),
        proposal=proposal.pk,
    )
    return [*marks, (shown.no, shown.reason)] if shown.lock else marks


def correction(
    actor: Actor, proposal: Proposal, marks: Sequence[tuple[int, str]], shown: ProposalVersion
) -> tuple[ProposalVersion, ProposalVersion] | None:
    """What the worker last wrote before the chief corrected, and the chief's last text, saved or still being typed."""
    corrected = [no for no, reason in marks if reason == VersionReason.CORRECTION]
    before = [no for no, _reason in marks if corrected and no < corrected[0]]
    if not corrected or not before:
        return None
    wanted = {before[-1], corrected[-1]}
    rows = {row.no: row for row in ProposalVersion.objects.visible_to(actor).filter(proposal=proposal, no__in=wanted - {shown.no})}
    rows[shown.no] = shown
    return rows[before[-1]], rows[corrected[-1]]


def opinions_of(actor: Actor, proposal: Proposal) -> list[LegalOpinion]:
    return _OPINIONS.rows(
        actor,
        lambda at: LegalOpinion.objects.visible_to(actor).filter(proposal=at["proposal"]).order_by("-asked_at", "-pk"),
        proposal=proposal.pk,
    )


def opinions_waiting(actor: Actor) -> list[LegalOpinion]:
    rows = (
        LegalOpinion.objects.visible_to(actor)
        .filter(opinion="", live=1, proposal__live=1)
        .select_related("proposal__dossier", "proposal__line")
    )
    return list(rows.order_by("due_on", "pk"))


def living_proposal(line_id: int) -> Proposal | None:
    return Proposal.objects.visible_to(READER).filter(line_id=line_id).order_by("-pk").first()


_OF_DOSSIER = Statement("decisions.proposals_of_dossier")


def proposals_of_dossier(actor: Actor, dossier_id: int) -> list[Proposal]:
    return _OF_DOSSIER.rows(
        actor,
        lambda at: (
            Proposal.objects.visible_to(actor).filter(dossier_id=at["dossier"], live=1).select_related("line").order_by("created_at", "pk")
        ),
        dossier=dossier_id,
    )


def opinion_of_subject(subject: SubjectRef) -> LegalOpinion | None:
    """The opinion that a task is about: by itself, or the one awaited on a request line."""
    rows = LegalOpinion.objects.visible_to(READER)
    if subject.type == "legal_opinion":
        return rows.filter(pk=subject.id).first()
    return rows.filter(proposal__line_id=subject.id).order_by("-live", "-asked_at", "-pk").first()


def returned_by(proposal: Proposal) -> str:
    """Who sent the proposal back last: the chief by name, or nobody by name when the committee asked for more."""
    asked = Decision.objects.visible_to(READER).filter(proposal=proposal, outcome=Outcome.MORE_INFO).order_by("-decided_at", "-pk").first()
    if asked is not None and (proposal.reviewed_at is None or asked.decided_at > proposal.reviewed_at):
        return ""
    return proposal.reviewed_by_label


def opinion_awaited(line_id: int) -> bool:
    return LegalOpinion.objects.visible_to(READER).filter(proposal__line_id=line_id, proposal__live=1, live=1, opinion="").exists()
