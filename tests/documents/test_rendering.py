"""PDF, DOCX and ODT of the same blocks."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import docx
import odfdo
import pytest
from lxml import etree
from pypdf import PdfReader

from parvis.documents.api import (
    Promise,
    Receipt,
    RenderError,
    Section,
    Table,
    edit_block,
    render_letter_docx,
    render_letter_odt,
    render_letter_pdf,
    render_pdf,
    render_receipt_pdf,
    render_sheet_pdf,
)
from tests.documents.factories import envelope, letter

from .kept import faults

ON = date(2026, 3, 11)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ").split())


def test_the_german_letter_shows_its_amounts_explained(templates: None) -> None:
    text = words(render_letter_pdf(letter(language="de", golden=1), envelope("de"), date=ON))
    for piece in (
        "Ihr Eingliederungseinkommen: unsere Entscheidung",
        "Valmont, den 11. März 2026",
        "Es beträgt 589,05 € pro Monat.",
        "Wie wir gerechnet haben",
        "Jahresbetrag der Kategorie 1, mit anderen zusammenlebende Person",
        "10.513,60 €",
        "300,00 € × 12",
        "3.600,00 €",
        "−155,00 €",
        "3.445,00 €",
        "10.513,60 € − 3.445,00 €, geteilt durch 12",
        "Königlicher Erlass vom 11. Juli 2002, Artikel 22 § 2",
        "innerhalb von drei Monaten",
        "keine aufschiebende Wirkung",
        "Seite 1 von 2",
    ):
        assert piece in text, piece


def test_twice_the_same_file_and_another_date_another_file(templates: None) -> None:
    first = render_letter_pdf(letter(), envelope(), date=ON)
    assert first == render_letter_pdf(letter(), envelope(), date=ON)
    assert first != render_letter_pdf(letter(), envelope(), date=date(2026, 3, 12))


def test_the_pdf_is_tagged_and_says_its_language_title_and_date(templates: None) -> None:
    reader = PdfReader(io.BytesIO(render_letter_pdf(letter(language="de", golden=1), envelope("de"), date=ON)))
    root = reader.trailer["/Root"]
    assert str(root["/Lang"]).lower().startswith("de")
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert reader.metadata is not None and reader.metadata.title == "Einschreiben. Ihr Eingliederungseinkommen: unsere Entscheidung"
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260311")
    marks = reader.trailer["/Root"]["/Metadata"].get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in marks
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in marks


@pytest.mark.parametrize(
    "typed",
    [
        '#read("/etc/passwd")',
        '#eval("1+1")',
        "$ 1/0 $ #set page(width: 1cm)",
        "= Title *bold* _it_ <label> @ref `x` \\u{41}",
        '*/ #import "x"',
    ],
)
def test_what_is_typed_is_shown_and_never_run(templates: None, typed: str) -> None:
    text = words(render_letter_pdf(edit_block(letter(), "facts", typed), envelope(recipient=(typed,)), date=ON))
    assert text.replace(" ", "").count(typed.replace(" ", "")) == 2
    assert "root:" not in text


def test_an_unknown_template_is_a_fault_of_ours() -> None:
    with pytest.raises(RenderError):
        render_pdf("../../../etc/passwd", {"language": "fr"}, date=ON)


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        (
            "fr",
            [
                "Accusé de réception",
                "2 mars 2026",
                "2026/00412",
                "au plus tard le 1er avril 2026",
                "Service social, antenne Nord",
                "entendu",
                "premier paiement dans les 15 jours",
                "pendant 3 mois",
            ],
        ),
        ("nl", ["Ontvangstbewijs", "2 maart 2026", "uiterlijk op 1 april 2026", "gehoord", "binnen 15 dagen", "binnen 3 maanden"]),
        ("de", ["Empfangsbestätigung", "2. März 2026", "spätestens am 1. April 2026", "angehört", "von 15 Tagen", "binnen 3 Monaten"]),
        ("en", ["Receipt", "2 March 2026", "at the latest on 1 April 2026", "heard", "within 15 days", "for 3 months"]),
    ],
)
def test_the_receipt_says_day_service_and_terms(db: None, language: str, pieces: list[str]) -> None:
    receipt = Receipt(
        language=language,
        number="2026/00412",
        received_on=date(2026, 3, 2),
        promises=[
            Promise(
                {"fr": "Revenu d’intégration", "nl": "Leefloon", "de": "Eingliederungseinkommen", "en": "Integration income"},
                date(2026, 4, 1),
                pay_days=15,
                appeal_months=3,
            )
        ],
        service="Service social, antenne Nord",
        recipient=("Madame X",),
        missing=["Bail #read"],
        tracking_code="K7PQ-2MXD",
        oral=True,
    )
    pdf = render_receipt_pdf(receipt, date=date(2026, 3, 2))
    assert pdf == render_receipt_pdf(receipt, date=date(2026, 3, 2))
    text = words(pdf)
    for piece in [*pieces, "K7PQ-2MXD", "Bail #read"]:
        assert piece in text, piece
    assert faults(pdf) == []


@pytest.mark.parametrize("template", ["proposal", "minutes", "urgency", "list"])
def test_sheets(template: str) -> None:
    table = Table(
        [("N°", ""), ("Dossier", "wide"), ("Montant", "numeric")],
        [[f"{n}", "2026-00417", "10,00 €"] for n in range(80)],
        ["", "Total", "800,00 €"],
    )
    sections = [
        Section("Présences", pairs=[("Présents", "C. Meyer")]),
        Section("Décisions", text="Le comité **suit**.\n\n- une\n- deux", table=table),
    ]
    pdf = render_sheet_pdf(template, envelope(recipient=(), delivery=""), sections, date=ON, landscape=template == "list")
    text = words(pdf)
    assert "C. Meyer" in text and "800,00 €" in text and "page 2 sur" in text
    assert text.count("Montant") >= 2  # the header is repeated on each page
    assert faults(pdf) == []


# Office -----------------------------------------------------------------------------------------------------------------


def test_docx_holds_the_same_letter(templates: None) -> None:
    data = render_letter_docx(edit_block(letter(), "facts", "Typed & <b>text</b>\n\n- **one**"), envelope(), date=ON)
    assert data == render_letter_docx(edit_block(letter(), "facts", "Typed & <b>text</b>\n\n- **one**"), envelope(), date=ON)
    document = docx.Document(io.BytesIO(data))
    texts = [p.text for p in document.paragraphs]
    assert "Recommandé. Votre revenu d’intégration : notre décision" in texts and "Typed & <b>text</b>" in texts
    assert next(p.text for p in document.paragraphs if p.style.name == "List Bullet") == "one"
    assert document.tables[1].rows[-1].cells[1].text == "1\u00a0044,51\u00a0€"
    # LibreOffice lays a table out by its grid: without widths there, the amounts got half of the page
    assert [round(column.width.cm, 1) for column in document.tables[1].columns] == [12.6, 3.8]
    footer = document.sections[0].footer.paragraphs[0]._p.xml
    assert "PAGE" in footer and "NUMPAGES" in footer
    assert document.core_properties.language == "fr-BE"


def test_odt_holds_the_same_letter(templates: None) -> None:
    data = render_letter_odt(edit_block(letter(language="de", golden=1), "facts", "Typed & <b>text</b>"), envelope("de"), date=ON)
    assert data == render_letter_odt(edit_block(letter(language="de", golden=1), "facts", "Typed & <b>text</b>"), envelope("de"), date=ON)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.infolist()[0].filename == "mimetype" and archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        for name in ("content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"):
            etree.fromstring(archive.read(name))
    document = odfdo.Document(io.BytesIO(data))
    text = document.get_formatted_text()
    assert "Typed & <b>text</b>" in text and "589,05" in text and "geteilt durch 12" in text
    assert next(h.text_recursive for h in document.body.get_headers()) == "Einschreiben. Ihr Eingliederungseinkommen: unsere Entscheidung"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", ["odt", "docx"])
def test_libreoffice_opens_it(templates: None, tmp_path: Path, ending: str) -> None:
    render = render_letter_odt if ending == "odt" else render_letter_docx
    (tmp_path / f"letter.{ending}").write_bytes(render(letter(), envelope(), date=ON))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / f"letter.{ending}")],
        check=True,
        timeout=120,
    )
    text = words((tmp_path / "letter.pdf").read_bytes())
    assert "1 044,51 €" in text and "Page 1 of" not in text
