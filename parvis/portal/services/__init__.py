from .accounts import (
    close_account,
    close_own_account,
    confirm_identity,
    email_of,
    keep_draft,
    keep_request,
    live_accounts,
    offer_account,
    reach_of,
    withdraw_opening,
)
from .attempts import allow_attempt, drop_attempts, wrong_code
from .codes import ask_code, drop_codes, open_account, opening_by_code, send_code, send_opening, take_code
from .sessions import drop_sessions, end_session, open_session, session_of, sessions_of

__all__ = [
    "allow_attempt",
    "ask_code",
    "close_account",
    "close_own_account",
    "confirm_identity",
    "drop_attempts",
    "drop_codes",
    "drop_sessions",
    "email_of",
    "end_session",
    "keep_draft",
    "keep_request",
    "live_accounts",
    "offer_account",
    "open_account",
    "open_session",
    "opening_by_code",
    "reach_of",
    "send_code",
    "send_opening",
    "session_of",
    "sessions_of",
    "take_code",
    "withdraw_opening",
    "wrong_code",
]
