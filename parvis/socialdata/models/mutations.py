"""What a register says has changed: the file that was read, the mutations of people whom we follow, an alert for each of their dossiers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import AlertState, MutationKind, RunState


class MutationRun(ScopedModel):
    """A file of the register. ``content`` is emptied as soon as it is read: most of its people are no business of the centre.

    ``report`` holds a row for each line: its place and what became of it; of unknown persons nothing else.
    """

    personal_data = "identity"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=191)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(blank=True)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.QUEUED)
    received_at = models.DateTimeField()
    received_by_label = models.CharField(max_length=191)
    read_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    error = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-received_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=RunState.values), name="socialdata_run_state_known")]
        indexes = [models.Index(fields=["received_at", "id"], name="socialdata_run_received")]
        verbose_name = _("file of mutations")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("mutation_run", self.pk)


class RegisterMutation(ScopedModel):
    """A mutation of a person in a dossier that runs. ``value`` is what the register holds, as it came; ``external_id`` works once."""

    personal_data = "identity"

    external_id = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=MutationKind.choices)
    on = models.DateField()
    value = models.JSONField(default=dict)
    run = models.ForeignKey(MutationRun, on_delete=models.PROTECT, related_name="mutations")
    received_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-received_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=MutationKind.values), name="socialdata_mutation_kind_known")]
        indexes = [models.Index(fields=["person", "received_at"], name="socialdata_mutation_person")]
        verbose_name = _("mutation of the register")

    def __str__(self) -> str:
        return self.external_id


class RegisterAlert(ScopedModel):
    """One mutation in one dossier: somebody looks, then takes it over or leaves it. The product never takes over by itself."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mutation = models.ForeignKey(RegisterMutation, on_delete=models.PROTECT, related_name="alerts")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=AlertState.choices, default=AlertState.OPEN)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_label = models.CharField(max_length=191, blank=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mutation", "dossier"], name="socialdata_alert_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True) | (Q(state__in=["taken", "left"]) & Q(settled_at__isnull=False)),
                name="socialdata_alert_settled",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "made_at", "id"], name="socialdata_alert_dossier")]
        verbose_name = _("alert of the register")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("register_alert", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == AlertState.OPEN
