from .adding import add_aid, ask_further
from .clocks import meet_clock, renew_clock, restart_clock, start_clock
from .correcting import correct_request_date
from .joining import join_dossier
from .naming import Named, after_removal, answered, name_party, named_field, named_in
from .pieces import PieceOffer, add_piece, pieces_received, pieces_to_send
from .progress import mark_progress
from .receipts import make_receipt, receipt_document, receipt_of
from .sending import Incomplete, Sent, send_request
from .takeover import Taking, take_over, takings
from .tracking import request_by_code, request_of_draft
from .urgent import Need, register_urgent

__all__ = [
    "after_removal",
    "answered",
    "Incomplete",
    "Named",
    "Need",
    "PieceOffer",
    "Sent",
    "Taking",
    "add_aid",
    "add_piece",
    "ask_further",
    "correct_request_date",
    "join_dossier",
    "make_receipt",
    "mark_progress",
    "meet_clock",
    "name_party",
    "named_field",
    "named_in",
    "pieces_received",
    "pieces_to_send",
    "receipt_document",
    "receipt_of",
    "register_urgent",
    "request_by_code",
    "request_of_draft",
    "renew_clock",
    "restart_clock",
    "send_request",
    "start_clock",
    "take_over",
    "takings",
]
