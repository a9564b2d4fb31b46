from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProposalState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the chief")
    RETURNED = "returned", _("Returned")
    VALIDATED = "validated", _("Validated")
    SCHEDULED = "scheduled", _("On the agenda")
    DECIDED = "decided", _("Decided")


class VersionReason(TextChoices):
    """Why a version of the proposal was written."""

    DRAFT = "draft", _("Drafting")
    CORRECTION = "correction", _("Correction by the chief")
    ADJUSTMENT = "adjustment", _("Adjusted by the committee")


class Opinion(TextChoices):
    FAVOURABLE = "favourable", _("Favourable")
    RESERVED = "reserved", _("Reserved")
    UNFAVOURABLE = "unfavourable", _("Unfavourable")


class HearingMeans(TextChoices):
    """How the person was told, in writing, of the right to be heard."""

    LETTER = "letter", _("By letter")
    RECEIPT = "receipt", _("In the acknowledgement of receipt")
    HANDED = "handed", _("In writing, handed over")
    EMAIL = "email", _("By e-mail")


class Outcome(TextChoices):
    GRANTED = "granted", _("Granted")
    ADJUSTED = "adjusted", _("Adjusted")
    REFUSED = "refused", _("Refused")
    POSTPONED = "postponed", _("Postponed")
    MORE_INFO = "more_info", _("More information asked")


#: Outcomes that settle the request line: they are notified and can be appealed.
FINAL_OUTCOMES = (Outcome.GRANTED, Outcome.ADJUSTED, Outcome.REFUSED)
#: Outcomes whose provisions are applied.
GRANTING_OUTCOMES = (Outcome.GRANTED, Outcome.ADJUSTED)


class Decider(TextChoices):
    COMMITTEE = "committee", _("Committee")
    PRESIDENT = "president", _("President, urgent aid")


class Ratification(TextChoices):
    NONE = "none", _("Not needed")
    PENDING = "pending", _("To be ratified")
    RATIFIED = "ratified", _("Ratified")
    NOT_RATIFIED = "not_ratified", _("Not ratified")


class MemberRole(TextChoices):
    PRESIDENT = "president", _("President")
    MEMBER = "member", _("Member")
    ALTERNATE = "alternate", _("Alternate")
    SECRETARY = "secretary", _("Secretary")


class SessionState(TextChoices):
    PLANNED = "planned", _("Planned")
    FROZEN = "frozen", _("Agenda sent")
    OPEN = "open", _("In session")
    CLOSED = "closed", _("Closed")


class ItemState(TextChoices):
    PENDING = "pending", _("To decide")
    DECIDED = "decided", _("Decided")
    CARRIED = "carried", _("Carried over")


class ItemKind(TextChoices):
    PROPOSAL = "proposal", _("Proposal")
    RATIFICATION = "ratification", _("Ratification")


class ItemList(TextChoices):
    LIST = "list", _("As proposed")
    DISCUSS = "discuss", _("For discussion")


class PresenceState(TextChoices):
    PRESENT = "present", _("Present")
    EXCUSED = "excused", _("Excused")
    ABSENT = "absent", _("Absent")


class Channel(TextChoices):
    REGISTERED = "registered", _("Registered letter")
    RECEIPT = "receipt", _("Letter with acknowledgement of receipt")
    COUNTER = "counter", _("Handed over at the counter")


class NotificationState(TextChoices):
    TO_SEND = "to_send", _("To be sent")
    SENT = "sent", _("Sent")
    RETURNED = "returned", _("Returned by the post")


class MinutesState(TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
