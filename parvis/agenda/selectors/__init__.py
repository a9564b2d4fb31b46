from .clashes import Clash, Wanted, clashes_of, mark_of, meetings_in_absences
from .feeds import digest_of, feed_by, feeds_of
from .reading import (
    Meeting,
    attendees,
    between,
    by_uuid,
    coming_obstacles,
    meetings_of,
    next_for_person,
    past_of,
    rooms_known,
    to_send,
)

__all__ = [
    "Clash",
    "Meeting",
    "Wanted",
    "attendees",
    "between",
    "by_uuid",
    "clashes_of",
    "coming_obstacles",
    "digest_of",
    "feed_by",
    "feeds_of",
    "mark_of",
    "meetings_in_absences",
    "meetings_of",
    "next_for_person",
    "past_of",
    "rooms_known",
    "to_send",
]
