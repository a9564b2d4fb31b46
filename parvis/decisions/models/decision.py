import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import (
    Channel,
    Decider,
    MinutesState,
    NotificationState,
    Outcome,
    Ratification,
)
from .committee import AgendaItem, Session
from .proposal import Proposal, ProposalVersion


class Decision(ScopedModel):
    """Taken once, never edited: a correction is a new decision that replaces this one."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    line = models.ForeignKey("requests.RequestLine", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    # Side by side for ever: what was proposed and what was decided.
    proposed_version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="+")
    decided_version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="decision", null=True, blank=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    decider = models.CharField(max_length=12, choices=Decider.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    reason = models.TextField(_("reasons"), blank=True)
    deviates = models.BooleanField(default=False)
    present = models.PositiveSmallIntegerField(default=0)
    votes_for = models.PositiveSmallIntegerField(null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(null=True, blank=True)
    votes_abstain = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField()
    decided_on = models.DateField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_label = models.CharField(max_length=200)
    ratification = models.CharField(max_length=12, choices=Ratification.choices, default=Ratification.NONE)
    pack_sha256 = models.CharField(max_length=64)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="decisions_outcome_known"),
            models.CheckConstraint(condition=models.Q(deviates=False) | ~models.Q(reason=""), name="decisions_deviation_has_words"),
        ]
        indexes = [models.Index(fields=["dossier", "decided_on"], name="decisions_decision_dossier")]

    def __str__(self) -> str:
        return self.number


class Pack(ScopedModel):
    """Everything the decision rests on, as canonical JSON; its hash stands in the decision and in the journal."""

    personal_data = "social"
    scoped_by = "decision"

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="pack")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.sha256


class Notification(ScopedModel):
    """The letter that tells the person. Days of sending are the clock's, with a proof."""

    personal_data = "social"
    scoped_by = "decision"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="notifications")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, choices=NotificationState.choices, default=NotificationState.TO_SEND)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, blank=True)
    reference = models.CharField(_("reference of the proof of sending"), max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_by_label = models.CharField(max_length=200, blank=True)
    appeal_until = models.DateField(_("appeal possible until"), null=True, blank=True)
    return_reason = models.TextField(blank=True)
    letter = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    letter_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "live"], name="decisions_notification_one_living"),
            models.CheckConstraint(
                condition=~models.Q(state="sent")
                | (models.Q(sent_at__isnull=False) & models.Q(sent_on__isnull=False) & ~models.Q(channel="") & ~models.Q(reference="")),
                name="decisions_notification_sent_has_proof",
            ),
        ]
        indexes = [models.Index(fields=["state", "live"], name="decisions_notification_state")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.state}"


class Minutes(ScopedModel):
    """One per session, numbered when the session closes; a draft until president and secretary signed."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="minutes")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=8, choices=MinutesState.choices, default=MinutesState.DRAFT)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    president_signed_at = models.DateTimeField(null=True, blank=True)
    president_label = models.CharField(max_length=200, blank=True)
    secretary_signed_at = models.DateTimeField(null=True, blank=True)
    secretary_label = models.CharField(max_length=200, blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.number
