import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import (
    Decider,
    ItemKind,
    ItemList,
    ItemState,
    MemberRole,
    PresenceState,
    SessionState,
)
from .proposal import Proposal


class Committee(models.Model):
    """A deciding body. What it may decide is data: see DelegationLimit."""

    personal_data = "none"

    key = models.SlugField(max_length=40, unique=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.JSONField(default=dict)
    prefix = models.CharField(_("prefix of decision numbers"), max_length=12, default="CSSS")
    quorum = models.PositiveSmallIntegerField(_("members needed to decide a case"))
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="decisions_committee_quorum_positive"),
        ]

    def __str__(self) -> str:
        return self.key


class DelegationLimit(models.Model):
    """Up to which amount a decider may grant a kind of provision. No row for a kind = not delegated."""

    personal_data = "none"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="limits")
    decider = models.CharField(max_length=12, choices=Decider.choices)
    provision_kind = models.CharField(max_length=60, help_text=_("A kind, or * for every kind"))
    max_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["committee", "decider", "provision_kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "decider", "provision_kind", "valid_from"], name="decisions_limit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.decider} {self.provision_kind} ≤ {self.max_amount}"


class Membership(models.Model):
    personal_data = "identity"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="memberships")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=MemberRole.choices, default=MemberRole.MEMBER)
    voting = models.BooleanField(default=True)
    label = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=50)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["committee", "order", "label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "account", "valid_from"], name="decisions_membership_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Session(ScopedModel):
    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("date and hour"))
    place = models.CharField(_("place"), max_length=200)
    quorum = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=SessionState.choices, default=SessionState.PLANNED)
    frozen_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by_id = models.BigIntegerField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "starts_at"], name="decisions_session_once"),
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="decisions_session_quorum_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.committee_id} {self.starts_at:%Y-%m-%d}"


class AgendaItem(ScopedModel):
    """One case of one session. A recused member's scope leaves it out: list, count, previous and next, pack, minutes."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="items")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=12, choices=ItemKind.choices, default=ItemKind.PROPOSAL)
    ratifies = models.ForeignKey("decisions.Decision", on_delete=models.PROTECT, related_name="ratification_items", null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    list_kind = models.CharField(max_length=8, choices=ItemList.choices, default=ItemList.LIST)
    late = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.PENDING)
    due_on = models.DateField(_("legal deadline"), null=True, blank=True)
    # 1 while this is the item's place, NULL once carried over or settled: a proposal stands on one agenda only.
    live = models.PositiveSmallIntegerField(null=True, default=1)
    lock = models.PositiveIntegerField(default=0)
    carried_from = models.OneToOneField("self", on_delete=models.PROTECT, related_name="carried_to", null=True, blank=True)
    carry_reason = models.TextField(blank=True)
    added_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "kind", "live"], name="decisions_item_one_living"),
        ]
        indexes = [models.Index(fields=["session", "state"], name="decisions_item_session")]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.position}"


class MemberPack(ScopedModel):
    """What the members saw of an item: canonical JSON, frozen with the agenda, cited by the decision's pack."""

    personal_data = "social"
    scoped_by = "item"

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="member_pack")
    version = models.ForeignKey("decisions.ProposalVersion", on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.sha256


class Recusal(models.Model):
    """A member's conflict of interest in one case. Declared before reading; never withdrawn, only explained."""

    personal_data = "legal"

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="recusals")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    declared_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "account"], name="decisions_recusal_once")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.account_id}"


class Presence(models.Model):
    """Who is in the room now. Each decided case freezes its own roll."""

    personal_data = "identity"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="presences")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200)
    role = models.CharField(max_length=12, choices=MemberRole.choices)
    voting = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=50)
    state = models.CharField(max_length=8, choices=PresenceState.choices, default=PresenceState.ABSENT)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["session", "order", "label", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "account"], name="decisions_presence_once")]

    def __str__(self) -> str:
        return f"{self.label}: {self.state}"
