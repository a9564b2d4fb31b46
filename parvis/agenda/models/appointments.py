"""A meeting with a person of a file: when, where, with whom, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid as uuid_module

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock
from parvis.kernel.outgoing import MailState
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import PLACE_ICONS, STATE_ICONS, STATE_TINTS, Happened, Place, Repeat, State, Way


class Appointment(ScopedModel):
    """One meeting. Of a repeated one each occurrence is a row of its own, with the series' id: it is moved, held or cancelled by itself.

    Instants are UTC; the hour that counts is that of the centre. ``room_key`` is the room as it is compared. ``told_lock``: the ``lock``
    that the last invitation told of, so that a page knows when the person was told another time.
    """

    personal_data = "social"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    series = models.UUIDField(null=True, blank=True)
    repeats = models.CharField(max_length=2, choices=Repeat.choices, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=10, choices=Place.choices)
    room = models.CharField(max_length=80, blank=True)
    room_key = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=191)
    data_class = models.CharField(max_length=10, default="social")
    on_portal = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    reason = models.CharField(max_length=500, blank=True)
    booked_at = models.DateTimeField()
    booked_by_id = models.BigIntegerField(null=True)
    booked_by_label = models.CharField(max_length=191)
    told_lock = models.IntegerField(null=True, blank=True)
    lock = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="agenda_appointment_order"),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(reason=""), name="agenda_cancelled_says_why"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "starts_at"], name="agenda_subject"),
            models.Index(fields=["state", "starts_at"], name="agenda_state_time"),
            models.Index(fields=["room_key", "starts_at"], name="agenda_room_time"),
            models.Index(fields=["series", "starts_at"], name="agenda_series"),
        ]
        verbose_name = _("appointment")

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} · {self.subject}"

    @property
    def subject(self) -> SubjectRef:
        return SubjectRef(self.subject_type, self.subject_id)

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("appointment", self.pk)

    @property
    def person_ref(self) -> SubjectRef | None:
        return SubjectRef("person", self.person_id) if self.person_id else None

    @property
    def day(self) -> dt.date:
        return clock.date_of(self.starts_at)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def is_booked(self) -> bool:
        return self.state == State.BOOKED

    @property
    def is_over(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def told_otherwise(self) -> bool:
        """The person was told of it, and it changed since."""
        return self.told_lock is not None and self.told_lock != self.lock

    @property
    def place_icon(self) -> str:
        return PLACE_ICONS[Place(self.place)]

    @property
    def state_icon(self) -> str:
        return STATE_ICONS[State(self.state)]

    @property
    def state_tint(self) -> str:
        return STATE_TINTS[State(self.state)]

    @property
    def where(self) -> str:
        return f"{self.get_place_display()}, {self.room}" if self.room else str(self.get_place_display())


class Attendance(ScopedModel):
    """An agent who is at an appointment."""

    personal_data = "identity"
    scoped_by = "appointment"

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="attendances")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["appointment", "pk"]
        constraints = [models.UniqueConstraint(fields=["appointment", "account"], name="agenda_attends_once")]
        verbose_name = _("attendance")

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.account_id}"


class Occurred(ScopedModel):
    """Append-only: what happened to an appointment, who did it and why."""

    personal_data = "social"
    scoped_by = "appointment"

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="history")
    what = models.CharField(max_length=10, choices=Happened.choices)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=191)
    starts_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["appointment", "at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="agenda_occurred_start")]
        verbose_name = _("line of an appointment")

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.what}"


class Invitation(ScopedModel):
    """The person was told of an appointment as it stood at ``lock``: a letter in the file, an e-mail with the calendar file."""

    personal_data = "social"
    scoped_by = "appointment"

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Happened.choices)
    way = models.CharField(max_length=5, choices=Way.choices)
    language = models.CharField(max_length=2)
    mail_to = models.CharField(max_length=120, blank=True)
    mail_state = models.CharField(max_length=8, choices=MailState.choices, blank=True)
    mail_words = models.CharField(max_length=400, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lock = models.IntegerField()
    at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-pk"]
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.way}"
