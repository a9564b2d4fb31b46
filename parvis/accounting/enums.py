"""Closed lists other contexts may name."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Book(TextChoices):
    """Public money and clients' money never share a voucher."""

    PUBLIC = "public", _("Public money")
    CLIENT = "client", _("Clients' money")


class AccountKind(TextChoices):
    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    EXPENSE = "expense", _("Expense")
    REVENUE = "revenue", _("Revenue")


class Journal(TextChoices):
    """A series of vouchers; its code opens their number."""

    PAYMENTS = "PAY", _("Payments")
    BANK = "BNK", _("Bank")
    RECOVERY = "REC", _("Recoveries")
    SUNDRY = "OD", _("Sundry operations")


class OrderKind(TextChoices):
    RUN = "run", _("Monthly run")
    SINGLE = "single", _("Single payment")


class OrderState(TextChoices):
    PREPARED = "prepared", _("To be released")
    RELEASED = "released", pgettext_lazy("payment order", "Released")
    SENT = "sent", _("Sent to the bank")
    ANSWERED = "answered", _("Answered by the bank")
    CANCELLED = "cancelled", pgettext_lazy("payment order", "Withdrawn")


class LineState(TextChoices):
    PREPARED = "prepared", pgettext_lazy("payment line", "Prepared")
    RELEASED = "released", pgettext_lazy("payment line", "Released")
    SENT = "sent", _("At the bank")
    ACCEPTED = "accepted", _("Accepted by the bank")
    BOOKED = "booked", _("Debited")
    REJECTED = "rejected", _("Rejected by the bank")
    CANCELLED = "cancelled", pgettext_lazy("payment line", "Withdrawn")


#: Lines that were or still may be paid: they hold the keys that catch doubles.
LIVING_LINES = (LineState.PREPARED, LineState.RELEASED, LineState.SENT, LineState.ACCEPTED, LineState.BOOKED)

#: What may follow what; anything else is refused.
LINE_TRANSITIONS: dict[str, tuple[str, ...]] = {
    LineState.PREPARED: (LineState.RELEASED, LineState.CANCELLED),
    LineState.RELEASED: (LineState.SENT,),
    LineState.SENT: (LineState.ACCEPTED, LineState.BOOKED, LineState.REJECTED),
    LineState.ACCEPTED: (LineState.BOOKED, LineState.REJECTED),
    LineState.BOOKED: (LineState.REJECTED,),
    LineState.REJECTED: (),
    LineState.CANCELLED: (),
}


class FileKind(TextChoices):
    STATUS = "pain.002", _("Status report (pain.002)")
    NOTICE = "camt.054", _("Debit and credit notice (camt.054)")


class FileState(TextChoices):
    READING = "reading", _("Being read")
    DONE = "done", _("Read")


class Finding(TextChoices):
    """What became of one line of a bank file."""

    ACCEPTED = "accepted", pgettext_lazy("line of a bank file", "Accepted")
    BOOKED = "booked", pgettext_lazy("line of a bank file", "Debited")
    REJECTED = "rejected", pgettext_lazy("line of a bank file", "Rejected")
    RETURNED = "returned", pgettext_lazy("line of a bank file", "Sent back")
    PENDING = "pending", pgettext_lazy("line of a bank file", "Still pending")
    REPEATED = "repeated", pgettext_lazy("line of a bank file", "Already known")
    REFUSED = "refused", pgettext_lazy("line of a bank file", "Not ours, refused")


class Channel(TextChoices):
    """How a payment file reaches the bank."""

    DOWNLOAD = "download", _("Downloaded, then put in the bank's portal by a person")
    SIMULATOR = "bank-simulator", _("Simulated bank")
