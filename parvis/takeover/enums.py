"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("columns to confirm")
    CHECKING = "checking", _("dry run under way")
    CHECKED = "checked", _("dry run done")
    APPLYING = "applying", _("being taken over")
    APPLIED = "applied", pgettext_lazy("state of an import", "taken over")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")


class FileKind(models.TextChoices):
    """What the lines of a file are."""

    PERSONS = "persons", _("Persons, households, addresses and dossiers")
    RIGHTS = "rights", _("Running aids, one line each")
    ENTRIES = "entries", _("Entries of sections that repeat, one line each")
    PAYMENTS = "payments", _("What was paid in a month, one line per payment")


#: Under which name a line of entries keeps the dossier of which it speaks: what is destroyed with it is found by it.
FILE = "@file"


class DifferenceKind(models.TextChoices):
    """How what the old system paid and what would be paid here differ."""

    MISSING = "missing", pgettext_lazy("difference", "Would not be paid")
    EXTRA = "extra", pgettext_lazy("difference", "Was not paid before")
    DOUBLED = "doubled", pgettext_lazy("difference", "Paid twice")
    AMOUNT = "amount", pgettext_lazy("difference", "Another amount")
    ACCOUNT = "account", pgettext_lazy("difference", "Another account")
    PAYEE = "payee", pgettext_lazy("difference", "Another name of the account")


class DifferenceState(models.TextChoices):
    UNEXPLAINED = "open", pgettext_lazy("difference", "Not explained")
    EXPLAINED = "explained", pgettext_lazy("difference", "Explained")
    CORRECTED = "corrected", pgettext_lazy("difference", "Corrected")


class RehearsalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("rehearsal", "Being rehearsed")
    LIVE = "live", pgettext_lazy("rehearsal", "Live")


class Outcome(models.TextChoices):
    """What a line would do, or did not do."""

    CREATE = "create", pgettext_lazy("line of an import", "New person")
    CHANGE = "change", pgettext_lazy("line of an import", "Change")
    SAME = "same", pgettext_lazy("line of an import", "Nothing to do")
    DUPLICATE = "duplicate", pgettext_lazy("line of an import", "Perhaps known already")
    ERROR = "error", pgettext_lazy("line of an import", "Error")


class Choice(models.TextChoices):
    """What was decided about a person who is perhaps known already."""

    NONE = "", _("Not decided: the line is left out")
    NEW = "new", _("Another person: enter a new one")
    KNOWN = "known", _("The same person: complete the known one")


class Result(models.TextChoices):
    """What became of a line."""

    WAITING = "", pgettext_lazy("line of an import", "waiting")
    DONE = "done", pgettext_lazy("line of an import", "taken over")
    LEFT = "left", pgettext_lazy("line of an import", "left out")
    FAILED = "failed", pgettext_lazy("line of an import", "refused")
    UNDONE = "undone", pgettext_lazy("line of an import", "taken back")
    KEPT = "kept", pgettext_lazy("line of an import", "not taken back")
