"""The dossier of a household: who is in it, who follows it, its sectors and the situation, dated; through whose hands it goes; the
organisation's own fields.
"""

from .custom import Code, CodeList, CustomFact, CustomVersion, DossierKind, DossierProfile
from .dossiers import Dossier, DossierMember, Referent
from .interventions import Intervention
from .moving import Transfer
from .sectors import DossierSector
from .situation import SituationFact
from .transparency import LogDelay

__all__ = [
    "Code",
    "CodeList",
    "CustomFact",
    "CustomVersion",
    "Dossier",
    "DossierKind",
    "DossierMember",
    "DossierProfile",
    "DossierSector",
    "Intervention",
    "LogDelay",
    "Referent",
    "SituationFact",
    "Transfer",
]
