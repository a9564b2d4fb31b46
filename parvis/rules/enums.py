from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ParameterStatus(TextChoices):
    """How sure the centre is of a rate. ``last_known`` is also the answer for a day after ``known_until``."""

    CONFIRMED = "confirmed", _("Confirmed")
    LAST_KNOWN = "last_known", _("Last known rate")
    TO_CONFIRM = "to_confirm", _("To be confirmed")


class Category(TextChoices):
    """Categories of the revenu d'intégration (law of 26 May 2002, art. 14)."""

    COHABITANT = "1", _("Category 1: person living with others")
    SINGLE = "2", _("Category 2: person living alone")
    FAMILY = "3", _("Category 3: person with a family to support")


class ResourceKind(TextChoices):
    NET_WORK = "net_work", _("Net income from work or training")
    MAINTENANCE = "maintenance", _("Maintenance received")
    OTHER = "other", _("Other resources")


class Periodicity(TextChoices):
    MONTH = "month", _("per month")
    YEAR = "year", _("per year")


class Basis(TextChoices):
    """Legal basis of the same computation."""

    RIS = "ris", _("Integration income")
    EQUIVALENT_AID = "equivalent_aid", _("Equivalent social aid")
