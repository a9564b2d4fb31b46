"""Cards of others (specimens of the eID quick keys, Fedict commons-eid) and broken ones of our own."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parvis.contacts import api
from parvis.contacts.eid import UnreadableCard, decode, document_type_label
from parvis.contacts.eid.reading import _birth_date
from parvis.contacts.errors import InvalidPerson, UnreadableFile
from parvis.contacts.models import Identifier, Person
from parvis.kernel.errors import NotAllowed

from .factories import PAYER, WORKER, make_person


def _alice(samples: Path) -> dict[str, bytes]:
    folder = samples / "eid" / "commons-eid" / "alice-card"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def tlv(*fields: tuple[int, bytes]) -> bytes:
    out = b""
    for tag, value in fields:
        length = len(value)
        out += bytes([tag]) + b"\xff" * (length // 255) + bytes([length % 255]) + value
    return out


IDENTITY = tlv(
    (1, b"592123456789"), (3, b"01.02.2020"), (4, b"01.02.2030"), (5, b"Eupen"), (6, b"80030200769"), (7, "Müller".encode()), (8, "Jürgen".encode()),
    (10, b"Deutschland"), (11, b"Aachen"), (12, "02.MÄR. 1980".encode()), (13, b"M"), (15, b"17"), (16, b"0"),
)  # fmt: skip
ADDRESS = tlv((1, "Hochstraße 12 bus 3".encode()), (2, b"4700"), (3, b"Eupen")) + bytes(40)


def test_a_whole_specimen_card_is_read_and_verified(samples: Path) -> None:
    reading = decode(_alice(samples))
    assert reading.national_number == "71715100070"
    assert (reading.name, reading.given_names, reading.sex) == ("SPECIMEN", "Alice Geldigekaart A", "F")
    assert reading.birth_date == dt.date(1971, 1, 1)
    assert reading.valid_to == dt.date(2014, 7, 23)
    assert (reading.address.street, reading.address.postal_code, reading.address.municipality) == (
        "Meirplaats 1 bus 1",
        "2000",
        "Antwerpen",
    )
    assert (reading.signature, reading.address_signature, reading.photo_fits) == ("valid", "valid", True)
    assert reading.certificate == "unknown_root"
    assert reading.specimen
    assert reading.warnings == ("weak_signature", "certificate_unknown_root", "specimen")


def test_the_root_of_the_instance_makes_the_certificate_trusted(samples: Path) -> None:
    files = _alice(samples)
    root = x509.load_der_x509_certificate(files["RootCertificate.tlv"])
    assert decode(files, trusted_roots=[root]).certificate == "trusted"


def test_the_binary_export_of_the_viewer_is_read(samples: Path) -> None:
    data = (samples / "eid" / "commons-eid" / "71715100070.eid").read_bytes()
    reading = decode({"71715100070.eid": data})
    assert (reading.national_number, reading.card_number, reading.origin) == ("71715100070", "000000003333", "export")
    assert (reading.signature, reading.address_signature, reading.photo_fits) == ("valid", "valid", True)


def test_card_files_alone_are_read_but_not_verified(samples: Path) -> None:
    folder = samples / "eid" / "commons-eid"
    reading = decode({name: (folder / name).read_bytes() for name in ("test-identity.tlv", "test-address.tlv", "test-photo.jpg")})
    assert reading.signature == "absent"
    assert "not_verified" in reading.warnings
    assert reading.as_json("x")["birth_date"] == "1971-01-01"


@pytest.mark.parametrize("name", ["Identity.tlv", "Address.tlv", "Photo.tlv"])
def test_one_changed_byte_is_seen(samples: Path, name: str) -> None:
    files = _alice(samples)
    data = bytearray(files[name])
    at = data.index(b"Antwerpen") if b"Antwerpen" in data else len(data) // 2
    data[at + 1] ^= 1
    reading = decode(files | {name: bytes(data)})
    seen = {
        "Identity.tlv": reading.signature,
        "Address.tlv": reading.address_signature,
        "Photo.tlv": "invalid" if reading.photo_fits is False else "",
    }
    assert seen[name] == "invalid"


def test_new_cards_are_signed_on_an_elliptic_curve() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "RRN")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1))
        .not_valid_after(dt.datetime(2040, 1, 1))
        .sign(key, hashes.SHA384())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    padded = key.sign(IDENTITY, ec.ECDSA(hashes.SHA384())).ljust(112, b"\x00")
    address = key.sign(ADDRESS.rstrip(b"\x00") + padded, ec.ECDSA(hashes.SHA384())).ljust(112, b"\x00")
    files = {
        "identity": IDENTITY,
        "identity_signature": padded,
        "address": ADDRESS,
        "address_signature": address,
        "rrn": certificate.public_bytes(Encoding.DER),
    }
    reading = decode(files, trusted_roots=[certificate])
    assert (reading.signature, reading.address_signature, reading.certificate) == ("valid", "valid", "trusted")
    assert reading.birth_date == dt.date(1980, 3, 2)
    assert (reading.name, document_type_label(reading.document_type)) == ("Müller", "F")
    assert not reading.specimen
    changed = IDENTITY.replace(b"Aachen", b"Aachem")
    assert decode(files | {"identity": changed}, trusted_roots=[certificate]).signature == "invalid"


def _xml(photo: bytes = b"\xff\xd8\xff") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<eid doctype="eid-document" graphpersoversion="00">
  <identity nationalnumber="80030200769" dateofbirth="19800302" gender="male" specialstatus="NO_STATUS">
    <name>Müller</name><firstname>Jürgen</firstname><middlenames>K</middlenames><nationality>Deutschland</nationality>
    <placeofbirth>Aachen</placeofbirth><photo>{base64.b64encode(photo).decode()}</photo></identity>
  <card documenttype="belgian_citizen" cardnumber="592123456789" validitydatebegin="20200201" validitydateend="20300201">
    <deliverymunicipality>Eupen</deliverymunicipality></card>
  <address><streetandnumber>Hochstraße 12</streetandnumber><zip>4700</zip><municipality>Eupen</municipality></address>
</eid>""".encode()


def test_the_xml_export_is_read_and_said_to_be_unverified() -> None:
    reading = decode({"mueller.eid": _xml()})
    assert (reading.name, reading.given_names, reading.birth_date, reading.sex) == ("Müller", "Jürgen K", dt.date(1980, 3, 2), "M")
    assert reading.address.municipality == "Eupen"
    assert reading.valid_to == dt.date(2030, 2, 1)
    assert (reading.signature, reading.origin, reading.warnings) == ("absent", "viewer", ("not_verified",))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "empty"),
        ({"x": b""}, "empty"),
        ({"x": b"A" * 70_000}, "too_large"),
        ({"x.pdf": b"%PDF-1.7 ..."}, "not_a_card"),
        ({"x.eid": b"<eid><identity"}, "damaged"),
        ({"x.eid": b"<html></html>"}, "not_a_card"),
        ({"x.eid": b'<!DOCTYPE eid [<!ENTITY a SYSTEM "file:///etc/passwd">]><eid><identity nationalnumber="80030200769"><name>&a;</name></identity></eid>'}, "not_a_card"),
        ({"x": bytes(200)}, "not_a_card"),
        ({"x": IDENTITY[:30]}, "not_a_card"),
    ],
)  # fmt: skip
def test_what_is_not_a_card_is_refused(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(UnreadableCard) as caught:
        decode(files)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01 JAN 1971", dt.date(1971, 1, 1)),
        ("22.DEZ. 1997", dt.date(1997, 12, 22)),
        ("5 AOUT 1960", dt.date(1960, 8, 5)),
        ("14 FÉV  1985", dt.date(1985, 2, 14)),
        ("31 MEI 2001", dt.date(2001, 5, 31)),
        ("30 FEB 2001", None),
        ("1971", None),
        ("MARS 1950", None),
    ],
)
def test_birth_dates_of_cards(text: str, day: dt.date | None) -> None:
    assert _birth_date(text) == day


@pytest.mark.django_db
class TestTakingOver:
    def test_a_card_makes_a_person_with_the_card_as_source(self, samples: Path) -> None:
        reading = api.decode_eid(_alice(samples))
        person = api.create_person_from_eid(actor=WORKER, reading=reading, language="nl")
        card = api.person_card(WORKER, person.pk)
        assert (card.display_name, card.specimen, card.number_kind, card.language) == (
            "Alice Geldigekaart A SPECIMEN",
            True,
            "specimen",
            "nl",
        )
        assert card.address == "Meirplaats 1/1, 2000 Antwerpen"
        assert Identifier.unscoped.get().source == "eid"
        assert [one.same for one in api.compare_eid(person.pk, reading)] == [True, True, True, True]

    def test_differences_are_shown_and_only_what_is_ticked_changes(self, samples: Path) -> None:
        reading = api.decode_eid(_alice(samples))
        person = make_person("Specimen", "Alice", "1971-01-01")
        shown = {one.field: one for one in api.compare_eid(person.pk, reading)}
        assert {field for field, one in shown.items() if not one.same} == {"name", "birth", "identifier", "address"}
        assert (shown["name"].known, shown["name"].card) == ("Alice Specimen", "Alice Geldigekaart A SPECIMEN")
        api.apply_eid(actor=WORKER, person_id=person.pk, reading=reading, fields={"address"})
        card = api.person_card(WORKER, person.pk)
        assert (card.display_name, card.address, card.number) == ("Alice Specimen", "Meirplaats 1/1, 2000 Antwerpen", "")

    @pytest.mark.parametrize(
        ("part", "true", "forged"), [("Identity.tlv", b"Alice", b"Alise"), ("Address.tlv", b"Meirplaats", b"Meirplaatz")]
    )
    def test_a_card_forged_in_one_part_is_not_taken_over_at_all(self, samples: Path, part: str, true: bytes, forged: bytes) -> None:
        files = _alice(samples)
        assert true in files[part]
        files[part] = files[part].replace(true, forged)
        reading = api.decode_eid(files)
        # Of a signature that does not fit nothing says that it fits.
        assert ("certificate_unknown_root" in reading.warnings) is (reading.signature == "valid") is (part == "Address.tlv")
        with pytest.raises(InvalidPerson):
            api.create_person_from_eid(actor=WORKER, reading=reading)
        assert not Person.unscoped.exists()
        person = make_person()
        version = person.version
        with pytest.raises(InvalidPerson):
            api.apply_eid(actor=WORKER, person_id=person.pk, reading=reading, fields={"name"})
        assert Person.unscoped.get().version == version

    def test_a_hidden_address_is_not_compared_in_the_open(self, samples: Path) -> None:
        person = make_person("Specimen", "Alice", "1971-01-01")
        api.set_address(actor=WORKER, person=person, street="Refuge", municipality="Namur", hidden=True)
        shown = {one.field: one for one in api.compare_eid(person.pk, api.decode_eid(_alice(samples)))}
        assert "Refuge" not in shown["address"].known + shown["address"].card
        assert "Meirplaats" not in shown["address"].card

    def test_refusals_speak_and_change_nothing(self, samples: Path) -> None:
        with pytest.raises(UnreadableFile) as caught:
            api.decode_eid({"scan.pdf": b"%PDF-1.7"})
        assert "eID" in str(caught.value)
        person = make_person()
        with pytest.raises(NotAllowed):
            api.apply_eid(actor=PAYER, person_id=person.pk, reading=api.decode_eid(_alice(samples)), fields={"name"})
        assert api.person_card(WORKER, person.pk).display_name == "Claire Dupont"


class TestCommand:
    """``parvis eid decode FILE... --json``"""

    def run(self, *arguments: str) -> dict:
        import io
        import json

        from django.core.management import call_command

        out = io.StringIO()
        call_command("eid", "decode", *arguments, "--json", stdout=out)
        return json.loads(out.getvalue())

    def test_card_and_export(self, samples: Path) -> None:
        folder = samples / "eid" / "commons-eid"
        card, export, alone = self.run(
            str(folder / "alice-card" / "Identity.tlv"), str(folder / "71715100070.eid"), str(folder / "test-identity.tlv")
        )["files"]
        assert set(card) == {
            "file", "national_number", "name", "given_names", "birth_date", "sex", "card_number", "document_type", "address", "signature", "warnings",
        }  # fmt: skip
        assert (card["signature"], export["signature"], alone["signature"]) == ("valid", "valid", "absent")
        assert card["birth_date"] == "1971-01-01"
        assert card["address"]["municipality"] == "Antwerpen"
        assert any("Specimen" in text for text in card["warnings"])

    def test_a_file_that_is_no_card_ends_with_an_error(self, tmp_path: Path) -> None:
        other = tmp_path / "scan.pdf"
        other.write_bytes(b"%PDF-1.7")
        with pytest.raises(SystemExit):
            self.run(str(other))


@pytest.mark.parametrize(
    "number",
    [
        b"\xb2" * 11,  # a digit to look at, in another alphabet of bytes
        "²²²²²".encode() + b"1",
        "٣٣٣٣٣".encode() + b"1",
        b"8003020076\x00",
        b"80030200 69",
        b"+8003020076",
    ],
)
def test_a_number_of_odd_bytes_makes_no_card_of_it_and_says_so(number: bytes) -> None:
    """Bytes are figures only when they are those of ASCII: nothing further on meets a number that it cannot reckon with."""
    identity = IDENTITY.replace(b"80030200769", number)
    assert number in identity
    with pytest.raises(UnreadableCard) as refused:
        decode({"identity.tlv": identity, "address.tlv": ADDRESS})
    assert refused.value.code == "address_only"


def test_figures_of_another_script_are_no_national_number_in_an_export_either() -> None:
    xml = '<?xml version="1.0" encoding="UTF-8"?><eid><identity nationalnumber="{}"><name>Müller</name></identity><card/></eid>'
    with pytest.raises(UnreadableCard) as refused:
        decode({"export.eid": xml.format("٨٠٠٣٠٢٠٠٧٦٩").encode()})
    assert refused.value.code == "not_a_card"
