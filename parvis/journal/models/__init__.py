from .actions import Action, Turn
from .entries import Entry, EntryWord
from .marks import Mention, ObjectiveState, Reading
from .templates import NoteTemplate
from .urgency import Urgency, UrgencySeen

__all__ = ["Action", "Entry", "EntryWord", "Mention", "NoteTemplate", "ObjectiveState", "Reading", "Turn", "Urgency", "UrgencySeen"]
