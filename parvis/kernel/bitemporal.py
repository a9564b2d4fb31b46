"""Facts with two time axes: when they hold in law, and when we knew them.

An anchor (person, household, dossier) has nothing dated. Each aspect is a table of versions. A version is never updated in
place: a correction supersedes it, an end closes it. Overlaps are refused by the writing service through a conditional update
of the anchor's ``version``; the database refuses two live versions with the same key and start.
"""

from __future__ import annotations

import uuid as uuid_module
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, gestures
from parvis.kernel.errors import Conflict, DomainError
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import ScopedManager, ScopedModel, ScopedQuerySet

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor


class FactOverlap(DomainError):
    """A version would hold at the same time as another one with the same key."""


class Anchor(ScopedModel):
    """A thing with identity and no dated content. ``version`` is the lock of its facts."""

    uuid = models.UUIDField(default=uuid_module.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(ScopedModel.Meta):
        abstract = True


class Source(models.TextChoices):
    """Where a fact comes from."""

    DECLARED = "declared", _("declared by the person")
    SUBMISSION = "submission", _("request form")
    DOCUMENT = "document", _("document seen")
    EID = "eid", _("identity card")
    REGISTER = "register", _("National Register")
    VISIT = "visit", _("home visit")
    AGENT = "agent", _("noted by the agent")
    DECISION = "decision", _("decision")
    IMPORT = "import", _("takeover")


if TYPE_CHECKING:
    _Rows = models.QuerySet[Any]
else:
    _Rows = object


class _Dated(_Rows):
    """The two time axes, for the scoped rows and for the plain ones."""

    def at(self, day: date, known_on: datetime | None = None) -> Self:
        """Versions that hold on ``day``, as known now or at the instant ``known_on``."""
        return self.filter(valid_from__lte=day, valid_to__gt=day).known(known_on)

    def known(self, known_on: datetime | None = None) -> Self:
        """Every version known now, or at the instant ``known_on``, whatever day it holds on."""
        if known_on is None:
            return self.filter(live=1)
        return self.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_on), recorded_at__lte=known_on)


class FactQuerySet(_Dated, ScopedQuerySet):
    """Read through ``visible_to``."""


class PlainFactQuerySet(_Dated, models.QuerySet[Any]):
    """For services and jobs."""


class FactManager(ScopedManager.from_queryset(FactQuerySet)):  # type: ignore[misc]
    pass


class Fact(ScopedModel):
    """One version. Concrete models add the anchor's foreign key, the key fields and the values.

    Declare in ``Meta.constraints``: ``UniqueConstraint(fields=[anchor, *key, "valid_from", "live"])``.
    """

    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    live = models.PositiveSmallIntegerField(null=True, default=1)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.AGENT)
    source_ref = models.CharField(max_length=191, blank=True)
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191, blank=True)

    objects = FactManager()  # type: ignore[misc]
    unscoped = models.Manager.from_queryset(PlainFactQuerySet)()  # type: ignore[misc]

    class Meta(ScopedModel.Meta):
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.valid_to == OPEN_END


F_ = TypeVar("F_", bound=Fact)


def begin(anchor: Anchor) -> None:
    """The anchor was made just now, in this gesture: nothing is known of it yet, and nobody else writes of it before the commit. So the
    first version of each key is written without looking for one that it covers."""
    gestures.current().made[anchor._meta.label, anchor.pk] = set()


def begun(anchor: Anchor, *what: Any) -> bool:
    """Whether the anchor was made in this gesture and nothing was noted of ``what`` before (it is now). ``write_fact`` notes its model
    and key; a fact that is written by any other way for such an anchor must be noted too."""
    written = _made(anchor)
    if written is None or what in written:
        return False
    written.add(what)
    return True


def _made(anchor: Anchor) -> set[Any] | None:
    return gestures.current().made.get((anchor._meta.label, anchor.pk)) if gestures.running() else None


def forget(anchor: Anchor) -> None:
    """Rows of others come to this anchor: from here on everything is read."""
    gestures.current().made.pop((anchor._meta.label, anchor.pk), None)


def untouched(anchor: Anchor, model: type[Fact], key: dict[str, Any] | None = None) -> bool:
    """Whether the anchor was made in this gesture, and no version of this key was written of it."""
    written = _made(anchor)
    return written is not None and _noted(model, key) not in written


def _noted(model: type[Fact], key: dict[str, Any] | None) -> tuple[Any, ...]:
    return (model._meta.label, *sorted((name, getattr(value, "pk", value)) for name, value in (key or {}).items()))


#: What the column can hold. A form that was tampered with may ask for more: nobody has that version.
MAX_VERSION = 2**31 - 1


def bump(anchor: Anchor, expected: int | None = None) -> None:
    """Take the anchor's lock for this gesture: raise its version by one, conditionally.

    Raises:
        Conflict: somebody else changed the anchor since ``expected`` (default: the version in hand).
    """
    gestures.current()
    seen = anchor.version if expected is None else expected
    if not 0 <= seen <= MAX_VERSION or not _raised(anchor, seen):
        raise Conflict(_("Somebody else changed this in the meantime. Compare both before you save."), code="stale")
    anchor.version = seen + 1


def _raised(anchor: Anchor, seen: int) -> bool:
    """As ``update(version=F("version") + 1)`` would: every fact written asks for it, and Django would compile it anew each time."""
    meta, quote = anchor._meta, connection.ops.quote_name
    table, version, pk = quote(meta.db_table), quote("version"), quote(str(meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {version} = {version} + 1 WHERE {pk} = %s AND {version} = %s", [anchor.pk, seen])
        return bool(cursor.rowcount)


def _copy(row: F_, **changes: Any) -> F_:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**(values | changes))


def write_fact(
    model: type[F_],
    *,
    anchor_field: str,
    anchor: Anchor,
    values: dict[str, Any],
    valid_from: date,
    actor: Actor,
    key: dict[str, Any] | None = None,
    valid_to: date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
    replace: bool = True,
) -> F_:
    """Write a version. Live versions of the same key that it covers are superseded; those it cuts are kept on either side.

    ``replace=False`` refuses any overlap instead. Returns the new row.

    Raises:
        FactOverlap: ``replace`` is False and another version holds in the period.
        Conflict: the anchor changed since it was read.
    """
    end = valid_to or OPEN_END
    if end <= valid_from:
        raise DomainError(_("The end lies before the start."), field="valid_to", code="period")
    bump(anchor, expected)
    at = clock.now()
    overlapping: list[F_] = []
    if not begun(anchor, *_noted(model, key)):
        live = model.unscoped.filter(**{anchor_field: anchor}, **(key or {}), live=1, valid_from__lt=end, valid_to__gt=valid_from)
        overlapping = list(live.order_by("valid_from", "pk"))
    if overlapping and not replace:
        raise FactOverlap(_("Another entry already holds in this period."), field="valid_from", code="overlap")
    for row in overlapping:
        type(row).unscoped.filter(pk=row.pk).update(superseded_at=at, live=None)
    for row in overlapping:
        if row.valid_from < valid_from:
            _copy(row, valid_to=valid_from, recorded_at=at).save(force_insert=True)
        if row.valid_to > end:
            _copy(row, valid_from=end, recorded_at=at).save(force_insert=True)
    fact = model(
        **{anchor_field: anchor},
        **(key or {}),
        **values,
        valid_from=valid_from,
        valid_to=end,
        recorded_at=at,
        live=1,
        source=source,
        source_ref=source_ref[:191],
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    fact.save(force_insert=True)
    return fact


def end_fact(row: F_, *, valid_to: date, anchor: Anchor, actor: Actor, expected: int | None = None) -> F_:
    """Close a version: it holds until the day before ``valid_to``. The open version is superseded by the closed one.

    Raises:
        DomainError: the end lies before the start, or the row is no longer live.
    """
    if valid_to <= row.valid_from:
        raise DomainError(_("The end lies before the start."), field="valid_to", code="period")
    bump(anchor, expected)
    at = clock.now()
    if not type(row).unscoped.filter(pk=row.pk, live=1).update(superseded_at=at, live=None):
        raise Conflict(_("Somebody else changed this in the meantime. Compare both before you save."), code="stale")
    closed = _copy(
        row, valid_to=valid_to, recorded_at=at, live=1, superseded_at=None, author_id=actor.account_id, author_label=actor.label[:191]
    )
    closed.save(force_insert=True)
    return closed


def withdraw_fact(row: F_, *, anchor: Anchor, expected: int | None = None) -> None:
    """A version that never held (entered by mistake): superseded without successor; it stays readable as known then."""
    bump(anchor, expected)
    type(row).unscoped.filter(pk=row.pk, live=1).update(superseded_at=clock.now(), live=None)
