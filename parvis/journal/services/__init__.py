from .actions import answer, catch_up, end_action, open_following, plan
from .entries import add_entry, add_step, words_follow
from .marks import note_opened, objective_is, raise_urgent, see_urgent, settle_urgent
from .noting import NextStep, write_down

__all__ = [
    "NextStep",
    "add_entry",
    "add_step",
    "answer",
    "catch_up",
    "end_action",
    "note_opened",
    "objective_is",
    "open_following",
    "plan",
    "raise_urgent",
    "see_urgent",
    "settle_urgent",
    "words_follow",
    "write_down",
]
