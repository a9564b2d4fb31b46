"""Files in, documents attached, files out. Bytes are written once, under their SHA-256, before the row that names them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.documents.access import had_before, in_dossier_q
from parvis.documents.enums import DATA_CLASS, DocumentKind, Origin
from parvis.documents.errors import DocumentError, UploadRefused
from parvis.documents.models import Document, DocumentWord, StoredFile
from parvis.documents.sniffing import KINDS, PDF, PICTURES_AND_PDF, Kind, sniff
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.gestures import gesture
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef
from parvis.kernel.wordindex import file_words
from parvis.ui import formats

MEGABYTE = 1024 * 1024


class Upload(Protocol):
    """Django's uploaded file, or anything with a name, a size and bytes."""

    name: str | None
    size: int | None

    def read(self, num_bytes: int = -1) -> bytes: ...


def safe_name(name: str, extension: str) -> str:
    """The name for the reader, without path, controls and trick extensions; its extension says what the bytes are."""
    base = re.split(r"[\\/]", name or "")[-1]
    base = "".join(c for c in base if c.isprintable() and c not in '"<>|:*?').strip(" .")
    stem = base.rsplit(".", 1)[0] if "." in base else base
    return f"{(stem or 'document')[:150]}.{extension}"


def title_from(name: str) -> str:
    """A file's name as a title: without extension, strokes read as spaces."""
    stem = safe_name(name, "x").removesuffix(".x")
    return " ".join(re.sub(r"[_\-]+", " ", stem).split())[:200] or _("Document")


def _write(target: Path, data: bytes) -> None:
    """The bytes in their place, whole or not at all; nothing when they are there."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _keep(data: bytes, kind: Kind, pages: int | None) -> StoredFile:
    digest = hashlib.sha256(data).hexdigest()
    row = StoredFile(sha256=digest, size=len(data), mime=kind.mime, extension=kind.extension, pages=pages, stored_at=clock.now())
    target = row.path
    _write(target, data)
    # A lawful destruction of the same bytes may have taken them away meanwhile, while it could not see our row.
    transaction.on_commit(lambda: _write(target, data))
    known = StoredFile.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same bytes came in at the same time
        return StoredFile.objects.get(sha256=digest)
    return row


def accept_upload(
    file: Upload, *, max_mb: int | None = None, kinds: tuple[str, ...] = PICTURES_AND_PDF, actor: Actor | None = None
) -> StoredFile:
    """Check an upload by its content and keep it. Nothing is kept when it is refused. Who sent it is said by ``attach``.

    Raises:
        UploadRefused: too large, empty, of another kind, damaged, encrypted, or with a program in it.
    """
    name = safe_name(file.name or "", "x").removesuffix(".x") or _("the file")
    shown = re.split(r"[\\/]", file.name or "")[-1] or name
    limit = max_mb if max_mb is not None else settings.PARVIS["max_upload_mb"]
    data = file.read(limit * MEGABYTE + 1) if (file.size or 0) <= limit * MEGABYTE else b""
    if (file.size or 0) > limit * MEGABYTE or len(data) > limit * MEGABYTE:
        size = max(file.size or 0, len(data)) / MEGABYTE
        raise UploadRefused(
            _(
                "“%(name)s”: this file is too large (%(size)s MB; the limit is %(limit)s MB). Send fewer pages at a time, or take the photo with a lower quality."
            )
            % {"name": shown, "size": formats.number(size, 1), "limit": limit},
            code="too_large",
        )
    found = sniff(data, shown, kinds)
    return _keep(data, found.kind, found.pages)


def store_bytes(data: bytes, *, kind: str = "pdf", pages: int | None = None) -> StoredFile:
    """Keep bytes that the product made itself."""
    return _keep(data, KINDS[kind], pages)


@gesture
def attach(
    *,
    actor: Actor,
    subject: SubjectRef,
    title: str,
    file: StoredFile | None = None,
    file_id: int | None = None,
    kind: str = DocumentKind.OTHER,
    origin: str = Origin.INCOMING,
    language: str = "",
    on: date | None = None,
    dossier_id: int | None = None,
    file_name: str = "",
    data_class: str = "",
    note: str = "",
    person_id: int | None = None,
) -> Document:
    """Attach a kept file (or its id) to a subject. The same file, kind and subject again gives the document that exists.

    ``kind``: a DocumentKind, or the key of a piece named by a procedure. ``origin``: "produced", else received. ``person_id``: whom of the
    file it concerns, when that is certain.

    Raises:
        DocumentError: no title, no kind, no file, or a file that was withdrawn from this very place.
    """
    if not kind or len(kind) > 40:
        raise DocumentError(_("Choose the kind of document."), field="kind", code="kind")
    if not title.strip():
        raise DocumentError(_("Give the document a title."), field="title", code="title")
    if file is None:
        file = StoredFile.objects.filter(pk=file_id or 0).first()
    if file is None:
        raise DocumentError(_("This file is no longer there: add it again."), field="file", code="absent")
    origin = Origin.PRODUCED if origin == Origin.PRODUCED else Origin.INCOMING
    same = Document.unscoped.filter(subject_type=subject.type, subject_id=subject.id, kind=kind, file=file).first()
    if same is not None and same.withdrawn_at is not None:
        raise DocumentError(_("This very file was withdrawn from here: choose another one."), field="file", code="withdrawn")
    if same is not None:
        return same
    row = Document(
        subject_type=subject.type,
        subject_id=subject.id,
        dossier_id=subject.id if subject.type == "dossier" else dossier_id,
        kind=kind,
        data_class=data_class or DATA_CLASS.get(kind, "social"),
        title=title.strip()[:200],
        language=language[:2],
        on=on or clock.today(),
        origin=origin,
        file=file,
        file_name=safe_name(file_name or title, file.extension),
        note=note[:400],
        person_id=person_id,
        recorded_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    row.save(force_insert=True)
    if kind != DocumentKind.RECEIPT:  # there is one for each request, and it says no more than its number: found with the request
        file_words(DocumentWord, "document", row.pk, (row.title, row.note, row.file_name))
    if origin == Origin.INCOMING and file.mime == PDF.mime:
        jobs.enqueue("documents.text", SubjectRef("document", row.pk))
    mutations.record(
        f"dossier:{row.dossier_id}" if row.dossier_id else "context:documents",
        actor=actor,
        verb="document.attached",
        subject=SubjectRef("document", row.pk),
        values={"title": row.title, "kind": str(kind), "origin": str(origin), "sha256": file.sha256, "of": str(subject)},
    )
    return row


@gesture
def file_in_dossier(*, actor: Actor, document: Document, dossier_id: int) -> Document:
    """Show a document of a request in the dossier that the request joined."""
    if document.dossier_id == dossier_id:
        return document
    Document.unscoped.filter(pk=document.pk).update(dossier_id=dossier_id)
    mutations.record(
        f"dossier:{dossier_id}",
        actor=actor,
        verb="document.joined",
        subject=SubjectRef("document", document.pk),
        values={"dossier_id": [document.dossier_id, dossier_id], "title": document.title},
    )
    document.dossier_id = dossier_id
    return document


def read_bytes(file: StoredFile) -> bytes:
    """The bytes, checked against their digest.

    Raises:
        DocumentError: the file is absent or was changed on disk.
    """
    try:
        data = file.path.read_bytes()
    except FileNotFoundError as fault:
        raise DocumentError(
            _("This file is not in the instance's folder. Tell the administrator, who can restore it from the backup."), code="absent"
        ) from fault
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise DocumentError(
            _("This file was changed on the disk and is not shown. Tell the administrator, who can restore it from the backup."),
            code="changed",
        )
    return data


def open_file(file: StoredFile) -> BinaryIO:
    """The file for a download; large files are checked by ``read_bytes`` elsewhere."""
    return file.path.open("rb")


def documents_about(subjects: Iterable[SubjectRef]) -> list[Document]:
    """Documents of subjects, oldest first, for services that already checked the access to the subjects."""
    wanted = Q()
    for subject in subjects:
        wanted |= Q(subject_type=subject.type, subject_id=subject.id)
    if not wanted:
        return []
    return list(Document.unscoped.filter(wanted).select_related("file").order_by("on", "recorded_at", "pk"))


_FOUND = Statement("documents.found")


def documents_found(ids: Collection[int]) -> dict[int, Document]:
    """Documents by their keys, for a search that found these keys within the reader's scope."""
    rows = _FOUND.rows((), lambda at: Document.unscoped.filter(one_of("pk", at["ids"])).order_by(), ids=list(ids)) if ids else []
    return {row.pk: row for row in rows}


def documents_of(actor: Actor, subject: SubjectRef) -> list[Document]:
    """Documents of a subject that the actor may see, newest first."""
    rows: Any = Document.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id).select_related("file")
    return list(rows)


_OF_CASE = Statement("documents.of_case")


def documents_of_case(actor: Actor, subjects: Iterable[SubjectRef], dossier_id: int) -> list[Document]:
    """Documents of a dossier and of these subjects in one query, newest first."""
    about = list(subjects)

    def read(at: dict[str, Any]) -> Any:
        wanted = Q(dossier_id=at["dossier"])
        for subject, key in zip(about, at.get("ids", ()), strict=True):
            wanted |= Q(subject_type=subject.type, subject_id=key)
        return Document.objects.visible_to(actor).filter(wanted, withdrawn_at__isnull=True).select_related("file")

    kinds = tuple(subject.type for subject in about)
    return _OF_CASE.rows((actor, kinds), read, dossier=dossier_id, ids=[subject.id for subject in about])


def documents_then(documents: Iterable[Document], view: PastView) -> list[Document]:
    """Of these documents, those that were there on a past day; as known then, those that had been added by then."""
    found = [row for row in documents if row.on <= view.known_day]
    return found if view.known_on is None else [row for row in found if row.recorded_at < view.known_on]


def documents_in_dossier(actor: Actor, dossier_id: Any, *, withdrawn: bool = False, former: bool | None = None) -> Any:
    """Documents shown in a dossier: its own and those of what hangs on it. Whoever sees the dossier sees them, as far as their class
    allows; the other ways to a document need not be looked at. ``withdrawn``: also those, for a list that says so of each."""
    former = had_before(actor, dossier_id) if former is None else former
    rows = Document.unscoped.filter(in_dossier_q(actor, dossier_id, former=former)).select_related("file")
    return rows if withdrawn else rows.filter(withdrawn_at__isnull=True)


def withdrawn_in_own(actor: Actor, key: Any) -> Document | None:
    """A withdrawn document of a file that this actor reads: its name and why it went, never its content. One query, two when it is one."""
    found = Document.unscoped.filter(uuid=key, withdrawn_at__isnull=False).first()
    if found is None or found.dossier_id is None or not actor.is_agent:
        return None
    return found if documents_in_dossier(actor, found.dossier_id, withdrawn=True).filter(pk=found.pk).exists() else None
