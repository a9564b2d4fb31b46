"""What an agent takes out says who took it and when; what the centre keeps is not touched (C18)."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from django.urls import reverse
from PIL import Image

from parvis.documents.api import attach, read_bytes, store_bytes
from parvis.documents.errors import UploadRefused
from parvis.documents.sniffing import sniff
from parvis.documents.watermark import marked
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from tests.documents.factories import picture, scanned_pdf
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


def test_other_kinds_carry_none() -> None:
    assert marked(b"PK", "application/vnd.oasis.opendocument.text", LINE) is None


def test_a_photo_cut_short_is_refused_and_one_kept_already_is_shown_as_it_is() -> None:
    whole = picture("JPEG", (600, 400))
    short = whole[: len(whole) // 2]
    assert marked(short, "image/jpeg", LINE) is None
    with pytest.raises(UploadRefused) as refused:
        sniff(short, "photo.jpg")
    assert refused.value.code == "damaged"
    assert sniff(whole, "photo.jpg").kind.extension == "jpg"


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
