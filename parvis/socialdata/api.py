"""What other contexts may use of the registers."""

from .enums import AlertState, ExtractState, Flow, MutationKind, Outcome
from .errors import AlreadySettled, AskedAlready, InvalidExtract, InvalidMutation
from .models import ExtractRequest, MutationRun, RegisterAlert
from .services.alerts import leave, take_over
from .services.extracts import answer_extract, ask_extracts, note_seen, withdraw_answer, withdraw_extract
from .services.mutations import receive_file

__all__ = [
    "AlertState",
    "AlreadySettled",
    "AskedAlready",
    "ExtractRequest",
    "ExtractState",
    "Flow",
    "InvalidExtract",
    "InvalidMutation",
    "MutationKind",
    "MutationRun",
    "Outcome",
    "RegisterAlert",
    "answer_extract",
    "ask_extracts",
    "leave",
    "note_seen",
    "receive_file",
    "take_over",
    "withdraw_answer",
    "withdraw_extract",
]
