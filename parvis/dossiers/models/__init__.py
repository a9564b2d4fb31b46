"""The dossier of a household: who is in it, who follows it, its sectors and the situation, dated; through whose hands it goes; the
organisation's own fields.
"""

from .agents import AgentFact, AgentProfile
from .custom import Code, CodeList, CustomFact, CustomVersion, DossierKind, DossierProfile, PersonFact
from .dossiers import Dossier, DossierMember, Referent
from .interventions import Intervention
from .known import WellKnownName, WellKnownPerson
from .leaving import Departure, Handover, HandoverSignature
from .moving import ReadingRule, Transfer
from .retention import DestructionLine, DestructionList, LegalHold, RetentionRule
from .sectors import DossierSector
from .situation import SituationFact
from .transparency import LogDelay

__all__ = [
    "AgentFact",
    "AgentProfile",
    "Code",
    "CodeList",
    "CustomFact",
    "CustomVersion",
    "Departure",
    "DestructionLine",
    "DestructionList",
    "Dossier",
    "DossierKind",
    "DossierMember",
    "DossierProfile",
    "DossierSector",
    "Handover",
    "HandoverSignature",
    "Intervention",
    "LogDelay",
    "LegalHold",
    "PersonFact",
    "ReadingRule",
    "Referent",
    "RetentionRule",
    "SituationFact",
    "Transfer",
    "WellKnownName",
    "WellKnownPerson",
]
