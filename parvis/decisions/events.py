"""What this context announces. `process_subject` is always the request line the proposal answers."""

from dataclasses import dataclass

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProposalSubmitted(Event):
    proposal_id: int
    line_id: int
    dossier_id: int


@dataclass(frozen=True, kw_only=True)
class ProposalReviewed(Event):
    """`outcome` is "validated" or "returned"."""

    proposal_id: int
    line_id: int
    dossier_id: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LegalOpinionAsked(Event):
    proposal_id: int
    line_id: int
    dossier_id: int
    opinion_id: int


@dataclass(frozen=True, kw_only=True)
class LegalOpinionGiven(Event):
    """`outcome` is "favourable", "reserved" or "unfavourable"."""

    proposal_id: int
    line_id: int
    dossier_id: int
    opinion_id: int


@dataclass(frozen=True, kw_only=True)
class DecisionTaken(Event):
    """`outcome` is one of enums.Outcome. Provisions were applied in the same transaction, before this event.

    A ratification settles no request line: it carries no `process_subject`.
    """

    decision_id: int
    number: str
    proposal_id: int
    line_id: int
    dossier_id: int
    ratification: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionNotified(Event):
    decision_id: int
    notification_id: int
    line_id: int
    dossier_id: int
    channel: str


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Event):
    session_id: int
