"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DossierStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("status of a dossier", "open")
    CLOSED = "closed", pgettext_lazy("status of a dossier", "closed")


class CloseReason(models.TextChoices):
    """The official list of reasons to close a dossier."""

    AUTONOMY = "autonomy", _("help no longer needed")
    MOVED = "moved", _("moved outside the territory")
    DEATH = "death", _("death")
    NOT_COMPETENT = "competence", _("another centre is competent")
    NO_ANSWER = "no_answer", _("no longer answers")
    RENOUNCED = "renounced", _("gave up the request")
    REFUSED = "refused", _("request refused, no other aid")
    DUPLICATE = "duplicate", _("opened twice")
    OTHER = "other", pgettext_lazy("reason", "other")


class DelayKind(models.TextChoices):
    """What becomes of the readings that the person does not see for now."""

    LATER = "later", _("shown once the delay is over")
    WITHHELD = "withheld", _("not shown to the person; the centre keeps them")


class DelayGround(models.TextChoices):
    VIOLENCE = "violence", _("violence in the household or by somebody close")
    CHILD = "child", _("protection of a child")
    INQUIRY = "inquiry", _("an inquiry that the law keeps secret for now")


class ListState(models.TextChoices):
    """A destruction list on its way."""

    PROPOSED = "proposed", _("waiting for the second person")
    APPROVED = "approved", _("approved, being destroyed")
    DONE = "done", pgettext_lazy("destruction list", "carried out")
    WITHDRAWN = "withdrawn", pgettext_lazy("destruction list", "withdrawn")


class LineState(models.TextChoices):
    LISTED = "listed", _("on the list")
    REMOVED = "removed", _("taken off the list")
    REFUSED = "refused", _("not destroyed: something stands against it")
    ERASED = "erased", _("destroyed, files being removed")
    DESTROYED = "destroyed", pgettext_lazy("line of a destruction list", "destroyed")


class TransferState(models.TextChoices):
    WAITING = "waiting", _("waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("transfer", "accepted")
    RETURNED = "returned", pgettext_lazy("transfer", "returned")


class InterventionRole(models.TextChoices):
    SOCIAL = "social", _("Social support")
    BUDGET = "budget", _("Budget and debts")
    HOUSING = "housing", _("Housing")
    WORK = "work", _("Work and training")
    HEALTH = "health", _("Health")
    HOME_HELP = "home_help", _("Help at home")
    YOUTH = "youth", _("Youth and school")
    LEGAL = "legal", _("Legal help")
    OTHER = "other", pgettext_lazy("intervention", "Other")


class MemberRole(models.TextChoices):
    APPLICANT = "applicant", _("applicant")
    PARTNER = "partner", _("partner")
    CHILD = "child", _("child")
    PARENT = "parent", _("parent")
    COHABITANT = "cohabitant", _("person living there")
    RELATED = "related", _("related person, not in the household")


class ReferentRole(models.TextChoices):
    MAIN = "main", _("Referent")
    INTEGRATION = "integration", _("Integration")
    DEBTS = "debts", _("Debts")
    HOUSING = "housing", _("Housing")
    SUBSTITUTE = "substitute", _("Substitute")


class Speciality(models.TextChoices):
    """What an agent may be good at, and what a file may be about."""

    RIS = "ris", _("Integration income")
    AID = "aid", _("Social aid")
    DEBTS = "debts", _("Debts")
    HOUSING = "housing", _("Housing")
    WORK = "work", _("Work and training")
    HEALTH = "health", _("Health")
    YOUTH = "youth", _("Youth and school")
    ELDERLY = "elderly", _("Elderly people")
    STAY = "stay", _("Right of residence")


SPECIALITY_OF_ROLE = {
    ReferentRole.DEBTS: Speciality.DEBTS,
    ReferentRole.HOUSING: Speciality.HOUSING,
    ReferentRole.INTEGRATION: Speciality.WORK,
}
"""What a file is about for the agent who follows it in a role, unless said otherwise."""


class AgentFactKind(models.TextChoices):
    SPECIALITY = "speciality", _("Speciality")
    LANGUAGE = "language", pgettext_lazy("spoken", "Language")
    QUOTA = "quota", _("Quota of files")
    LEAVE = "leave", _("Absence")


SPOKEN = (
    "fr", "nl", "de", "en", "ar", "tr", "es", "it", "pt", "pl", "ro", "bg", "ru", "uk", "sq", "hy", "ka", "fa", "ps", "ur", "so", "ti", "sw", "ln",
)  # fmt: skip
"""Languages that agents may note, by their ISO code; their names come from the locale data."""


class Side(models.TextChoices):
    GIVES = "gives", pgettext_lazy("hand-over", "who leaves")
    TAKES = "takes", pgettext_lazy("hand-over", "who takes over")


class SituationKind(models.TextChoices):
    HOUSEHOLD = "household", _("Household")
    RESOURCE = "resource", _("Income")
    EXPENSE = "expense", _("Expense")
    NEED = "need", _("Need")
    HOUSING = "housing", _("Housing")
    WORK = "work", _("Work and training")
    STAY = "stay", _("Right of residence")
    HEALTH = "health", _("Health")


class Periodicity(models.TextChoices):
    ONCE = "once", _("once")
    MONTH = "month", _("per month")
    QUARTER = "quarter", _("per quarter")
    YEAR = "year", _("per year")


DATA_CLASS_OF = {
    SituationKind.HOUSEHOLD: "identity",
    SituationKind.RESOURCE: "money",
    SituationKind.EXPENSE: "money",
    SituationKind.NEED: "social",
    SituationKind.HOUSING: "social",
    SituationKind.WORK: "social",
    SituationKind.STAY: "social",
    SituationKind.HEALTH: "health",
}
"""Class of data of each kind of situation: who may not see the class does not see the line, in any page, count or export."""


class CustomGroup(models.TextChoices):
    """Where a section of the organisation's own stands in the data tree of a file."""

    IDENTITY = "identity", pgettext_lazy("class of data", "Identity")
    REFERENTS = "referents", _("Referents")
    HEALTH = "health", _("Health")
    ADMINISTRATION = "administration", _("Administration")
    STRUCTURES = "structures", _("Structures")
    OTHER = "other", _("Other data")


class CustomType(models.TextChoices):
    """What an own field holds."""

    TEXT = "text", _("Short text")
    LONGTEXT = "longtext", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One code of a list")
    CHOICES = "choices", _("Several codes of a list")
    PERSON = "person", _("A person of the file")
    ORGANISATION = "organisation", _("An organisation of the address book")


CUSTOM_CLASSES = ("identity", "social", "health", "money", "legal")
"""Classes of data that an own field may have."""
