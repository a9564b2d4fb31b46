"""What other contexts may use of appointments."""

from .access import can_book, can_read
from .errors import AppointmentRefused, Clashes
from .models import Appointment
from .selectors import Meeting, between, by_uuid, feed_by, meetings_in_absences, meetings_of, next_for_person
from .services import NewAppointment, book, cancel, hold, invite, miss, move
from .services import used as feed_used

__all__ = [
    "Appointment",
    "AppointmentRefused",
    "Clashes",
    "Meeting",
    "NewAppointment",
    "between",
    "book",
    "by_uuid",
    "can_book",
    "can_read",
    "cancel",
    "feed_by",
    "feed_used",
    "hold",
    "invite",
    "meetings_in_absences",
    "meetings_of",
    "miss",
    "move",
    "next_for_person",
]
