from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntitlementState(TextChoices):
    WAITING = "waiting", pgettext_lazy("entitlement", "Taken over, waits for go-live")
    RUNNING = "running", pgettext_lazy("entitlement", "Running")
    ENDED = "ended", pgettext_lazy("entitlement", "Ended")
    REPLACED = "replaced", pgettext_lazy("entitlement", "Replaced")


class DueState(TextChoices):
    DUE = "due", _("To be paid")
    HELD = "held", _("Held: to be checked")
    ORDERED = "ordered", _("In a payment order")
    PAID = "paid", pgettext_lazy("due line", "Paid")
    REJECTED = "rejected", pgettext_lazy("due line", "Rejected by the bank")
    CANCELLED = "cancelled", pgettext_lazy("due line", "No longer due")


#: Money still owed to somebody.
UNPAID = (DueState.DUE, DueState.HELD, DueState.ORDERED, DueState.REJECTED)
#: What a person who pays may put in an order.
PAYABLE = (DueState.DUE, DueState.REJECTED)


class DebtorKind(TextChoices):
    PERSON = "person", _("Person")
    INSTITUTION = "institution", _("Institution")


class ClaimState(TextChoices):
    TO_REGISTER = "to_register", _("To be registered")
    REGISTERED = "registered", pgettext_lazy("claim", "Registered")
    SETTLED = "settled", _("Fully recovered")
    WAIVED = "waived", _("Given up")


class Cause(TextChoices):
    """Why a month differs from the one before."""

    ENTRY = "entry", pgettext_lazy("monthly payments", "Entries")
    EXIT = "exit", _("Exits")
    RAISE = "raise", _("Rises")
    DROP = "drop", _("Drops")


class Check(TextChoices):
    """Why somebody must look at a line before it is paid."""

    DOUBLE = "double", _("Probable double")
    ACCOUNT = "account", _("Account changed since the last payment")
    BEYOND = "beyond", _("Period over, continuation not decided")
    HELD = "held", _("Held")
    NO_ACCOUNT = "no_account", _("No account")
    SPECIMEN = "specimen", _("Specimen card: never paid")
    REJECTED = "rejected", _("Rejected by the bank before")
    PART_MONTH = "part_month", _("First month counted whole")


#: Checks that keep a line out of the order until they are settled.
BLOCKING = (Check.HELD, Check.NO_ACCOUNT, Check.SPECIMEN, Check.DOUBLE)
