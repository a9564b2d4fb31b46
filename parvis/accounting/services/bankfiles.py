"""Bank files in: each line is matched with a payment line of ours or refused, once, with the reason in the report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.subject import SubjectRef

from .. import bankxml
from ..access import may_import
from ..enums import FileKind, FileState, Finding
from ..models import BankFile, BankFileLine
from .banknews import news_of_notices, news_of_statuses
from .ledger import STREAM
from .settling import Settling

CHUNK = 400


@dataclass(frozen=True)
class ImportReport:
    """``already``: this very file was read before; nothing was done again."""

    file: BankFile
    already: bool

    @property
    def matched(self) -> int:
        return self.file.matched

    @property
    def rejected(self) -> int:
        return self.file.rejected

    @property
    def refused(self) -> int:
        return self.file.refused


def import_bank_file(*, actor: Actor, content: bytes, name: str = "", source: str = "upload") -> ImportReport:
    """Read a pain.002 or camt.054. In gestures of a few hundred lines each: stopped in the middle, it goes on where it was.

    Raises:
        NotAllowed: reading bank files needs payer, releaser or accountant.
        UnreadableBankFile: not such a file; nothing was taken.
    """
    if not may_import(actor):
        raise NotAllowed(_("Reading bank files needs the function “payment preparer”, “payment releaser” or “accountant”."))
    document = bankxml.read(content)
    digest = hashlib.sha256(content).hexdigest()
    file = BankFile.unscoped.filter(sha256=digest).first()
    if file is not None and file.state == FileState.DONE:
        return ImportReport(file, already=True)
    if file is None:
        try:
            file = _open_file(actor, document, content, digest, name, source)
        except IntegrityError:  # two persons gave the same file at once
            return ImportReport(BankFile.unscoped.get(sha256=digest), already=True)
    # What the file says is worked out before its first line is applied, so that a resumed reading numbers the lines alike.
    news = list(news_of_statuses(document) if document.kind == FileKind.STATUS else news_of_notices(document))
    done = set(BankFileLine.unscoped.filter(file=file).values_list("position", flat=True))
    todo = [(position, one) for position, one in enumerate(news, start=1) if position not in done]
    for start in range(0, len(todo), CHUNK):
        with gesture_scope():
            Settling(actor, file).run(todo[start : start + CHUNK])
    with gesture_scope():
        _close_file(actor, file)
    return ImportReport(file, already=False)


def _open_file(actor: Actor, document: bankxml.BankDocument, content: bytes, digest: str, name: str, source: str) -> BankFile:
    file = BankFile(
        kind=document.kind,
        version=document.version[:30],
        name=(name or f"{document.version}.xml")[:191],
        message_id=document.message_id,
        sha256=digest,
        size=len(content),
        content=content,
        source=source[:20],
        received_at=clock.now(),
        received_by_label=actor.label[:191],
    )
    with gesture_scope(), transaction.atomic():
        file.save(force_insert=True)
        mutations.record(
            STREAM,
            actor=actor,
            verb="bank_file.received",
            subject=SubjectRef("bank_file", file.pk),
            values={"name": file.name, "sha256": digest},
        )
    return file


def _close_file(actor: Actor, file: BankFile) -> None:
    counts: dict[str, int] = defaultdict(int)
    for finding in BankFileLine.unscoped.filter(file=file).values_list("finding", flat=True):
        counts[finding] += 1
    file.matched = counts[Finding.ACCEPTED] + counts[Finding.BOOKED]
    file.rejected = counts[Finding.REJECTED] + counts[Finding.RETURNED]
    file.refused = counts[Finding.REFUSED]
    file.state = FileState.DONE
    file.save(update_fields=["matched", "rejected", "refused", "state"])
    mutations.record(STREAM, actor=actor, verb="bank_file.read", subject=SubjectRef("bank_file", file.pk), values=dict(counts))
