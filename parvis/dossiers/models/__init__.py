"""The dossier of a household: who is in it, who follows it, its sectors and the situation, dated."""

from .dossiers import Dossier, DossierMember, Referent
from .sectors import DossierSector
from .situation import SituationFact

__all__ = ["Dossier", "DossierMember", "DossierSector", "Referent", "SituationFact"]
