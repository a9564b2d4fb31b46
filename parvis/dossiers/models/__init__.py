"""The dossier of a household: who is in it, who follows it, and their situation, dated."""

from .dossiers import Dossier, DossierMember, Referent
from .situation import SituationFact

__all__ = ["Dossier", "DossierMember", "Referent", "SituationFact"]
