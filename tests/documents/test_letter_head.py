"""The letter head changed on a page: looked at, published as the next number; the next letter bears it, letters made before keep theirs (A9)."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from parvis.documents.api import (
    Envelope,
    draft_letter,
    render_letter_docx,
    render_letter_html,
    render_letter_odt,
    render_letter_pdf,
    sender,
)
from parvis.documents.errors import DocumentError, UploadRefused
from parvis.documents.letters.head import logo_of
from parvis.documents.lists import list_pdf
from parvis.documents.models import LetterHead
from parvis.documents.services.heads import logo_from, publish_letter_head
from parvis.documents.services.templates import load_reference
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.ui.sheets import Sheet
from tests.identity.factories import an_account
from tests.support import actor

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ROOT = system_actor("test")
URL = "/documents/letter-head/"
SAID = {"name": "CPAS de Valmont", "lines": "Rue Neuve 12\n4999 Valmont", "phone": "085 11 22 33", "email": "cpas@valmont.example"}


@pytest.fixture
def admin(client):
    client.force_login(an_account("administrator"))
    return client


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def letter() -> tuple[list, Envelope]:
    load_reference(actor=ROOT)
    blocks = draft_letter("one_off.grant", "fr", {"request_on": clock.today()})
    return blocks, Envelope(language="fr", subject="Aide", on=clock.today(), reference="2026-00001")


def text_of(pdf: bytes) -> str:
    return " ".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_administrator_changes_the_head_and_the_next_letter_bears_it_while_old_ones_stay(admin, settings) -> None:
    before = sender()
    assert (before.head, before.name, before.phone) == (0, settings.PARVIS["name"], settings.PARVIS["phone"])
    blocks, old = letter()
    old_pdf = render_letter_pdf(blocks, old, date=clock.today())
    first = admin.get(URL).content.decode()
    assert before.name in first and "None" not in first
    sent = SAID | {"after": "0", "look": "1", "logo": SimpleUploadedFile("logo.txt", picture("JPEG"), "text/plain")}
    key = {"idempotency_key": "0" * 32}  # the page that was looked at sends its own key on
    looked = admin.post(URL, sent | key)
    page = looked.content.decode()
    assert looked.status_code == 200 and "data:image/png;base64," in page and "Rue Neuve 12" in page
    assert not LetterHead.objects.exists(), "looked at, not published"
    done = admin.post(URL, SAID | key | {"after": "0", "publish": "1", "looked_logo": looked.context["packed"]})
    assert (done.status_code, done["Location"]) == (303, URL)
    row = LetterHead.objects.get()
    twice = admin.post(URL, SAID | key | {"after": "0", "publish": "1"})
    assert (twice.status_code, twice["Location"], LetterHead.objects.count()) == (303, URL, 1), "a double click leads where the first led"
    assert (row.number, row.lines, row.logo_width, row.logo_height) == (1, ["Rue Neuve 12", "4999 Valmont"], 300, 100)
    assert Image.open(io.BytesIO(bytes(row.logo))).format == "PNG", "drawn anew"
    assert MutationLine.objects.filter(verb="letter_head.published").count() == 1
    _blocks, new = letter()
    assert (new.sender.head, new.sender.phone, new.sender.logo) == (1, "085 11 22 33", row.logo_sha256)
    pdf = render_letter_pdf(blocks, new, date=clock.today())
    assert "Rue Neuve 12 4999 Valmont" in text_of(pdf) and len(PdfReader(io.BytesIO(pdf)).pages[0].images) == 1
    assert pdf == render_letter_pdf(blocks, Envelope.from_json(new.to_json()), date=clock.today()), "the same bytes each time"
    listed = Sheet("Liste", [("Nom", False)], iter([["Benali"]]), [], ["1 ligne"], "fr", clock.today())
    assert "Rue Neuve 12 4999 Valmont" in text_of(list_pdf(listed)), "a list taken out as PDF bears it too"
    assert render_letter_pdf(blocks, Envelope.from_json(old.to_json()), date=clock.today()) == old_pdf
    assert "sender" in old.to_json() and "logo" not in old.to_json()["sender"], "packs of before keep their form"
    html = render_letter_html(blocks, new)
    address = f"{reverse('documents:letter_head_logo')}?v={row.logo_sha256}"
    assert address in html
    shown = admin.get(address)
    assert (shown["Content-Type"], shown.content) == ("image/png", bytes(row.logo))
    for made, name in ((render_letter_docx, "word/media/image1.png"), (render_letter_odt, "Pictures/logo.png")):
        file = made(blocks, new, date=clock.today())
        assert zipfile.ZipFile(io.BytesIO(file)).read(name) == bytes(row.logo)
        assert file == made(blocks, new, date=clock.today())
        assert not any(
            "logo" in one or "media" in one for one in zipfile.ZipFile(io.BytesIO(made(blocks, old, date=clock.today()))).namelist()
        )
    # The next version keeps the picture unless it is left out; the letter of version 1 stays as it was.
    changed = SAID | {"name": "CPAS de Valmont et environs", "after": "1", "publish": "1"}
    assert admin.post(URL, changed).status_code == 303
    assert (sender().name, sender().logo) == ("CPAS de Valmont et environs", row.logo_sha256)
    assert admin.post(URL, changed | {"after": "2", "no_logo": "on"}).status_code == 303
    assert (sender().head, sender().logo) == (3, "")
    assert render_letter_pdf(blocks, Envelope.from_json(new.to_json()), date=clock.today()) == pdf
    older = admin.get(URL, {"number": "1"}).content.decode()
    assert address in older and "Rue Neuve 12" in older


def test_what_is_wrong_is_said_by_line_and_changes_nothing(admin) -> None:
    lines = "Rue {rue} 12\n" + "x" * 91
    page = admin.post(URL, SAID | {"lines": lines, "email": "cpas@", "after": "0", "publish": "1"})
    said = page.content.decode()
    assert page.status_code == 422
    assert "Ligne 1 : « {rue} » serait imprimé tel quel." in said and "La ligne 2 dépasse 90 caractères." in said
    assert "pas une adresse" in said and "Rue {rue} 12" in said
    for name, data in (
        ("logo.png", b"<svg onload=alert(1)>"),
        ("logo.png", b"MZ\x00program"),
        ("logo.png", picture()[:60]),
        ("logo.pdf", b"%PDF-1.4\n"),
    ):
        refused = admin.post(URL, SAID | {"after": "0", "publish": "1", "logo": SimpleUploadedFile(name, data, "image/png")})
        assert refused.status_code == 422, name
    forged = admin.post(URL, SAID | {"after": "0", "publish": "1", "looked_logo": "abc:def"})
    assert forged.status_code == 422
    with pytest.raises(UploadRefused):
        logo_from(b"\x89PNG\r\n\x1a\n" + b"0" * (5 * 1024 * 1024 + 1), "large.png")
    for wrong in ({"name": " "}, {"lines": ["1", "2", "3", "4", "5", "6"]}, {"after": 4}):
        with pytest.raises(DocumentError):
            publish_letter_head(actor=ROOT, **({"name": "CPAS", "lines": []} | wrong))
    assert not LetterHead.objects.exists()


def test_only_the_administration_of_the_whole_centre_and_a_version_is_never_rewritten(client) -> None:
    for function in ("chief", "social_worker", "committee_secretary", "auditor"):
        client.force_login(an_account(function))
        assert client.get(URL).status_code == client.post(URL, SAID | {"after": "0", "publish": "1"}).status_code == 404
    with pytest.raises(NotAllowed):
        publish_letter_head(actor=actor("chief", account_id=5, label="x"), name="CPAS", lines=[])
    row = publish_letter_head(actor=ROOT, name="CPAS", lines=["Rue 1"], logo=logo_from(picture(size=(3000, 200)), "a.png"))
    assert publish_letter_head(actor=ROOT, name="CPAS", lines=["Rue 1"], after=1) == row, "nothing differs"
    assert (row.logo_width, logo_of(row.logo_sha256).wide, logo_of("x")) == (1200, True, None)
    with pytest.raises(DatabaseError), transaction.atomic():
        LetterHead.objects.update(name="autre")
    assert client.get(reverse("documents:letter_head_logo"), {"v": "unknown"}).status_code == 404
