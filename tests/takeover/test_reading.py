"""Files as they come: encodings, separators, spreadsheets, and those made to do harm."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from parvis.takeover.errors import UnreadableTable
from parvis.takeover.reading import Table, read_table
from parvis.takeover.reading import tables as tables_module
from parvis.takeover.reading.columns import recognise
from parvis.takeover.reading.values import BadValue, clean, day
from tests.contacts.factories import niss

from .factories import HEAD, xlsx_file


def cells(data: bytes, name: str = "x.csv") -> list[tuple[str, ...]]:
    return [row.cells for row in read_table(data, name).rows(data)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_encodings_and_separators(encoding: str, sign: str) -> None:
    data = f"Nom{sign}Prénom\r\nLefèvre{sign}Éloïse\r\n\r\nMüller{sign}Jürgen\r\n".encode(encoding)
    assert cells(data) == [("Lefèvre", "Éloïse"), ("Müller", "Jürgen")]


def test_quoted_cells_may_hold_separators_and_line_breaks() -> None:
    data = b'Nom;Rue\n"Dupont; dit ""le Grand""";"Rue\nHaute 1"\nMartin;Rue 2\n'
    table = read_table(data, "x.csv")
    assert [(row.number, row.cells) for row in table.rows(data)] == [
        (2, ('Dupont; dit "le Grand"', "Rue\nHaute 1")),
        (4, ("Martin", "Rue 2")),
    ]


def test_the_sign_named_by_excel_is_used() -> None:
    assert cells(b"sep=,\nNom,Ville\nA;B,C\n") == [("A;B", "C")]


def test_columns_of_the_same_name_are_told_apart() -> None:
    assert read_table(b"Nom;Date;Date;\nA;1;2;3\n", "x.csv").header == ("Nom", "Date", "Date (2)")


def test_a_spreadsheet_gives_dates_and_whole_numbers() -> None:
    data = xlsx_file(
        [["Nom", "Né le", "Code"], ["Dupont", dt.date(1980, 5, 17), 4700], [None, None, None], ["Müller", dt.date(2001, 12, 31), 1000.5]]
    )
    table = read_table(data, "x.xlsx")
    assert (table.kind, table.sheet, table.header) == ("xlsx", "Personnes", ("Nom", "Né le", "Code"))
    assert [(row.number, row.cells) for row in table.rows(data)] == [
        (2, ("Dupont", "1980-05-17", "4700")),
        (4, ("Müller", "2001-12-31", "1000.5")),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\r\n ; ;\r\n", "empty"),
        (b"Nom;Prenom\r\n", "no_rows"),
        (b"Nom\r\nDupont\r\n", "one_column"),
        (b"%PDF-1.7 x;y\n1;2\n", "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 50, "xls"),
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        ((";".join(f"c{n}" for n in range(201)) + "\n" + "1;" * 201).encode(), "columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableTable) as caught:
        read_table(data, "x.csv")
    assert caught.value.code == code


def test_a_swollen_archive_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\x00" * 50_000_000)
    with pytest.raises(UnreadableTable) as caught:
        read_table(out.getvalue(), "x.xlsx")
    assert caught.value.code == "zip_bomb"


def test_an_archive_that_is_no_spreadsheet_and_entities_are_refused() -> None:
    def archive(**parts: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as box:
            for name, text in parts.items():
                box.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
        return out.getvalue()

    with pytest.raises(UnreadableTable) as caught:
        read_table(archive(word__document_xml="<w/>"), "x.xlsx")
    assert caught.value.code == "kind"
    original = xlsx_file([["Nom", "Rue"], ["Dupont", "Haute"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as box, zipfile.ZipFile(out, "w") as other:
        for part in box.namelist():
            text = box.read(part)
            if part == "xl/sharedStrings.xml":
                text = text.replace(b"<sst", b'<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst').replace(b"Dupont", b"&a;")
            other.writestr(part, text)
    assert "root:" not in str(cells(out.getvalue()))


@pytest.mark.parametrize("flip", [0x01, 0xFF])
def test_a_byte_changed_anywhere_gives_the_table_or_a_sentence(flip: int) -> None:
    """Broken streams, checksums, names, flags: a file that cannot be read is refused, never a fault of the server."""
    data = xlsx_file([["Nom", "Né le"], ["Dupont", dt.date(1980, 5, 17)]])
    refused = 0
    for at in range(0, len(data), 3):
        broken = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
        try:
            assert isinstance(cells(broken, "x.xlsx"), list)
        except UnreadableTable as error:
            assert str(error)
            refused += 1
    assert refused > 100


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_module, "MAX_ROWS", 2)
    data = b"A;B\n1;1\n2;2\n3;3\n"
    table: Table = read_table(data, "x.csv")
    with pytest.raises(UnreadableTable):
        list(table.rows(data))


class TestColumns:
    def test_names_of_old_systems_are_recognised(self) -> None:
        assert recognise(tuple(HEAD.split(";"))) == {
            "Id": "key", "Nom": "family_name", "Prénom": "given_names", "Date de naissance": "birth_date", "Sexe": "sex", "NISS": "national_number",
            "Langue": "language", "Rue": "street", "Numéro": "number", "Code postal": "postal_code", "Commune": "municipality", "Ménage": "household_key",
            "Lien ménage": "household_role", "No dossier": "dossier_key", "Rôle dossier": "dossier_role",
        }  # fmt: skip
        assert recognise(("Familienaam", "Voornaam", "Geboortedatum", "Rijksregisternummer", "Straat", "Bus", "Gemeente", "GSM")) == {
            "Familienaam": "family_name", "Voornaam": "given_names", "Geboortedatum": "birth_date", "Rijksregisternummer": "national_number",
            "Straat": "street", "Bus": "box", "Gemeente": "municipality", "GSM": "phone",
        }  # fmt: skip

    def test_what_was_confirmed_before_is_remembered_also_what_was_left_out(self) -> None:
        assert recognise(("Nom", "X1", "Sexe"), {"X1": "given_names", "Nom": "family_name", "Sexe": ""}) == {
            "X1": "given_names",
            "Nom": "family_name",
        }


class TestValues:
    @pytest.mark.parametrize(
        "text", ["17/05/1980", "17.5.1980", "17-05-1980", "1980-05-17", "19800517", "1980-05-17 00:00:00", "17/05/1980 00:00", "29358"]
    )
    def test_dates(self, text: str) -> None:
        assert day(text) == dt.date(1980, 5, 17)

    @pytest.mark.parametrize("text", ["17/05/80", "31/02/1980", "00/00/1950", "1980", "mai 1980", "99999"])
    def test_dates_that_cannot_be(self, text: str) -> None:
        with pytest.raises(BadValue) as caught:
            day(text)
        assert caught.value.advice

    @pytest.mark.parametrize("text", ["85.07.30-033.28", "85073003328", "850730 033-28", "85.07.30 033 28"])
    def test_national_numbers_however_written(self, text: str) -> None:
        assert clean("national_number", text) == "85073003328"

    def test_a_spreadsheet_takes_zeros_away_and_we_put_them_back(self) -> None:
        assert clean("national_number", niss("2001-02-03")[1:]) == niss("2001-02-03")

    @pytest.mark.parametrize(
        ("target", "text", "value"),
        [
            ("sex", "Vrouw", "F"), ("sex", "h", "M"), ("sex", "W", "F"), ("language", "Néerlandais", "nl"), ("language", "D", "de"),
            ("household_role", "Chef de ménage", "head"), ("dossier_role", "Aanvrager", "applicant"), ("protected", "Ja", True), ("protected", "", False),
            ("country", "Belgique", "BE"), ("country", "fr", "FR"), ("street", "  Rue   Haute ", "Rue Haute"), ("street", "", None),
        ],
    )  # fmt: skip
    def test_words_in_three_languages(self, target: str, text: str, value: object) -> None:
        assert clean(target, text) == value

    def test_a_protection_is_never_guessed(self) -> None:
        with pytest.raises(BadValue):
            clean("protected", "peut-être")


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        "Nom;Prénom\nLefèvre;Hélène\nGarçon;Noël\n",
        "Name;Vorname\nMüller;Jörg\nÖzgür;Änne\n",
        "NOM;PRENOM\nÉTIENNE;ZOÉ\n",
    ],
)
def test_an_old_system_wrote_its_letters_in_its_own_way(encoding: str, text: str) -> None:
    """DOS and old Macs: a name is never taken over with other signs in it because of that."""
    assert [";".join(row) for row in cells(text.encode(encoding))] == text.splitlines()[1:]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('Nom;Prénom\nA;B\n"C;D\nE;F\nG;H\n', 3),
        ('Nom;Prénom;Né\n"A;B;01/01/1980\nC;D;01/01/1981\nE";F;01/01/1982\n', 2),
    ],
)
def test_a_missing_quotation_mark_swallows_nobody(text: str, line: int) -> None:
    """The lines below would become one cell, and their persons be missed by nobody."""
    with pytest.raises(UnreadableTable) as caught:
        cells(text.encode())
    assert caught.value.code == "csv" and f" {line} " in str(caught.value.message)


def test_a_remark_of_several_lines_is_a_cell() -> None:
    data = 'Nom;Prénom;Remarque\nA;B;"ligne 1\nligne 2; suite"\nC;12" D;x\n'.encode()
    assert cells(data) == [("A", "B", "ligne 1\nligne 2; suite"), ("C", '12" D', "x")]


def test_a_number_that_a_spreadsheet_made_a_figure_of_is_the_number() -> None:
    assert clean("national_number", "85073003328.0") == clean("national_number", "85.07.30\u2013033.28") == "85073003328"
