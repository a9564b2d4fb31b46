"""What other contexts may use of the journal."""

from .enums import EntryKind
from .errors import InvalidEntry
from .models import Entry
from .selectors import Chronicle, chronicle, count_entries, icon_of, line_of
from .services import add_entry, add_step

__all__ = ["Chronicle", "Entry", "EntryKind", "InvalidEntry", "add_entry", "add_step", "chronicle", "count_entries", "icon_of", "line_of"]
