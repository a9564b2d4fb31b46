"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(models.TextChoices):
    NOTE = "note", pgettext_lazy("kind of journal entry", "Note")
    INTERVIEW = "interview", _("Interview at the office")
    VISIT = "visit", _("Home visit")
    CALL = "call", _("Phone call")
    MAIL = "mail", _("Letter or e-mail")
    OBJECTIVE = "objective", pgettext_lazy("kind of journal entry", "Objective")
    SYNTHESIS = "synthesis", pgettext_lazy("kind of journal entry", "Synthesis")
    PRESSURE = "pressure", _("Intervention from outside")
    STEP = "step", _("Step of the procedure")


WRITTEN_KINDS = (
    EntryKind.INTERVIEW,
    EntryKind.CALL,
    EntryKind.VISIT,
    EntryKind.MAIL,
    EntryKind.NOTE,
    EntryKind.OBJECTIVE,
    EntryKind.SYNTHESIS,
    EntryKind.PRESSURE,
)
"""What a person may add by hand; steps are written by the product alone."""

ICONS = {
    EntryKind.NOTE: "note",
    EntryKind.INTERVIEW: "users",
    EntryKind.VISIT: "pin",
    EntryKind.CALL: "phone",
    EntryKind.MAIL: "mail",
    EntryKind.OBJECTIVE: "flag",
    EntryKind.SYNTHESIS: "clipboard",
    EntryKind.PRESSURE: "shield",
    EntryKind.STEP: "check",
}

LETTERS = {
    EntryKind.INTERVIEW: "b",
    EntryKind.CALL: "c",
    EntryKind.VISIT: "v",
    EntryKind.MAIL: "m",
    EntryKind.NOTE: "n",
    EntryKind.OBJECTIVE: "o",
    EntryKind.SYNTHESIS: "s",
    EntryKind.PRESSURE: "i",
}
"""One key for each kind, while the kinds have the focus: the same keys in the four languages, so that hands learn them once."""


class KeyEvent(models.TextChoices):
    """What marks a life: the chronology can be read through these alone."""

    CRISIS = "crisis", _("Crisis")
    HOSPITAL = "hospital", _("Hospital stay")
    MOVE = "move", _("Move to another home")
    BIRTH = "birth", pgettext_lazy("event of a life", "Birth")
    DEATH = "death", pgettext_lazy("event of a life", "Death")
    COUPLE = "couple", _("Couple: beginning or separation")
    WORK = "work", _("Work: beginning or end")
    SCHOOL = "school", _("School or training")
    COURT = "court", _("Court or police")


class ObjectiveStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("state of an objective", "open")
    REACHED = "reached", pgettext_lazy("state of an objective", "reached")
    GIVEN_UP = "given_up", pgettext_lazy("state of an objective", "given up")


class Every(models.TextChoices):
    """How often a duty comes back."""

    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")
    YEAR = "year", _("Every year")


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
