"""Writes of mailings."""

from ..errors import MailingRefused
from .after import print_parts, printed, redo, take_letters
from .making import make_some, send_mails
from .writing import confirm, discard, start, stop, write

__all__ = [
    "MailingRefused",
    "confirm",
    "discard",
    "make_some",
    "print_parts",
    "printed",
    "redo",
    "send_mails",
    "start",
    "stop",
    "take_letters",
    "write",
]
