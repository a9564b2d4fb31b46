"""Writes. Each is a gesture: versions, mutation line in the dossier's own chain, event."""

from .dossiers import (
    add_member,
    assign_referent,
    change_lead,
    close_dossier,
    end_referent,
    member_leaves,
    open_dossier,
    refile,
    reopen_dossier,
)
from .situation import end_situation, record_situation

__all__ = [
    "add_member",
    "assign_referent",
    "change_lead",
    "refile",
    "close_dossier",
    "end_referent",
    "end_situation",
    "member_leaves",
    "open_dossier",
    "record_situation",
    "reopen_dossier",
]
