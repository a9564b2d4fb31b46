"""The only to-do of the product."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from parvis.kernel import asof
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from ..enums import ItemEventKind, ItemState

NO_DUE = dt.date(9999, 12, 31)


class WorkItem(ScopedModel):
    """Something that waits for a person or for a function of a unit; while open it never lacks both.

    ``due_sort`` is ``due_on`` or the end of time, so that pages can be cut at a place (a NULL sorts differently on each engine).
    ``left_at``: done in a service that gave the file away since; who read it there reads it by the rule of readings alone.
    ``why`` is in the centre's language; ``why_in`` says the same in each language, where a sentence says it.
    ``slot`` is unique while the item is open: the case's token, or what a caller named, so that nothing is opened twice.
    ``away``: the latest absence that moved it. While ``away_until`` is set it is kept for ``away_name``, who has it back then unless somebody
    took it; both are written here too, so that a list says it without reading more.
    """

    personal_data = "social"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("workflows.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    step = models.CharField(max_length=100, blank=True)
    token = models.CharField(max_length=36, blank=True)
    slot = models.CharField(max_length=191, null=True, blank=True, unique=True)
    title = models.JSONField(default=dict)
    screen = models.CharField(max_length=100, blank=True)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    dossier_key = models.BigIntegerField(null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    queue = models.CharField(max_length=32, blank=True)
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    due_sort = models.DateField(default=NO_DUE)
    due_from = models.DateField(null=True, blank=True)
    clock = models.CharField(max_length=32, blank=True)
    why = models.CharField(max_length=500, blank=True)
    why_in = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.OPEN)
    outcome = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    held_since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=120, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    away = models.ForeignKey("workflows.Away", on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    away_name = models.CharField(max_length=120, blank=True)
    away_until = models.DateField(null=True, blank=True)
    lock = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        ordering = ["due_sort", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="open") | Q(owner__isnull=False) | ~Q(queue=""), name="workflows_item_owner_or_queue"
            ),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(closed_at__isnull=True)) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="workflows_item_closed_when_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "owner", "due_sort", "id"], name="workflows_item_owner"),
            models.Index(fields=["state", "queue", "unit", "due_sort", "id"], name="workflows_item_queue"),
            models.Index(fields=["state", "owner", "queue", "unit", "due_sort", "id"], name="workflows_item_free"),
            models.Index(fields=["state", "unit", "due_sort", "id"], name="workflows_item_unit"),
            # A frequent queue: PostgreSQL finds its first tasks along the order of the list, without reading all of them. SQLite, which would
            # take such an index for counts too, and slowly, uses one with a condition for none; MariaDB knows none.
            models.Index(fields=["due_sort", "id"], condition=models.Q(state="open"), name="workflows_item_due"),
            models.Index(fields=["subject_type", "subject_id", "state"], name="workflows_item_subject"),
            models.Index(fields=["dossier_key", "state"], name="workflows_item_dossier"),
        ]

    def __str__(self) -> str:
        return f"{self.step or self.screen} · {self.subject_type}:{self.subject_id}"

    @property
    def subject(self) -> SubjectRef:
        return SubjectRef(self.subject_type, self.subject_id)

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("work_item", self.pk)

    @property
    def away_last(self) -> dt.date | None:
        """Last day of the absence, as people say it; None when it is kept for nobody, and on the page of a past day, which tells who had it then."""
        kept = self.away_until is not None and self.is_open and asof.view() is None
        return self.away_until - dt.timedelta(days=1) if kept and self.away_until else None

    @property
    def told(self) -> str:
        """Why it is there, in the reader's language where it is said in several."""
        return formats.label(self.why_in) or self.why

    @property
    def is_open(self) -> bool:
        return self.state == ItemState.OPEN


class WorkItemEvent(ScopedModel):
    """Append-only: what happened to an item, and into whose hands it went. Hand-overs are counted from here."""

    personal_data = "identity"
    scoped_by = "item"

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ItemEventKind)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    owner_id = models.BigIntegerField(null=True)
    owner_label = models.CharField(max_length=120, blank=True)
    queue = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["item", "at", "pk"]
        indexes = [models.Index(fields=["item", "at"], name="workflows_event_item")]

    def __str__(self) -> str:
        return f"{self.item_id} · {self.kind}"
