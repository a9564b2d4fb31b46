"""Closed lists of mailings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Source(models.TextChoices):
    """Where the recipients were chosen."""

    DOSSIERS = "dossiers", _("dossiers")
    CONTACTS = "contacts", _("address book")


class Means(models.TextChoices):
    """By which way a mailing goes."""

    POST = "post", _("Letters by post to everybody")
    PREFERRED = "preferred", _("As each of them prefers; by post where nothing is noted")
    EMAIL = "email", _("E-mails only")


class MailingState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("mailing", "being written")
    MAKING = "making", pgettext_lazy("mailing", "letters being made")
    DONE = "done", pgettext_lazy("mailing", "letters made")
    STOPPED = "stopped", pgettext_lazy("mailing", "stopped")


class ItemState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("letter", "waiting")
    MADE = "made", pgettext_lazy("letter", "made")
    LEFT = "left", pgettext_lazy("letter", "left out")
    STOPPED = "stopped", pgettext_lazy("letter", "stopped")


class Way(models.TextChoices):
    """How one letter reaches its recipient."""

    NONE = "", "—"
    POST = "post", _("by post")
    HAND = "hand", _("handed over at the centre")
    EMAIL = "email", _("by e-mail")


class Reason(models.TextChoices):
    """Why somebody gets nothing."""

    NONE = "", "—"
    NO_ADDRESS = "no_address", _("no address on this day")
    NO_EMAIL = "no_email", _("no e-mail address")
    REFUSES_EMAIL = "refuses_email", _("wants no e-mail")
    REFUSES_POST = "refuses_post", _("wants no post, and no e-mail may go instead")
    PROTECTED = "protected", _("protected address: no e-mail goes there")
    DECEASED = "deceased", _("deceased")
    ARCHIVED = "archived", _("the dossier is in the archive and takes nothing")
    READ_ONLY = "read_only", _("the dossier is open to you for reading only")
    CLOSED = "closed", _("no longer works")
    MISSING = "missing", _("data missing for the text")
    DOUBLE = "double", _("same e-mail address as another one here")
    GONE = "gone", _("no longer among those that you may write to")
