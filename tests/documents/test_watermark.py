"""What an agent takes out says who took it and when; what the centre keeps is not touched (C18)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from django.urls import reverse
from docx import Document
from PIL import Image

from parvis.documents.api import accept_upload, attach, read_bytes, store_bytes
from parvis.documents.errors import UploadRefused
from parvis.documents.sniffing import DOCX, ODT, sniff
from parvis.documents.watermark import marked
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from tests.documents.factories import FakeUpload, picture, scanned_pdf
from tests.dossiers.factories import make_centre, make_dossier

from .test_pages import put

pytestmark = pytest.mark.django_db
LINE = "Copie prise par Amélie (Lambrecht) le 23/11/2026"


@pytest.fixture
def centre(media):
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def text_of(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def test_every_page_of_a_pdf_says_it_at_the_foot_and_across() -> None:
    data = scanned_pdf(3)
    found = text_of(marked(data, "application/pdf", LINE) or b"")
    assert len(found) == 3 and all(text.count(LINE) == 2 for text in found)
    assert all(LINE not in text for text in text_of(data))


def test_a_photo_gets_a_band_and_stays_as_wide() -> None:
    out = Image.open(io.BytesIO(marked(picture("JPEG", (600, 400)), "image/jpeg", LINE) or b""))
    assert out.width == 600 and out.height > 400
    assert out.convert("L").crop((0, 400, 600, out.height)).getextrema()[0] < 150, "something is written in it"


def word_file(*footers: str) -> bytes:
    """A Word file of our own with a section per footer; an empty one repeats the section before."""
    document = Document()
    document.add_paragraph("Rapport social")
    for at, text in enumerate(footers):
        section = document.sections[0] if at == 0 else document.add_section()
        if text:
            section.footer.is_linked_to_previous = False
            section.footer.paragraphs[0].text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def open_file(*, footer: bool) -> bytes:
    """An OpenDocument text of our own, with or without a footer."""
    names = "office:urn:oasis:names:tc:opendocument:xmlns:office:1.0 style:urn:oasis:names:tc:opendocument:xmlns:style:1.0"
    names += " text:urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    xmlns = " ".join(f'xmlns:{one.partition(":")[0]}="{one.partition(":")[2]}"' for one in names.split())
    foot = "<style:footer style:display='false'><text:p>Page</text:p></style:footer>" if footer else ""
    page = f'<style:master-page style:name="Standard" style:page-layout-name="L"><style:header/>{foot}</style:master-page>'
    styles = f"<office:document-styles {xmlns}><office:master-styles>{page}</office:master-styles></office:document-styles>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODT.mime, zipfile.ZIP_STORED)
        archive.writestr("content.xml", f"<office:document-content {xmlns}/>", zipfile.ZIP_DEFLATED)
        archive.writestr("styles.xml", styles, zipfile.ZIP_DEFLATED)
        archive.writestr("meta.xml", f"<office:document-meta {xmlns}><office:meta/></office:document-meta>", zipfile.ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize("footers", [("",), ("Page 1", "", "Annexe")])
def test_a_word_file_says_it_in_each_footer_and_in_its_properties(footers: tuple[str, ...]) -> None:
    data = word_file(*footers)
    found = Document(io.BytesIO(marked(data, DOCX.mime, LINE) or b""))
    for section, text in zip(found.sections, footers, strict=True):
        said = [paragraph.text for paragraph in section.footer.paragraphs if paragraph.text]
        assert said == [*([text] if text else ["Page 1"] if "Page 1" in footers else []), LINE]
    assert LINE in found.core_properties.comments
    assert found.paragraphs[0].text == "Rapport social"


@pytest.mark.parametrize("footer", [True, False])
def test_an_open_document_says_it_at_the_foot_of_its_pages_and_in_its_properties(footer: bool) -> None:
    data = open_file(footer=footer)
    out = marked(data, ODT.mime, LINE) or b""
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        styles, meta = archive.read("styles.xml").decode(), archive.read("meta.xml").decode()
        with zipfile.ZipFile(io.BytesIO(data)) as before:
            assert archive.read("content.xml") == before.read("content.xml")
    foot = styles[styles.index("<style:footer") : styles.index("</style:footer>")]
    assert (foot.count(LINE), "Page" in foot, "display" in foot, LINE in meta) == (1, footer, False, True)
    assert styles.index("<style:header") < styles.index("<style:footer")
    assert sniff(out, "rapport.odt", ("odt",)).kind is ODT


def test_a_word_file_leaves_marked_stays_as_it_is_and_the_saving_is_logged(client, centre, dossier) -> None:
    data = word_file("Page 1")
    kept = attach(
        actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), file=store_bytes(data, kind="docx"), title="Rapport",
        kind="report", file_name="rapport.docx",
    )  # fmt: skip
    client.force_login(centre.worker)
    taken = client.get(reverse("documents:download", args=[kept.uuid]), {"save": 1})
    assert "Amélie Lambrecht" in Document(io.BytesIO(taken.content)).sections[0].footer.paragraphs[-1].text
    assert read_bytes(kept.file) == data
    assert ReadLine.objects.get(subject_type="document", subject_id=kept.pk).screen == "documents.saved"


def test_what_cannot_be_read_is_given_as_it_is() -> None:
    for mime in (DOCX.mime, ODT.mime):
        assert marked(b"PK\x03\x04 not a file", mime, LINE) is None
    assert marked(b"\x00\x00\x00 ftypheic", "image/heic", LINE) is None


def test_a_word_file_with_a_broken_part_is_shown_as_it_is() -> None:
    """The archive lists its parts and one of them cannot be unpacked: word processors repair that."""
    data = bytearray(word_file())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo("word/document.xml")
    start = part.header_offset + 30 + int.from_bytes(data[part.header_offset + 26 : part.header_offset + 28], "little")
    start += int.from_bytes(data[part.header_offset + 28 : part.header_offset + 30], "little")
    data[start : start + 8] = b"\xff" * 8
    assert marked(bytes(data), DOCX.mime, "ligne") is None


def test_a_photo_cut_short_is_refused_and_one_kept_already_is_shown_as_it_is() -> None:
    whole = picture("JPEG", (600, 400))
    short = whole[: len(whole) // 2]
    assert marked(short, "image/jpeg", LINE) is None
    with pytest.raises(UploadRefused) as refused:
        sniff(short, "photo.jpg")
    assert refused.value.code == "damaged"
    assert sniff(whole, "photo.jpg").kind.extension == "jpg"


def test_a_photo_of_a_telephone_is_shown_as_a_marked_jpeg_and_kept_as_it_came(client, centre, dossier) -> None:
    data = (Path(__file__).parent / "photo.heic").read_bytes()
    kept = accept_upload(FakeUpload("bail.heic", data))
    photo = attach(actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), file=kept, title="Bail", kind="lease")
    client.force_login(centre.worker)
    shown = client.get(reverse("documents:download", args=[photo.uuid]))
    assert shown.headers["Content-Type"] == "image/jpeg" and shown.headers["Content-Disposition"].startswith("inline")
    picture = Image.open(io.BytesIO(shown.content), formats=["JPEG"])
    assert picture.width == 240 and picture.height > 160
    saved = client.get(reverse("documents:download", args=[photo.uuid]), {"save": 1})
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{Path(photo.file_name).stem}.jpg"'
    assert read_bytes(photo.file) == data and photo.file.mime == "image/heic"


def test_the_download_is_marked_the_kept_file_is_not_and_saving_is_logged_apart(client, centre, dossier) -> None:
    lease = put(centre, dossier, "Bail")
    client.force_login(centre.worker)
    url = reverse("documents:download", args=[lease.uuid])
    shown = client.get(url)
    assert "Amélie Lambrecht" in text_of(shown.content)[0]
    assert shown.headers["Content-Length"] == str(len(shown.content))
    assert "Amélie Lambrecht" not in text_of(read_bytes(lease.file))[0]
    client.get(f"{url}?save=1")
    assert set(ReadLine.objects.filter(subject_id=lease.pk).values_list("screen", flat=True)) == {"documents.download", "documents.saved"}


def test_a_letter_is_shown_as_it_will_be_posted_and_marked_when_it_is_saved(client, centre, dossier) -> None:
    letter = attach(
        actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), file=store_bytes(scanned_pdf(1)), title="Décision",
        kind="notification", origin="produced",
    )  # fmt: skip
    client.force_login(centre.worker)
    url = reverse("documents:download", args=[letter.uuid])
    assert client.get(url).content == read_bytes(letter.file)
    assert "Amélie Lambrecht" in text_of(client.get(f"{url}?save=1").content)[0]
