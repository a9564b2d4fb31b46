"""Writes. Each is a gesture: versions, mutation line in the dossier's own chain, event."""

from .agents import (
    Choice,
    choose_referent,
    end_agent_fact,
    keep_choice,
    looks_after,
    note_agent_fact,
    weigh_new,
)
from .destruction import approve_list, forbids, propose_list, remove_line, withdraw_list
from .dossiers import (
    add_member,
    assign_referent,
    change_lead,
    end_referent,
    member_leaves,
    open_dossier,
    refile,
)
from .interventions import end_intervention, record_intervention
from .leaving import carry_out, plan_departure, side_of, sign_handover
from .life import archive_dossier, close_dossier, obstacles, reopen_dossier
from .retention import (
    destroyed_by,
    due_after,
    due_dossiers,
    end_hold,
    holds_of,
    holds_to_review,
    kept,
    place_hold,
    publish_rule,
    schedule,
    until,
)
from .situation import end_situation, record_situation
from .transfers import accept_transfer, offer_transfer, return_transfer

__all__ = [
    "Choice",
    "carry_out",
    "choose_referent",
    "end_agent_fact",
    "keep_choice",
    "looks_after",
    "note_agent_fact",
    "plan_departure",
    "side_of",
    "sign_handover",
    "weigh_new",
    "approve_list",
    "forbids",
    "propose_list",
    "remove_line",
    "withdraw_list",
    "destroyed_by",
    "due_after",
    "due_dossiers",
    "until",
    "end_hold",
    "holds_of",
    "holds_to_review",
    "kept",
    "place_hold",
    "publish_rule",
    "schedule",
    "accept_transfer",
    "add_member",
    "archive_dossier",
    "assign_referent",
    "change_lead",
    "refile",
    "close_dossier",
    "end_intervention",
    "end_referent",
    "end_situation",
    "member_leaves",
    "obstacles",
    "offer_transfer",
    "open_dossier",
    "record_intervention",
    "record_situation",
    "reopen_dossier",
    "return_transfer",
]
