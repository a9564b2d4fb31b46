"""The façade of decisions: the provision protocol, the gestures and the reads.

A kind of aid registers in its context's ``provisions.py``: ``registries.provisions.register("aid.ris", AidRis())`` (see ``ProvisionKind``).
"""

from .access import may_see_decisions
from .enums import FINAL_OUTCOMES, GRANTING_OUTCOMES, Channel, ItemState, Opinion, Outcome, ProposalState, Ratification, SessionState
from .errors import AlreadyDecided, NoAutomaticDecision, NoQuorum, ProposalIncomplete, SessionHasUndecided
from .hearings import facts as hearing_facts
from .letters import render_pack_pdf
from .models import AgendaItem, Committee, Decision, Minutes, Notification, Proposal, Session
from .provisions import (
    MONTH,
    ONCE,
    Payee,
    Provision,
    ProvisionInput,
    ProvisionKind,
    Recover,
    provision_from_json,
    provision_to_json,
)
from .selectors import (
    decision_states,
    decisions_for,
    last_decision,
    living_proposal,
    provisions_of,
    sent_letters,
    settled_decision,
    undelivered,
)
from .services.committees import add_member, create_committee, set_limit
from .services.deciding import decide, decide_batch, unflagged
from .services.drafting import draft_proposal, save_version, set_to_discuss
from .services.hearing import record_hearing
from .services.minutes import sign_minutes
from .services.notifying import record_return, send_notification
from .services.opinions import ask_opinion, give_opinion
from .services.packs import pack_file
from .services.recording import CONSENSUS, Tally
from .services.reviewing import Unheard, problems, recovery_unheard, review_proposal, submit_proposal, take_back
from .services.sessions import (
    carry_over,
    close_session,
    create_session,
    declare_recusal,
    freeze_session,
    next_session,
    open_session,
    schedule_proposal,
    schedule_waiting,
    set_list_kind,
    set_presence,
)
from .services.steps import latest
from .services.urgency import decide_urgent
from .verify import verify_pack, verify_text

__all__ = [
    "CONSENSUS",
    "FINAL_OUTCOMES",
    "GRANTING_OUTCOMES",
    "MONTH",
    "ONCE",
    "AgendaItem",
    "AlreadyDecided",
    "Channel",
    "Committee",
    "Decision",
    "ItemState",
    "Minutes",
    "NoAutomaticDecision",
    "NoQuorum",
    "Notification",
    "Opinion",
    "Outcome",
    "Payee",
    "Proposal",
    "ProposalIncomplete",
    "ProposalState",
    "Provision",
    "ProvisionInput",
    "ProvisionKind",
    "Ratification",
    "Recover",
    "Session",
    "SessionHasUndecided",
    "SessionState",
    "Tally",
    "Unheard",
    "add_member",
    "ask_opinion",
    "carry_over",
    "close_session",
    "create_committee",
    "create_session",
    "decide",
    "decide_batch",
    "decide_urgent",
    "decision_states",
    "decisions_for",
    "declare_recusal",
    "draft_proposal",
    "freeze_session",
    "give_opinion",
    "hearing_facts",
    "last_decision",
    "latest",
    "living_proposal",
    "may_see_decisions",
    "next_session",
    "open_session",
    "pack_file",
    "problems",
    "provision_from_json",
    "provision_to_json",
    "provisions_of",
    "record_hearing",
    "record_return",
    "recovery_unheard",
    "render_pack_pdf",
    "review_proposal",
    "save_version",
    "schedule_proposal",
    "schedule_waiting",
    "send_notification",
    "sent_letters",
    "set_limit",
    "set_list_kind",
    "set_presence",
    "set_to_discuss",
    "settled_decision",
    "sign_minutes",
    "submit_proposal",
    "take_back",
    "undelivered",
    "unflagged",
    "verify_pack",
    "verify_text",
]
