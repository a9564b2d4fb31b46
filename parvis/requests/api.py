"""What other contexts may use of requests.

``line_card(line_id)`` says what a line is; ``mark_progress``, ``start_clock`` and ``meet_clock`` move it; ``clocks_for`` and ``next_clock``
read its terms. The process subject of a line is ``SubjectRef("request_line", line_id)``.
"""

from .access import can_identify, can_read, can_register
from .enums import DESK_CHANNELS, UNDECIDED, Channel, ClockKind, Stage
from .errors import AlreadyJoined, NoSuchRequest, RequestError
from .models import Clock, Request, RequestLine, StageMark
from .selectors import (
    LineCard,
    clocks_for,
    line_card,
    lines_of_dossier,
    marks_of,
    next_clock,
    over_term,
    visible_line,
    visible_request,
)
from .services import (
    Incomplete,
    Need,
    Sent,
    correct_request_date,
    join_dossier,
    make_receipt,
    mark_progress,
    meet_clock,
    receipt_document,
    receipt_of,
    register_urgent,
    request_by_code,
    request_of_draft,
    restart_clock,
    send_request,
    start_clock,
    take_over,
    takings,
)
from .tracker import LineTrack, Tracker, TrackStep, tracker

__all__ = [
    "DESK_CHANNELS",
    "UNDECIDED",
    "AlreadyJoined",
    "Channel",
    "Clock",
    "ClockKind",
    "Incomplete",
    "LineCard",
    "LineTrack",
    "Need",
    "NoSuchRequest",
    "Request",
    "RequestError",
    "RequestLine",
    "Sent",
    "Stage",
    "StageMark",
    "TrackStep",
    "Tracker",
    "can_identify",
    "can_read",
    "can_register",
    "clocks_for",
    "correct_request_date",
    "join_dossier",
    "line_card",
    "lines_of_dossier",
    "make_receipt",
    "mark_progress",
    "marks_of",
    "meet_clock",
    "next_clock",
    "over_term",
    "receipt_document",
    "receipt_of",
    "register_urgent",
    "request_by_code",
    "request_of_draft",
    "restart_clock",
    "send_request",
    "start_clock",
    "take_over",
    "takings",
    "tracker",
    "visible_line",
    "visible_request",
]
