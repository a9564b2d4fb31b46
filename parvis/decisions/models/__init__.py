from .committee import AgendaItem, Committee, DelegationLimit, MemberPack, Membership, Presence, Recusal, Session
from .decision import Decision, Minutes, Notification, Pack
from .proposal import LegalOpinion, Proposal, ProposalVersion, WorkingCopy

__all__ = [
    "AgendaItem",
    "Committee",
    "Decision",
    "DelegationLimit",
    "LegalOpinion",
    "MemberPack",
    "Membership",
    "Minutes",
    "Notification",
    "Pack",
    "Presence",
    "Proposal",
    "ProposalVersion",
    "Recusal",
    "Session",
    "WorkingCopy",
]
