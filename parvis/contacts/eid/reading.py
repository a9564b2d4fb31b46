"""From the files of a card to one reading."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from . import signatures, tlv
from .files import CardFiles, keep_certificate, looks_like_address, sort_files, text_of
from .signatures import ABSENT, INVALID, VALID

MAX_FILE = 64 * 1024
"""No card file and no viewer export comes near this size."""

DOCUMENT_TYPES = {
    "1": "Belgian citizen",
    "6": "Kids-ID",
    "7": "bootstrap card",
    "8": "authorisation card",
    "11": "A",
    "12": "B",
    "13": "C",
    "14": "D",
    "15": "E",
    "16": "E+",
    "17": "F",
    "18": "F+",
    "19": "H",
    "20": "I",
    "21": "J",
    "22": "M",
    "23": "N",
    "27": "K",
    "28": "L",
    "31": "EU",
    "32": "EU+",
    "33": "A",
    "34": "B",
    "35": "F",
    "36": "F+",
}

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("JAN", "JANV"),
            ("FEV", "FEB", "FEVR"),
            ("MAR", "MARS", "MAAR", "MRT", "MRZ"),
            ("AVR", "APR"),
            ("MAI", "MEI"),
            ("JUN", "JUIN"),
            ("JUL", "JUIL"),
            ("AOU", "AOUT", "AUG"),
            ("SEP", "SEPT"),
            ("OCT", "OKT"),
            ("NOV",),
            ("DEC", "DEZ"),
        ),
        start=1,
    )
    for name in names
}
_FOLD = str.maketrans("ÉÈÛÄËÏÖÜéèûäëïöü", "EEUAEIOUEEUAEIOU")


class UnreadableCard(ValueError):
    """No identity was found in the files. ``code`` says why: empty, too_large, not_a_card, damaged,
    address_only, bad_certificate."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class EidAddress:
    street: str = ""
    postal_code: str = ""
    municipality: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.postal_code or self.municipality)


@dataclass(frozen=True)
class EidReading:
    """What one card says. Dates are None when the card gives no full date (old cards)."""

    national_number: str
    name: str
    given_names: str
    birth_date: dt.date | None
    birth_date_text: str = ""
    birth_place: str = ""
    sex: str = ""
    nationality: str = ""
    noble_title: str = ""
    document_type: str = ""
    special_status: str = "0"
    card_number: str = ""
    chip_number: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    issued_by: str = ""
    address: EidAddress = EidAddress()
    photo: bytes = field(default=b"", repr=False)
    photo_fits: bool | None = None
    signature: str = ABSENT
    address_signature: str = ABSENT
    certificate: str = ABSENT
    specimen: bool = False
    origin: str = "card"
    warnings: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """``valid``, ``invalid`` or ``absent`` for everything that was read: one signature that does not fit spoils the whole."""
        return INVALID if INVALID in (self.signature, self.address_signature) else self.signature

    def as_json(self, file: str = "") -> dict[str, object]:
        """Shape printed by ``parvis eid decode FILE... --json``."""
        return {
            "file": file,
            "national_number": self.national_number,
            "name": self.name,
            "given_names": self.given_names,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "sex": self.sex,
            "card_number": self.card_number,
            "document_type": document_type_label(self.document_type),
            "address": {
                "street": self.address.street,
                "postal_code": self.address.postal_code,
                "municipality": self.address.municipality,
            }
            if self.address
            else None,
            "signature": self.state,
            "warnings": list(self.warnings),
        }


def document_type_label(code: str) -> str:
    """The card's kind; an unknown code is shown as it is, never refused."""
    key = code.lstrip("0")
    if key.isdecimal() and 61 <= int(key) <= 69:
        return f"kids card of a foreigner ({key})"
    return DOCUMENT_TYPES.get(key, code)


def decode(
    files: Mapping[str, bytes],
    *,
    signature_files: Sequence[bytes] = (),
    certificate_files: Sequence[bytes] = (),
    trusted_roots: Sequence[x509.Certificate] = (),
) -> EidReading:
    """Read the files of one card, recognised by content first and by name second.

    Args:
        files: name to content.
        signature_files, certificate_files: known to be signatures and certificates, whatever they look like.

    Raises:
        UnreadableCard: they hold no identity.
    """
    everything = [*files.values(), *signature_files, *certificate_files]
    if not any(files.values()):
        raise UnreadableCard("empty")
    if any(len(data) > MAX_FILE for data in everything):
        raise UnreadableCard("too_large")
    found = sort_files(files)
    if signature_files:
        found.identity_signature = b""
        found.loose_signatures[:0] = signature_files
    for data in certificate_files:
        certificate = signatures.load_certificate(data)
        if certificate is None:
            raise UnreadableCard("bad_certificate")
        keep_certificate(found, "", certificate, given=True)
    if found.xml:
        return _from_xml(found.xml, trusted_roots)
    if not found.identity:
        raise UnreadableCard("address_only" if found.address else "not_a_card")
    return _from_card(found, trusted_roots)


def decode_address(data: bytes) -> EidAddress | None:
    """The address, when the file is the address file of a card."""
    return _address(data) if looks_like_address(data) else None


def _address(data: bytes) -> EidAddress:
    parts = tlv.card_fields(data)
    return EidAddress(text_of(parts, 1), text_of(parts, 2), text_of(parts, 3))


def _from_card(found: CardFiles, trusted_roots: Sequence[x509.Certificate]) -> EidReading:
    fields = tlv.card_fields(found.identity)
    warnings: list[str] = []
    signature, address_signature = _check_signatures(found, warnings)
    fits = signatures.photo_fits(found.photo, fields.get(17, b"")) if found.photo else None
    if fits is False:
        warnings.append("photo_differs")
    certificate = ABSENT
    if found.signers:
        certificate = signatures.chain_state(found.signers[0], found.root, trusted_roots)
        # Of a signature that does not fit it is not said that it fits.
        if certificate == signatures.BROKEN or (certificate != signatures.TRUSTED and signature == VALID):
            warnings.append("certificate_" + certificate)
    if signature == ABSENT:
        warnings.append("not_verified")
    number = text_of(fields, 6)
    birth_text = text_of(fields, 12)
    birth_date = _birth_date(birth_text)
    specimen = is_specimen(number)
    if specimen:
        warnings.append("specimen")
    address = EidAddress()
    if found.address:
        try:
            address = _address(found.address)
        except tlv.BadTlv:
            warnings.append("address_damaged")
    return EidReading(
        national_number=number,
        name=text_of(fields, 7),
        given_names=" ".join(filter(None, (text_of(fields, 8), text_of(fields, 9)))),
        birth_date=birth_date,
        birth_date_text=birth_text,
        birth_place=text_of(fields, 11),
        sex=_sex(text_of(fields, 13)),
        nationality=text_of(fields, 10),
        noble_title=text_of(fields, 14),
        document_type=text_of(fields, 15),
        special_status=text_of(fields, 16) or "0",
        card_number=text_of(fields, 1),
        chip_number=fields.get(2, b"").hex().upper(),
        valid_from=_card_date(text_of(fields, 3)),
        valid_to=_card_date(text_of(fields, 4)),
        issued_by=text_of(fields, 5),
        address=address,
        photo=found.photo,
        photo_fits=fits,
        signature=signature,
        address_signature=address_signature,
        certificate=certificate,
        specimen=specimen,
        origin=found.origin,
        warnings=tuple(warnings),
    )


def _check_signatures(found: CardFiles, warnings: list[str]) -> tuple[str, str]:
    """States of the identity and address signatures; loose signature files are tried on both."""
    if not found.signers:
        if found.identity_signature or found.loose_signatures:
            warnings.append("certificate_absent")
        return ABSENT, ABSENT
    named = [found.identity_signature] if found.identity_signature else found.loose_signatures
    identity_state, used = ABSENT, b""
    for candidate, certificate in itertools.product(named, found.signers):
        algorithm = signatures.verify(certificate, candidate, signatures.identity_content(found.identity))
        identity_state, used = (VALID if algorithm else INVALID), candidate
        if algorithm:
            found.signers = [certificate]
            if algorithm == "sha1":
                warnings.append("weak_signature")
            break
    if identity_state == INVALID:
        warnings.append("identity_signature_invalid")
    address_state = _check_address(found, used) if found.address else ABSENT
    if address_state == INVALID:
        warnings.append("address_signature_invalid")
    elif address_state == ABSENT and identity_state == VALID and found.address:
        warnings.append("address_not_verified")
    return identity_state, address_state


def _check_address(found: CardFiles, identity_signature: bytes) -> str:
    candidates = (
        [found.address_signature] if found.address_signature else [one for one in found.loose_signatures if one != identity_signature]
    )
    if not candidates or not identity_signature:
        return ABSENT
    signed = signatures.address_content(found.address, identity_signature)
    fits = any(signatures.verify(certificate, one, signed) for one, certificate in itertools.product(candidates, found.signers))
    return VALID if fits else INVALID


def _from_xml(data: bytes, trusted_roots: Sequence[x509.Certificate]) -> EidReading:
    from lxml import etree  # only the viewer's export needs it

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableCard("damaged") from error
    if root.getroottree().docinfo.doctype or etree.QName(root).localname != "eid":
        raise UnreadableCard("not_a_card")
    identity, card, address = root.find("identity"), root.find("card"), root.find("address")
    number = "" if identity is None else (identity.get("nationalnumber") or "")
    if identity is None or len(number) != 11 or not (number.isascii() and number.isdecimal()):
        raise UnreadableCard("not_a_card")

    def text(parent: etree._Element | None, name: str) -> str:
        return "" if parent is None else (parent.findtext(name) or "").strip()

    def attribute(parent: etree._Element | None, name: str) -> str:
        return "" if parent is None else (parent.get(name) or "").strip()

    # The export carries no signature file: it can be edited with any text editor.
    warnings = ["not_verified"]
    try:
        photo = base64.b64decode(text(identity, "photo"), validate=False)
    except (binascii.Error, ValueError):
        photo = b""
        warnings.append("photo_damaged")
    specimen = is_specimen(number)
    if specimen:
        warnings.append("specimen")
    return EidReading(
        national_number=number,
        name=text(identity, "name"),
        given_names=" ".join(filter(None, (text(identity, "firstname"), text(identity, "middlenames")))),
        birth_date=_compact_date(attribute(identity, "dateofbirth")),
        birth_date_text=attribute(identity, "dateofbirth"),
        birth_place=text(identity, "placeofbirth"),
        sex=_sex(attribute(identity, "gender")),
        nationality=text(identity, "nationality"),
        document_type=_xml_document_type(attribute(card, "documenttype")),
        special_status=attribute(identity, "specialstatus") or "0",
        card_number=attribute(card, "cardnumber"),
        chip_number=attribute(card, "chipnumber"),
        valid_from=_compact_date(attribute(card, "validitydatebegin")),
        valid_to=_compact_date(attribute(card, "validitydateend")),
        issued_by=text(card, "deliverymunicipality"),
        address=EidAddress(text(address, "streetandnumber"), text(address, "zip"), text(address, "municipality")),
        photo=photo,
        specimen=specimen,
        origin="viewer",
        warnings=tuple(warnings),
    )


def _xml_document_type(value: str) -> str:
    return {"belgian_citizen": "1", "kids_card": "6"}.get(value.lower(), value)


def is_specimen(number: str) -> bool:
    """Test cards carry months that no calendar has (bis numbers add 20 or 40 to the month)."""
    month = int(number[2:4])
    return month % 20 > 12 or month >= 60


def _sex(value: str) -> str:
    """Cards write M, or F, V or W in the language of the municipality."""
    first = value[:1].upper()
    return {"M": "M", "F": "F", "V": "F", "W": "F"}.get(first, "")


def _card_date(value: str) -> dt.date | None:
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)
    return _date(match[3], match[2], match[1]) if match else None


def _compact_date(value: str) -> dt.date | None:
    return _date(value[:4], value[4:6], value[6:8]) if re.fullmatch(r"\d{8}", value) else None


def _birth_date(value: str) -> dt.date | None:
    """``01 JAN 1971``, ``22.DEZ. 1997``, ``5 MAI  1960``; None for a year or month alone."""
    match = re.fullmatch(r"\s*(\d{1,2})[ .]*([A-Za-zÀ-ÿ]+)[ .]*(\d{4})\s*", value)
    if match is None:
        return None
    month = _MONTHS.get(match[2].translate(_FOLD).upper())
    return _date(match[3], str(month), match[1]) if month else None


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
