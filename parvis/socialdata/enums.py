"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Flow(models.TextChoices):
    """What is asked of the network about a person."""

    IDENTITY = "identity", _("Identity and national number")
    ADDRESS = "address", _("Address and its history")
    HOUSEHOLD = "household", _("Household and its history")
    RESIDENCE = "residence", _("Nationality and right of residence")
    CENTRES = "centres", _("Help from other social centres")
    WORK = "work", _("Work and pay")
    BENEFITS = "benefits", _("Benefits and pensions")
    PROPERTY = "property", _("Real estate")
    TAX = "tax", _("Taxable income")


#: The class of data of an extract, the most closed of what was asked first: as the same facts are shut here.
CLASSES = (
    ("legal", frozenset({Flow.RESIDENCE})),
    ("social", frozenset({Flow.CENTRES})),
    ("money", frozenset({Flow.WORK, Flow.BENEFITS, Flow.PROPERTY, Flow.TAX})),
)


class ExtractState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("request for an extract", "asked")
    ANSWERED = "answered", pgettext_lazy("request for an extract", "extract received")
    NOTHING = "nothing", pgettext_lazy("request for an extract", "nothing known")
    REFUSED = "refused", pgettext_lazy("request for an extract", "refused by the cell")
    WITHDRAWN = "withdrawn", pgettext_lazy("request for an extract", "withdrawn")


ANSWERS = (ExtractState.ANSWERED, ExtractState.NOTHING, ExtractState.REFUSED)


class MutationKind(models.TextChoices):
    ADDRESS = "address", pgettext_lazy("what changed in the register", "Address")
    DEATH = "death", pgettext_lazy("what changed in the register", "Death")
    CIVIL_STATUS = "civil_status", pgettext_lazy("what changed in the register", "Civil status")
    HOUSEHOLD = "household", pgettext_lazy("what changed in the register", "Household")
    NATIONALITY = "nationality", pgettext_lazy("what changed in the register", "Nationality")


class AlertState(models.TextChoices):
    OPEN = "open", pgettext_lazy("alert of the register", "to look at")
    TAKEN = "taken", pgettext_lazy("alert of the register", "taken over")
    LEFT = "left", pgettext_lazy("alert of the register", "left as it is")


class RunState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("file of mutations", "waiting to be read")
    READ = "read", pgettext_lazy("file of mutations", "read")
    REFUSED = "refused", pgettext_lazy("file of mutations", "not readable")


class Outcome(models.TextChoices):
    """What became of a line. Of the persons in the last four nothing is kept."""

    ALERT = "alert", _("alert made")
    KNOWN = "known", _("read before")
    SAME = "same", _("as it is known here")
    NOT_FOLLOWED = "not_followed", _("no running dossier: only counted")
    UNKNOWN = "unknown", _("person unknown here: only counted")
    WRONG = "wrong", _("line not readable")
