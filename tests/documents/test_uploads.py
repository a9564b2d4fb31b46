"""What comes in is judged by its bytes, and a refusal says what is wrong and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from parvis.documents.api import StoredFile, UploadRefused, accept_upload, attach, documents_about, read_bytes
from parvis.documents.errors import DocumentError
from parvis.documents.models import Document
from parvis.documents.services.storing import file_in_dossier, safe_name
from parvis.kernel.models import MutationLine
from parvis.kernel.scope import ScopeError
from parvis.kernel.subject import SubjectRef
from tests.documents.factories import WORKER, FakeUpload, picture, scanned_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.db]


#: A photo as telephones make them: a sheet of paper, 240 × 160 points.
HEIC = (Path(__file__).parent / "photo.heic").read_bytes()


def kept_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()] if media.exists() else []


@pytest.mark.parametrize(
    ("name", "data", "mime", "pages"),
    [
        ("bail.pdf", scanned_pdf(2), "application/pdf", 2),
        ("photo.jpg", picture("JPEG"), "image/jpeg", None),
        ("photo.png", picture("PNG"), "image/png", None),
        ("photo.heic", HEIC, "image/heic", None),
        ("called-pdf.pdf", picture("PNG"), "image/png", None),
    ],
)
def test_scans_and_photos_are_kept_under_their_digest(media: Path, name: str, data: bytes, mime: str, pages: int | None) -> None:
    stored = accept_upload(FakeUpload(name, data))
    assert (stored.mime, stored.size, stored.pages) == (mime, len(data), pages)
    assert stored.path == media / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    assert read_bytes(stored) == data


def test_the_same_bytes_are_kept_once(media: Path) -> None:
    first = accept_upload(FakeUpload("a.png", picture()))
    second = accept_upload(FakeUpload("b.png", picture()))
    assert first.pk == second.pk and len(kept_files(media)) == 1


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scanned_pdf(1))))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_program() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scanned_pdf(1))))
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")})
    writer._root_object[NameObject("/OpenAction")] = action
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("run.exe", b"MZ")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("bail.pdf", b"MZ\x90\x00" + b"\x00" * 200, "kind"),
        ("bail.pdf.exe", b"MZ\x90\x00" + b"\x00" * 200, "kind"),
        ("bail.pdf", b"\x7fELF" + b"\x00" * 200, "kind"),
        ("page.png", b"<html><script>alert(1)</script></html>", "kind"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kind"),
        ("files.pdf", archive(), "kind"),
        ("empty.pdf", b"", "empty"),
        ("broken.pdf", b"%PDF-1.7\nnothing that follows", "damaged"),
        ("broken.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 50, "damaged"),
        ("short.heic", HEIC[:700], "damaged"),
        ("locked.pdf", encrypted(), "encrypted"),
        ("active.pdf", with_program(), "active"),
    ],
)
def test_refused_with_a_sentence_and_nothing_kept(media: Path, name: str, data: bytes, code: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        accept_upload(FakeUpload(name, data))
    assert refusal.value.code == code
    assert name in str(refusal.value) and str(refusal.value).count(".") >= 2  # what, where, and what to do
    assert kept_files(media) == [] and StoredFile.objects.count() == 0


def test_too_large_is_refused_without_reading_it(media: Path) -> None:
    huge = FakeUpload("scan.pdf", b"", size=16 * 1024 * 1024)
    with pytest.raises(UploadRefused) as refusal:
        accept_upload(huge, max_mb=15)
    assert refusal.value.code == "too_large" and "16,0 Mo" in str(refusal.value) and "15 Mo" in str(refusal.value)
    with pytest.raises(UploadRefused):
        accept_upload(FakeUpload("lies.pdf", b"%PDF-" + b"0" * (2 * 1024 * 1024), size=10), max_mb=1)
    assert kept_files(media) == []


def test_a_disguised_program_is_called_a_program(media: Path) -> None:
    with pytest.raises(UploadRefused) as refusal:
        accept_upload(FakeUpload("photo.jpg", b"MZ" + b"\x00" * 99))
    assert "program" in str(refusal.value).lower() or "programme" in str(refusal.value).lower()


def test_real_documents_of_the_samples(media: Path, samples: Path) -> None:
    files = sorted(path for path in (samples / "documents").rglob("*") if path.suffix in {".docx", ".odt"})
    assert files
    for path in files[:4]:
        data = path.read_bytes()
        stored = accept_upload(FakeUpload(path.name, data), kinds=("docx", "odt"), max_mb=30)
        assert stored.extension == path.suffix[1:]
        with pytest.raises(UploadRefused):
            accept_upload(FakeUpload(path.name, data))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\x\\bail.exe", "bail.pdf"),
        ('a"b\r\n.pdf', "ab.pdf"),
        ("", "document.pdf"),
        ("été.pdf", "été.pdf"),
    ],
)
def test_names_are_cleaned(given: str, shown: str) -> None:
    assert safe_name(given, "pdf") == shown


def test_attaching_twice_gives_one_document_and_one_line_in_the_journal(media: Path) -> None:
    stored = accept_upload(FakeUpload("bail.pdf", scanned_pdf()))
    values = {"actor": WORKER, "subject": SubjectRef("request", 5), "title": "Bail", "kind": "housing"}
    first = attach(file=stored, **values)
    assert attach(file_id=stored.pk, **values).pk == first.pk
    assert MutationLine.objects.filter(verb="document.attached").count() == 1
    assert (first.data_class, first.origin, first.file_name) == ("social", "incoming", "Bail.pdf")


def test_a_health_paper_has_the_class_health(media: Path) -> None:
    stored = accept_upload(FakeUpload("x.pdf", scanned_pdf()))
    assert attach(actor=WORKER, subject=SubjectRef("request", 5), file=stored, title="Certificate", kind="health").data_class == "health"


def test_documents_of_a_request_join_its_dossier(media: Path) -> None:
    stored = accept_upload(FakeUpload("x.pdf", scanned_pdf()))
    attach(actor=WORKER, subject=SubjectRef("request", 5), file=stored, title="Bail", kind="lease")
    (document,) = documents_about([SubjectRef("request", 5)])
    file_in_dossier(actor=WORKER, document=document, dossier_id=9)
    assert Document.unscoped.get().dossier_id == 9


def test_attaching_needs_title_and_file(media: Path) -> None:
    stored = accept_upload(FakeUpload("x.pdf", scanned_pdf()))
    for bad in ({"title": " ", "file": stored}, {"title": "x"}, {"title": "x", "file": stored, "kind": ""}):
        with pytest.raises(DocumentError):
            attach(actor=WORKER, subject=SubjectRef("request", 5), **bad)
    assert Document.unscoped.count() == 0


def test_a_file_changed_on_disk_is_not_shown(media: Path) -> None:
    stored = accept_upload(FakeUpload("x.pdf", scanned_pdf()))
    stored.path.write_bytes(b"%PDF-other")
    with pytest.raises(DocumentError) as refusal:
        read_bytes(stored)
    assert refusal.value.code == "changed"


def test_documents_are_read_for_somebody(media: Path) -> None:
    with pytest.raises(ScopeError):
        list(Document.objects.all())
