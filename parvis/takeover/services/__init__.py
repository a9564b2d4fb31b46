"""Writes: upload, confirm, apply, take back; compare, explain, go live."""

from .applying import apply_lines
from .checking import check_lines
from .comparing import compare_again, explain, months_to_compare, start_rehearsal
from .going_live import go_live
from .imports import choose, confirm_columns, discard, given_up, note_report, start_apply, start_undo, upload
from .undoing import undo_lines

__all__ = [
    "apply_lines",
    "check_lines",
    "choose",
    "compare_again",
    "confirm_columns",
    "discard",
    "explain",
    "given_up",
    "go_live",
    "months_to_compare",
    "note_report",
    "start_apply",
    "start_rehearsal",
    "start_undo",
    "undo_lines",
    "upload",
]
