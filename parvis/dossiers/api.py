"""What other contexts may use of dossiers."""

from .access import can_open_dossier, can_read_dossiers, can_write_situation, dossier_scope, may_change, only_reads
from .enums import DossierStatus, MemberRole, Periodicity, ReferentRole, SituationKind
from .errors import DossierIsClosed, InvalidDossier
from .models import Dossier, DossierMember, Referent, SituationFact
from .selectors import (
    MemberView,
    dossiers_of,
    household_size,
    member_views,
    members_at,
    referent_of,
    referents_at,
    situation_at,
    visible_dossier,
)
from .services import (
    add_member,
    assign_referent,
    change_lead,
    close_dossier,
    end_referent,
    end_situation,
    member_leaves,
    open_dossier,
    record_situation,
    reopen_dossier,
)

__all__ = [
    "Dossier",
    "DossierIsClosed",
    "DossierMember",
    "DossierStatus",
    "InvalidDossier",
    "MemberRole",
    "MemberView",
    "Periodicity",
    "Referent",
    "ReferentRole",
    "SituationFact",
    "SituationKind",
    "add_member",
    "assign_referent",
    "can_open_dossier",
    "can_read_dossiers",
    "can_write_situation",
    "change_lead",
    "close_dossier",
    "dossier_scope",
    "dossiers_of",
    "end_referent",
    "end_situation",
    "household_size",
    "may_change",
    "member_leaves",
    "member_views",
    "members_at",
    "only_reads",
    "open_dossier",
    "record_situation",
    "referent_of",
    "referents_at",
    "reopen_dossier",
    "situation_at",
    "visible_dossier",
]
