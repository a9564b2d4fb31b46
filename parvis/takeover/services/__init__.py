"""Writes: upload, confirm, apply, take back."""

from .applying import apply_lines
from .checking import check_lines
from .imports import choose, confirm_columns, discard, given_up, note_report, start_apply, start_undo, upload
from .undoing import undo_lines

__all__ = [
    "apply_lines",
    "check_lines",
    "choose",
    "confirm_columns",
    "discard",
    "given_up",
    "note_report",
    "start_apply",
    "start_undo",
    "undo_lines",
    "upload",
]
