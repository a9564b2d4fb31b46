from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """The door through which a demand came. All lead to the same register."""

    PORTAL = "portal", _("Portal")
    DESK_VISIT = "desk_visit", _("Visit to the desk")
    CALL = "call", _("Telephone call")
    LETTER = "letter", _("Letter")
    EMAIL = "mail", _("E-mail")


#: Channels that an agent registers. An oral request keeps the day on which it was made, an e-mail counts as one.
DESK_CHANNELS = (Channel.DESK_VISIT, Channel.CALL, Channel.LETTER, Channel.EMAIL)


class Stage(TextChoices):
    """Where a line stands, in the order of the path. Shown to the person in plain words."""

    RECEIVED = "received", _("Received")
    INQUIRY = "inquiry", _("Social inquiry")
    PROPOSAL = "proposal", _("Proposal being checked")
    COMMITTEE = "committee", _("Before the committee")
    PRESIDENT = "president", _("Before the president")
    DECIDED = "decided", _("Decided")
    NOTIFIED = "notified", _("Letter sent")
    PAID = "paid", _("Paid")
    CLOSED = "closed", _("Closed")


STAGE_ORDER = {stage: number for number, stage in enumerate(Stage.values)}

#: Stages in which a decision is still owed.
UNDECIDED = (Stage.RECEIVED, Stage.INQUIRY, Stage.PROPOSAL, Stage.COMMITTEE, Stage.PRESIDENT)


class ClockKind(TextChoices):
    """What the law asks next, each from its own event."""

    DECIDE = "decide", _("Decide")
    NOTIFY = "notify", _("Notify")
    PAY = "pay", _("First payment")
    APPEAL = "appeal", _("Appeal")


class StopReason(TextChoices):
    """Why a clock no longer runs."""

    NONE = "", _("Running")
    MET = "met", _("Done")
    CORRECTED = "corrected", _("Replaced by a correction of the day")
    WITHDRAWN = "withdrawn", _("Withdrawn")
