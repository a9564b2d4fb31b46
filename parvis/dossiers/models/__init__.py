"""The dossier of a household: who is in it, who follows it, its sectors and the situation, dated; through whose hands it goes."""

from .dossiers import Dossier, DossierMember, Referent
from .interventions import Intervention
from .moving import Transfer
from .sectors import DossierSector
from .situation import SituationFact

__all__ = ["Dossier", "DossierMember", "DossierSector", "Intervention", "Referent", "SituationFact", "Transfer"]
