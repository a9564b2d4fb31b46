"""What a token may open: parts of the interface, and classes of data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from parvis.identity.enums import DataClass


class Scope(TextChoices):
    SEARCH = "search", _("What the search box finds")
    PERSONS = "persons", _("Persons")
    DOSSIERS = "dossiers", _("Dossiers: state, members, referents, situation")
    JOURNAL = "journal", _("Journal of dossiers")
    DOCUMENTS = "documents", _("Documents and their files")
    REQUESTS = "requests", _("Requests")
    DECISIONS = "decisions", _("Decisions")
    PAYMENTS = "payments", _("Entitlements and payments")


#: The classes that a program may be given; what concerns security stays on the pages.
CLASSES = (DataClass.IDENTITY, DataClass.SOCIAL, DataClass.HEALTH, DataClass.MONEY, DataClass.LEGAL)
