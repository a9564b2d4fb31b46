import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel
from parvis.ui import formats

from ..enums import HearingMeans, Opinion, ProposalState, VersionReason


class Proposal(ScopedModel):
    """The draft of a decision on one request line, written as the letter that will notify it."""

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    line = models.ForeignKey("requests.RequestLine", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language of the letter"), max_length=2, default="fr")
    state = models.CharField(_("state"), max_length=12, choices=ProposalState.choices, default=ProposalState.DRAFT)
    # 1 while undecided, NULL once decided: at most one living proposal per line, on every database.
    live = models.PositiveSmallIntegerField(null=True, default=1)
    lock = models.PositiveIntegerField(default=0)
    urgent = models.BooleanField(_("urgent"), default=False)
    to_discuss = models.BooleanField(_("to be discussed"), default=False)
    legal_requested = models.BooleanField(_("legal opinion asked"), default=False)
    wish_to_be_heard = models.BooleanField(_("wishes to be heard"), default=False)
    heard_informed_on = models.DateField(_("told of the right to be heard on"), null=True, blank=True)
    heard_informed_by = models.CharField(_("told by"), max_length=8, choices=HearingMeans.choices, blank=True)
    heard_on = models.DateField(_("heard on"), null=True, blank=True)
    heard_missed_on = models.DateField(_("invited and did not come on"), null=True, blank=True)
    heard_note = models.TextField(_("what the person said"), blank=True)
    proposed_outcome = models.CharField(max_length=12, default="granted")
    # Condition of the law that is not met, where the letter of refusal must name it (see grounds.py).
    ground = models.CharField(_("condition not met"), max_length=12, blank=True)
    # Nobody, when a named job proposes a continuation: it still takes a person to submit and a body to decide.
    author = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    author_label = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_id = models.BigIntegerField(null=True, blank=True)
    reviewed_by_label = models.CharField(max_length=200, blank=True)
    return_reason = models.TextField(blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "live"], name="decisions_proposal_one_living"),
            models.CheckConstraint(condition=models.Q(state__in=ProposalState.values), name="decisions_proposal_state_known"),
        ]
        indexes = [models.Index(fields=["state", "unit"], name="decisions_proposal_queue")]

    def __str__(self) -> str:
        return self.title

    @property
    def titles(self) -> dict[str, str]:
        """The title by language: that of the request line, unless the proposal has one of its own. Lists join ``line``."""
        labels: dict[str, str] = self.line.label
        return labels if self.title == formats.label(labels, "fr") else {"fr": self.title}

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return formats.label(self.titles)


class ProposalVersion(ScopedModel):
    """One saved state of the letter and of what it grants. Written once, never changed."""

    personal_data = "social"
    scoped_by = "proposal"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    no = models.PositiveIntegerField()
    reason = models.CharField(max_length=12, choices=VersionReason.choices, default=VersionReason.DRAFT)
    blocks = models.JSONField(default=list)
    provisions = models.JSONField(default=list)
    # The situation as it was read for this version: [{label, was, now, same}], and the facts themselves.
    facts = models.JSONField(default=dict)
    calculation = models.ForeignKey("rules.Calculation", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    #: Above zero for a working copy that is not a version yet (see WorkingCopy.as_version).
    lock: int = 0

    class Meta(ScopedModel.Meta):
        ordering = ["proposal", "no", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "no"], name="decisions_version_number_once"),
        ]

    @property
    def base(self) -> str:
        """What a form says of the state that its writer saw: "4", or "5.3" for the third pause of a copy."""
        return f"{self.no}.{self.lock}" if self.lock else str(self.no)

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.no}"


class WorkingCopy(ScopedModel):
    """What one writer typed since the last version, kept at each pause. Replaced by the next pause of the same writer, gone once it is a
    version: by saving, by sending on, or because somebody else writes.
    """

    personal_data = "social"
    scoped_by = "proposal"

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="working_copy")
    # Counts the pauses: who had an older state on screen has not seen this one.
    lock = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=12, choices=VersionReason.choices, default=VersionReason.DRAFT)
    blocks = models.JSONField(default=list)
    provisions = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    calculation = models.ForeignKey("rules.Calculation", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["proposal", "pk"]

    CARRIED = ("reason", "blocks", "provisions", "facts", "calculation_id", "author_id", "author_label", "at")

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.author_label}"

    def as_version(self, no: int) -> ProposalVersion:
        """The version that this copy will be, not written yet."""
        version = ProposalVersion(no=no, proposal_id=self.proposal_id, **{name: getattr(self, name) for name in self.CARRIED})
        version.lock = self.lock
        return version


class LegalOpinion(ScopedModel):
    """Asked on one proposal. It informs the committee and never blocks."""

    personal_data = "legal"
    scoped_by = "proposal"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="opinions")
    question = models.TextField(_("question"))
    asked_by_id = models.BigIntegerField(null=True)
    asked_by_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("due on"))
    opinion = models.CharField(_("opinion"), max_length=12, choices=Opinion.choices, blank=True)
    text = models.TextField(_("text"), blank=True)
    given_by_id = models.BigIntegerField(null=True)
    given_by_label = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    # The opinion is about this version: the item as it was when the lawyer wrote.
    version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "live"], name="decisions_opinion_one_living"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.opinion or '…'}"
