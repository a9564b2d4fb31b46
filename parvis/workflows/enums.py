"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseState(models.TextChoices):
    RUNNING = "running", _("running")
    FINISHED = "finished", pgettext_lazy("state of a process", "finished")
    STOPPED = "stopped", pgettext_lazy("state of a process", "stopped")


class ItemState(models.TextChoices):
    OPEN = "open", pgettext_lazy("state of a task", "open")
    DONE = "done", pgettext_lazy("state of a task", "done")
    DROPPED = "dropped", pgettext_lazy("state of a task", "dropped")


class ItemEventKind(models.TextChoices):
    OPENED = "opened", _("opened")
    ASSIGNED = "assigned", _("handed over")
    TAKEN = "taken", _("taken")
    RETURNED = "returned", _("put back in the queue")
    DONE = "done", pgettext_lazy("a task was", "done")
    DROPPED = "dropped", pgettext_lazy("a task was", "dropped")


#: What counts as a hand-over in the statistics: the case passes to other hands.
HAND_OVERS = (ItemEventKind.ASSIGNED, ItemEventKind.TAKEN, ItemEventKind.RETURNED)
