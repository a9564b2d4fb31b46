"""Lawful destruction: the one path by which evidence leaves the database.

A warrant says what goes, who proposed and who approved: two accounts, or the database refuses the row. Within the same transaction a
pass is written for each guarded row, the row goes, and the pass goes. The triggers let nothing else through; ``audit verify`` finds a
pass that stayed, a blanked value or a missing line without its warrant. Contexts register in ``registries.erasers`` what they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from parvis.kernel import clock, gestures, mutations, registries
from parvis.kernel.subject import SubjectRef

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor
    from parvis.kernel.models import ErasureWarrant

CHUNK = 500
#: How many values of the journal of changes were blanked, among the counts that ``erasure.done`` chains; ``audit verify`` counts again.
VALUES = "Values in the journal of changes"


@dataclass(frozen=True)
class Signed:
    """On whose word: proposed by one, approved by another; ``ground``: the list and the permission."""

    proposed_by_id: int
    proposed_by_label: str
    approved_by_id: int
    approved_by_label: str
    ground: str


@dataclass
class Target:
    """What is being destroyed. ``label`` replaces names in what stays; ``subjects`` is all that hung on it; ``persons`` may go when nothing
    else needs them; ``files``: digests whose bytes leave the disk after the commit; ``counts``: kind (a message) to how many."""

    subject: SubjectRef
    stream: str
    label: str
    at: datetime
    warrant: ErasureWarrant
    keep_reads: bool = True
    subjects: set[SubjectRef] = field(default_factory=set)
    persons: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def id(self) -> int:
        return self.subject.id

    def name(self, kind: str, ids: Iterable[int]) -> None:
        """These things belong to it: their lines in the journal lose their values."""
        self.subjects |= {SubjectRef(kind, number) for number in ids}

    def ids(self, kind: str) -> list[int]:
        return sorted(one.id for one in self.subjects if one.type == kind)

    def about(self) -> list[models.Q]:
        """Conditions on ``subject_type`` and ``subject_id``, in pieces that every database takes."""
        out = []
        for kind in sorted({one.type for one in self.subjects}):
            out += [models.Q(subject_type=kind, subject_id__in=part) for part in chunks(self.ids(kind))]
        return out

    def delete(self, what: str, rows: models.QuerySet[Any]) -> int:
        """Rows that no trigger guards."""
        count = rows.order_by().delete()[1].get(rows.model._meta.label, 0)
        self.counts[what] += count
        return int(count)

    def delete_guarded(self, what: str, rows: models.QuerySet[Any]) -> int:
        """Rows of an append-only table, each by a pass."""
        return self._through(what, rows, lambda part: part._raw_delete(part.db))

    def empty_guarded(self, what: str, rows: models.QuerySet[Any], **values: Any) -> int:
        """Rows of an append-only table that stay without their words, each by a pass."""
        return self._through(what, rows, lambda part: part.update(**values))

    def _through(self, what: str, rows: models.QuerySet[Any], act: Any) -> int:
        from parvis.kernel.models import ErasurePass

        gestures.current()
        model = rows.model
        ids = list(rows.order_by().values_list("pk", flat=True))
        for part in chunks(ids):
            ErasurePass.objects.bulk_create(
                [ErasurePass(warrant=self.warrant, table_name=model._meta.db_table, row_id=number) for number in part]
            )
            act(models.QuerySet(model, using=rows.db).filter(pk__in=part))
            ErasurePass.objects.filter(table_name=model._meta.db_table, row_id__in=part).delete()
        self.counts[what] += len(ids)
        return len(ids)


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    """Ids in pieces that every database takes."""
    every = sorted(ids)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def warranted(subject: SubjectRef) -> ErasureWarrant | None:
    """The warrant under which this was destroyed; None: it was not."""
    from parvis.kernel.models import ErasureWarrant

    return ErasureWarrant.objects.filter(subject_type=subject.type, subject_id=subject.id).first()


def warrant_problems(warrant: ErasureWarrant) -> list[str]:
    """What is wrong with a warrant, in words; nothing: the context of the thing finds the approval on which it was given."""
    if warrant.subject_type not in registries.warrant_verifiers:
        return ["a warrant of destruction that no approval answers for"]
    return registries.warrant_verifiers.get(warrant.subject_type)(warrant)


def erase(*, actor: Actor, subject: SubjectRef, stream: str, label: str, signed: Signed, keep_reads: bool = True) -> Target:
    """Destroy a thing and all that the contexts registered for it, in the running gesture.

    Raises:
        IntegrityError: the same person proposed and approved, or it was destroyed before.
    """
    from parvis.kernel.models import ErasureWarrant

    gestures.current()
    at = clock.now()
    warrant = ErasureWarrant.objects.create(
        stream=stream,
        subject_type=subject.type,
        subject_id=subject.id,
        label=label[:120],
        ground=signed.ground[:191],
        proposed_by_id=signed.proposed_by_id,
        proposed_by_label=signed.proposed_by_label[:191],
        approved_by_id=signed.approved_by_id,
        approved_by_label=signed.approved_by_label[:191],
        at=at,
    )
    target = Target(subject, stream, label, at, warrant, keep_reads=keep_reads, subjects={subject})
    every = registries.erasers.all()
    for one in every:
        if one.collect is not None:
            one.collect(target)
    for one in every:
        one.erase(target)
    _journal(target)
    mutations.record(
        stream,
        actor=actor,
        verb="erasure.done",
        subject=subject,
        values={"counts": dict(target.counts), "files": len(target.files)},
        note=signed.ground[:191],
    )
    return target


def _journal(target: Target) -> None:
    """Values of the lines go; the lines, their authors and their digests stay, so that the chain holds. Who read: as the rule says."""
    from django.utils.translation import gettext_noop

    from parvis.kernel.models import MutationLine, MutationValue, ReadLine

    blank = {"old": None, "new": None, "salt": "", "destroyed_at": target.at}
    # The lines first, then their values by the numbers of the lines: one statement that joins both reads all values of the centre for
    # each of them where the statistics of the database are old.
    count = 0
    for lines in (models.Q(stream=target.stream), *target.about()):
        for part in chunks(list(MutationLine.objects.filter(lines).order_by().values_list("pk", flat=True))):
            count += MutationValue.objects.filter(line__in=part, destroyed_at__isnull=True).update(**blank)
    gettext_noop("Values in the journal of changes")
    target.counts[VALUES] += count
    if not target.keep_reads:
        for about in target.about():
            target.delete_guarded(gettext_noop("Lines of the journal of reading"), ReadLine.objects.filter(about))
