from .appointments import Appointment, Attendance, Invitation, Occurred
from .feeds import CalendarFeed

__all__ = ["Appointment", "Attendance", "CalendarFeed", "Invitation", "Occurred"]
