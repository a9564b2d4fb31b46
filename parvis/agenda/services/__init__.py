from .booking import NewAppointment, book
from .changing import cancel, change, hold, miss, move
from .feeds import end_feed, make_feed, used
from .inviting import invite
from .passing import pass_on

__all__ = ["NewAppointment", "book", "cancel", "change", "end_feed", "hold", "invite", "make_feed", "miss", "move", "pass_on", "used"]
