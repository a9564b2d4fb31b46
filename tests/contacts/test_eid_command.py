"""``parvis eid decode FILE... --json`` on real specimens and on cards signed here, whole and forged."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command

from parvis.contacts.eid.files import sort_files
from parvis.contacts.eid_cli import main

from .test_eid import ADDRESS, IDENTITY

KEYS = [
    "file", "national_number", "name", "given_names", "birth_date", "sex", "card_number", "document_type", "address", "signature", "warnings",
]  # fmt: skip


def decode(*arguments: object) -> tuple[list[dict[str, Any]], int]:
    out = io.StringIO()
    code = 0
    try:
        call_command("eid", "decode", *map(str, arguments), "--json", stdout=out)
    except SystemExit as stop:
        code = int(str(stop.code))
    return json.loads(out.getvalue())["files"], code


def _key(kind: str) -> Any:
    if kind == "ec":
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _sign(key: Any, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(hashes.SHA384())).ljust(112, b"\x00")


def _certificate(key: Any, name: str = "RRN 2020") -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime(2020, 1, 1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
    return builder.not_valid_before(start).not_valid_after(start.replace(year=2040)).sign(key, hashes.SHA256())


def write_card(folder: Path, kind: str, prefix: str = "", name: str = "RRN 2020") -> Path:
    """A signed card as card readers dump it; returns the identity file."""
    key = _key(kind)
    signature = _sign(key, IDENTITY)
    parts = {
        "identity.tlv": IDENTITY,
        "identity_signature.tlv": signature,
        "address.tlv": ADDRESS,
        "address_signature.tlv": _sign(key, ADDRESS.rstrip(b"\x00") + signature),
        "rrn_certificate.der": _certificate(key, name).public_bytes(Encoding.DER),
    }
    folder.mkdir(exist_ok=True)
    for file, data in parts.items():
        (folder / (prefix + file)).write_bytes(data)
    return folder / f"{prefix}identity.tlv"


class TestSamples:
    def test_the_whole_folder_of_a_card_may_be_named(self, samples: Path) -> None:
        folder = samples / "eid" / "commons-eid" / "alice-card"
        found, code = decode(*sorted(folder.iterdir()))
        assert code == 0
        by_name = {Path(one["file"]).name: one for one in found}
        assert len(by_name) == 11
        card = by_name["Identity.tlv"]
        assert list(card) == KEYS
        assert (card["national_number"], card["birth_date"], card["sex"], card["card_number"], card["signature"]) == (
            "71715100070",
            "1971-01-01",
            "F",
            "000000122157",
            "valid",
        )
        assert card["address"] == {"street": "Meirplaats 1 bus 1", "postal_code": "2000", "municipality": "Antwerpen"}
        assert "Specimen card: for tests only, never paid." in card["warnings"]
        assert by_name["Photo.tlv"]["warnings"] == ["Part of the card beside it: read together with its identity file."]

    def test_every_sample_says_something_and_only_parts_of_no_card_fail(self, samples: Path) -> None:
        folder = samples / "eid" / "commons-eid"
        found, code = decode(
            folder / "71715100070.eid", folder / "test-identity.tlv", folder / "test-address.tlv", folder / "test-photo.jpg"
        )
        assert code == 0
        assert [one["signature"] for one in found] == ["valid", "absent", "absent", "absent"]
        assert found[2]["address"]["municipality"] == "Antwerpen"
        assert found[2]["national_number"] is None
        alone, code = decode(folder / "test-photo.jpg")
        assert (code, alone[0]["error"]) == (1, "part")

    def test_tampered_samples_are_seen_through_the_command(self, samples: Path, tmp_path: Path) -> None:
        for path in (samples / "eid" / "commons-eid" / "alice-card").iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        address = tmp_path / "Address.tlv"
        address.write_bytes(address.read_bytes().replace(b"Antwerpen", b"Antwerpem"))
        found, code = decode(tmp_path / "Identity.tlv")
        assert (code, found[0]["signature"], found[0]["address"]["municipality"]) == (0, "invalid", "Antwerpem")
        assert "The signature of the address does not fit: do not trust this address." in found[0]["warnings"]


@pytest.mark.parametrize("kind", ["ec", "rsa"])
class TestSigned:
    def test_files_beside_are_found(self, kind: str, tmp_path: Path) -> None:
        found, code = decode(write_card(tmp_path, kind))
        assert (code, found[0]["signature"]) == (0, "valid")
        assert found[0]["address"] == {"street": "Hochstraße 12 bus 3", "postal_code": "4700", "municipality": "Eupen"}

    @pytest.mark.parametrize("file", ["identity.tlv", "address.tlv"])
    def test_a_changed_letter_is_seen(self, kind: str, file: str, tmp_path: Path) -> None:
        identity = write_card(tmp_path, kind)
        changed = tmp_path / file
        changed.write_bytes(changed.read_bytes().replace(b"Eupen", b"Eupem"))
        assert decode(identity)[0][0]["signature"] == "invalid"

    def test_signature_and_certificate_may_be_given(self, kind: str, tmp_path: Path) -> None:
        identity = write_card(tmp_path / "card", kind, name="Test signer")
        elsewhere = tmp_path / "alone"
        elsewhere.mkdir()
        (elsewhere / "x.bin").write_bytes(IDENTITY)
        signature = elsewhere.parent / "one.bin"
        signature.write_bytes((tmp_path / "card" / "identity_signature.tlv").read_bytes())
        certificate = tmp_path / "two.bin"
        certificate.write_bytes((tmp_path / "card" / "rrn_certificate.der").read_bytes())
        assert decode(elsewhere / "x.bin")[0][0]["signature"] == "absent"
        found, code = decode(elsewhere / "x.bin", "--signature", signature, "--certificate", certificate)
        assert (code, found[0]["signature"]) == (0, "valid")
        (elsewhere / "x.bin").write_bytes(IDENTITY.replace(b"Aachen", b"Aachem"))
        assert decode(elsewhere / "x.bin", "--signature", signature, "--certificate", certificate)[0][0]["signature"] == "invalid"
        assert decode(identity)[0][0]["signature"] == "valid"

    def test_another_signers_certificate_does_not_fit(self, kind: str, tmp_path: Path) -> None:
        identity = write_card(tmp_path, kind)
        (tmp_path / "rrn_certificate.der").write_bytes(_certificate(_key(kind)).public_bytes(Encoding.PEM))
        assert decode(identity)[0][0]["signature"] == "invalid"


def test_two_cards_in_one_folder_keep_their_own_signatures(tmp_path: Path) -> None:
    one = write_card(tmp_path, "ec", prefix="a-")
    two = write_card(tmp_path, "rsa", prefix="b-")
    found, _code = decode(one, two)
    assert [entry["signature"] for entry in found] == ["valid", "valid"]
    (tmp_path / "a-address_signature.tlv").write_bytes((tmp_path / "b-address_signature.tlv").read_bytes())
    assert [entry["signature"] for entry in decode(one, two)[0]] == ["invalid", "valid"]


def test_the_holders_own_certificate_never_speaks_for_the_card(tmp_path: Path) -> None:
    """A holder can sign with the card: two certificates of the card beside a forged identity prove nothing."""
    key = _key("rsa")
    (tmp_path / "identity.tlv").write_bytes(IDENTITY)
    (tmp_path / "identity_signature.tlv").write_bytes(_sign(key, IDENTITY))
    (tmp_path / "auth_certificate.der").write_bytes(_certificate(key, "Müller (Authentication)").public_bytes(Encoding.DER))
    (tmp_path / "sign_certificate.der").write_bytes(_certificate(_key("rsa"), "Müller (Signature)").public_bytes(Encoding.DER))
    found, _code = decode(tmp_path / "identity.tlv")
    assert found[0]["signature"] == "absent"
    assert "The certificate of the National Register is missing: the signature cannot be checked." in found[0]["warnings"]


def test_broken_files_are_said_and_do_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write_card(tmp_path / "card", "ec")
    broken = {"cut.tlv": IDENTITY[:40], "empty.tlv": b"", "scan.pdf": b"%PDF-1.7", "big.eid": b"A" * 70_000, "half.eid": b"<eid><identity"}
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
    found, code = decode(*(tmp_path / name for name in broken), tmp_path / "none.tlv", good)
    assert code == 1
    assert [one.get("error") for one in found] == ["not_a_card", "empty", "not_a_card", "too_large", "damaged", "missing", None]
    assert all(set(KEYS) <= set(one) and one["warnings"] for one in found)
    assert found[-1]["name"] == "Müller"
    assert main(["decode", str(good), "--signature", str(tmp_path / "nowhere.sig")]) == 2
    assert "nowhere.sig" in capsys.readouterr().err
    with pytest.raises(CommandError):
        call_command("eid", "decode", str(good), "--certificate", str(tmp_path / "nowhere.crt"))


@pytest.mark.parametrize("start", [b"<", b"\n <", b"\xef\xbb\xbf<", b"\xff\xd8"])
def test_a_signature_that_begins_like_a_page_or_a_photo_is_a_signature(start: bytes) -> None:
    """One random signature in 256 begins with "<": content decides by more than its first byte."""
    data = start + b"\x00\xfe" * 200
    found = sort_files({"identity.tlv": IDENTITY, "identity_signature.tlv": data[:256]})
    assert (found.identity_signature, found.xml, found.photo) == (data[:256], b"", b"")
