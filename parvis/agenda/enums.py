"""Closed lists of appointments."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """``BOOKED`` alone may still become another one; what is over stays as it was."""

    BOOKED = "booked", pgettext_lazy("state of an appointment", "booked")
    HELD = "held", pgettext_lazy("state of an appointment", "held")
    MISSED = "missed", pgettext_lazy("state of an appointment", "missed")
    CANCELLED = "cancelled", pgettext_lazy("state of an appointment", "cancelled")


class Place(models.TextChoices):
    OFFICE = "office", _("At the centre")
    HOME = "home", _("Home visit")
    PHONE = "phone", pgettext_lazy("where an appointment is", "By phone")
    VIDEO = "video", pgettext_lazy("where an appointment is", "By video")
    ELSEWHERE = "elsewhere", pgettext_lazy("where an appointment is", "Elsewhere")


PLACE_ICONS = {Place.OFFICE: "door", Place.HOME: "home", Place.PHONE: "phone", Place.VIDEO: "camera", Place.ELSEWHERE: "pin"}
STATE_ICONS = {State.BOOKED: "calendar", State.HELD: "check", State.MISSED: "alert", State.CANCELLED: "x"}
STATE_TINTS = {State.BOOKED: "info", State.HELD: "ok", State.MISSED: "warn", State.CANCELLED: ""}


class Repeat(models.TextChoices):
    """How often it comes back. The month keeps the weekday: the second Tuesday."""

    WEEK = "w1", _("Every week")
    TWO_WEEKS = "w2", _("Every two weeks")
    THREE_WEEKS = "w3", _("Every three weeks")
    FOUR_WEEKS = "w4", _("Every four weeks")
    MONTH = "m1", _("Every month, on the same weekday")


WEEKS = {Repeat.WEEK: 1, Repeat.TWO_WEEKS: 2, Repeat.THREE_WEEKS: 3, Repeat.FOUR_WEEKS: 4}


class Happened(models.TextChoices):
    """What became of an appointment, line by line."""

    BOOKED = "booked", pgettext_lazy("an appointment was", "booked")
    MOVED = "moved", pgettext_lazy("an appointment was", "moved")
    CHANGED = "changed", pgettext_lazy("an appointment was", "changed")
    HELD = "held", pgettext_lazy("an appointment was", "held")
    MISSED = "missed", pgettext_lazy("an appointment was", "missed")
    CANCELLED = "cancelled", pgettext_lazy("an appointment was", "cancelled")
    INVITED = "invited", pgettext_lazy("an appointment was", "announced to the person")


class Fate(models.TextChoices):
    """What becomes of an appointment when its file passes to another agent."""

    PASSES = "passes", pgettext_lazy("an appointment when the file passes", "goes to the successor")
    THERE = "there", pgettext_lazy("an appointment when the file passes", "the successor is there already")
    TAKEN = "taken", pgettext_lazy("an appointment when the file passes", "the successor is taken: a task")
    NOBODY = "nobody", pgettext_lazy("an appointment when the file passes", "nobody yet: a task")


FATE_TINTS = {Fate.PASSES: "ok", Fate.THERE: "", Fate.TAKEN: "warn", Fate.NOBODY: "warn"}
FATE_ICONS = {Fate.PASSES: "swap", Fate.THERE: "check", Fate.TAKEN: "alert", Fate.NOBODY: "help"}


class Way(models.TextChoices):
    """How the person is told of it."""

    EMAIL = "email", pgettext_lazy("way of an invitation", "by e-mail")
    POST = "post", pgettext_lazy("way of an invitation", "by post")
    HAND = "hand", pgettext_lazy("way of an invitation", "handed over at the centre")
