"""What other contexts may use of appointments."""

from .access import can_book, can_read
from .errors import AppointmentRefused, Clashes
from .models import Appointment
from .past import between_then
from .selectors import Meeting, between, by_uuid, feed_by, meetings_in_absences, meetings_of, next_for_person
from .selectors.passing import (
    Passing,
    PassingLine,
    among_day,
    coming_of,
    coming_with,
    gone_at,
    in_words,
    numbers_of,
    passings,
    still_taken,
)
from .services import NewAppointment, book, cancel, hold, invite, miss, move, pass_on
from .services import used as feed_used

__all__ = [
    "Appointment",
    "AppointmentRefused",
    "Clashes",
    "Meeting",
    "NewAppointment",
    "Passing",
    "PassingLine",
    "among_day",
    "between",
    "between_then",
    "book",
    "by_uuid",
    "can_book",
    "can_read",
    "coming_of",
    "coming_with",
    "cancel",
    "feed_by",
    "feed_used",
    "gone_at",
    "hold",
    "in_words",
    "invite",
    "meetings_in_absences",
    "meetings_of",
    "miss",
    "move",
    "next_for_person",
    "numbers_of",
    "pass_on",
    "passings",
    "still_taken",
]
