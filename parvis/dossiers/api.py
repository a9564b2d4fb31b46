"""What other contexts may use of dossiers."""

from .access import can_open_dossier, can_read_dossiers, can_write_situation, dossier_scope, may_change, only_reads
from .agents.calculations import WEIGHTS
from .agents.selectors import Proposal, label_of, proposals_among
from .custom_uses import CustomTarget
from .custom_uses import custom_targets as own_targets
from .custom_uses import template_classes as own_template_classes
from .custom_uses import template_fields as own_template_fields
from .custom_uses import template_values as own_values
from .custom_uses import template_values_of as own_values_of
from .enums import DossierStatus, MemberRole, Periodicity, ReferentRole, SituationKind
from .errors import ARCHIVED, DossierIsClosed, InvalidDossier, StillOpen
from .forms_agents import AskForm
from .lists import dossier_list
from .models import CustomFact, Dossier, DossierKind, DossierMember, DossierProfile, PersonFact, Referent, SituationFact
from .selectors import (
    MemberView,
    asking_nothing,
    dossiers_of,
    household_size,
    in_file_today,
    main_referent_of,
    main_referents,
    member_views,
    members_at,
    referent_of,
    referents_at,
    rents_at,
    situation_at,
    visible_dossier,
)
from .services import (
    Choice,
    accept_transfer,
    add_member,
    archive_dossier,
    assign_referent,
    change_lead,
    close_dossier,
    end_referent,
    end_situation,
    keep_choice,
    member_leaves,
    offer_transfer,
    open_dossier,
    record_intervention,
    record_situation,
    reopen_dossier,
    return_transfer,
    weigh_new,
)
from .services.custom import set_profile, write_custom, write_person_custom
from .transparency import PersonsList, persons_list

__all__ = [
    "ARCHIVED",
    "CustomFact",
    "CustomTarget",
    "WEIGHTS",
    "AskForm",
    "Choice",
    "Proposal",
    "keep_choice",
    "label_of",
    "proposals_among",
    "weigh_new",
    "Dossier",
    "DossierIsClosed",
    "DossierKind",
    "DossierMember",
    "DossierProfile",
    "DossierStatus",
    "InvalidDossier",
    "MemberRole",
    "MemberView",
    "PersonFact",
    "PersonsList",
    "Periodicity",
    "Referent",
    "ReferentRole",
    "SituationFact",
    "SituationKind",
    "StillOpen",
    "accept_transfer",
    "asking_nothing",
    "add_member",
    "archive_dossier",
    "assign_referent",
    "can_open_dossier",
    "dossier_list",
    "can_read_dossiers",
    "can_write_situation",
    "change_lead",
    "close_dossier",
    "dossier_scope",
    "dossiers_of",
    "end_referent",
    "end_situation",
    "household_size",
    "in_file_today",
    "may_change",
    "member_leaves",
    "member_views",
    "members_at",
    "offer_transfer",
    "only_reads",
    "open_dossier",
    "main_referents",
    "own_targets",
    "own_template_classes",
    "own_values_of",
    "rents_at",
    "own_template_fields",
    "own_values",
    "persons_list",
    "record_intervention",
    "record_situation",
    "main_referent_of",
    "referent_of",
    "referents_at",
    "reopen_dossier",
    "return_transfer",
    "set_profile",
    "situation_at",
    "write_custom",
    "write_person_custom",
    "visible_dossier",
]
