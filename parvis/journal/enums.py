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
    STEP = "step", _("Step of the procedure")


WRITTEN_KINDS = (EntryKind.INTERVIEW, EntryKind.CALL, EntryKind.VISIT, EntryKind.MAIL, EntryKind.NOTE)
"""What a person may add by hand; steps are written by the product alone."""

ICONS = {
    EntryKind.NOTE: "note",
    EntryKind.INTERVIEW: "users",
    EntryKind.VISIT: "pin",
    EntryKind.CALL: "phone",
    EntryKind.MAIL: "mail",
    EntryKind.STEP: "check",
}
