"""Which file of a card is which: by content first, by name second."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography import x509

from . import signatures, tlv


@dataclass
class CardFiles:
    """The files of one card, told apart. ``signers`` are the certificates that may have signed it."""

    identity: bytes = b""
    identity_signature: bytes = b""
    address: bytes = b""
    address_signature: bytes = b""
    photo: bytes = b""
    signers: list[x509.Certificate] = field(default_factory=list)
    others: list[x509.Certificate] = field(default_factory=list)
    root: x509.Certificate | None = None
    loose_signatures: list[bytes] = field(default_factory=list)
    xml: bytes = b""
    origin: str = "card"


def sort_files(files: Mapping[str, bytes]) -> CardFiles:
    found = CardFiles()
    for name, data in files.items():
        _sort_one(found, name.lower(), data)
    if not found.signers and len(found.others) == 1:
        # One certificate alone beside a signature is meant for it, whatever its name; its chain says what it is worth.
        found.signers = found.others
    return found


def _sort_one(found: CardFiles, name: str, data: bytes) -> None:
    if not data:
        return
    if data[:3] == b"\xff\xd8\xff":
        found.photo = data
    elif _is_xml(data):
        found.xml = data
    elif (certificate := signatures.load_certificate(data)) is not None:
        keep_certificate(found, name, certificate)
    elif (parts := _binary_export(data)) is not None:
        found.origin = "export"
        found.identity = parts[1]
        found.identity_signature = parts.get(2, b"")
        found.address = parts.get(3, b"")
        found.address_signature = parts.get(4, b"")
        found.photo = parts.get(5, b"")
        signer = signatures.load_certificate(parts.get(8, b""))
        found.signers = [signer] if signer else []
    elif _looks_like_identity(data):
        found.identity = data
    elif "sig" in name or "4032" in name or "4034" in name:
        _keep_signature(found, name, data)
    elif looks_like_address(data):
        found.address = data
    elif len(data) in (128, 256, 384, 512) or signatures.looks_like_ec(data):
        found.loose_signatures.append(data)


def keep_certificate(found: CardFiles, name: str, certificate: x509.Certificate, *, given: bool = False) -> None:
    """Only the National Register's certificate, or one that was given as such, may speak for a card: the holder's own certificates are
    on it too, and come from the same root."""
    subject = signatures.common_name(certificate).lower()
    if given or "rrn" in subject or "rrn" in name or "503c" in name:
        found.signers.append(certificate)
        return
    found.others.append(certificate)
    if certificate.issuer == certificate.subject:
        found.root = certificate


def _keep_signature(found: CardFiles, name: str, data: bytes) -> None:
    if "addr" in name or "adres" in name or "4034" in name:
        found.address_signature = data
    elif "ident" in name or "4032" in name:
        found.identity_signature = data
    else:
        found.loose_signatures.append(data)


def _binary_export(data: bytes) -> dict[int, bytes] | None:
    try:
        parts = tlv.export_fields(data)
    except tlv.BadTlv:
        return None
    return parts if 1 in parts and 0 in parts and _looks_like_identity(parts[1]) else None


def _looks_like_identity(data: bytes) -> bool:
    try:
        fields = tlv.card_fields(data)
    except tlv.BadTlv:
        return False
    number = fields.get(6, b"")
    return len(number) == 11 and number.isdigit() and 7 in fields


def looks_like_address(data: bytes) -> bool:
    try:
        fields = tlv.card_fields(data)
    except tlv.BadTlv:
        return False
    return set(fields) <= {0, 1, 2, 3} and 1 in fields and 3 in fields and _is_text(fields[3])


_XML = re.compile(rb"(?:\xef\xbb\xbf)?[ \r\n\t]*<[?!A-Za-z](?:[\t\r\n\x20-\x7e]{30}|[\t\r\n\x20-\x7e]*\Z)")


def _is_xml(data: bytes) -> bool:
    """One signature in 256 begins with "<" too: what follows must be text as well."""
    return _XML.match(data) is not None


def _is_text(value: bytes) -> bool:
    try:
        return value.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def kind_of(data: bytes) -> str:
    """What a file is by its content alone: identity, address, photo, certificate, atr, export, xml, or empty."""
    if data[:1] in (b"\x3b", b"\x3f") and 2 <= len(data) <= 33:
        return "atr"
    if data[:3] == b"\xff\xd8\xff":
        return "photo"
    if _is_xml(data):
        return "xml"
    if signatures.load_certificate(data) is not None:
        return "certificate"
    if _binary_export(data) is not None:
        return "export"
    if _looks_like_identity(data):
        return "identity"
    return "address" if looks_like_address(data) else ""


def text_of(fields: Mapping[int, bytes], tag: int) -> str:
    value = fields.get(tag, b"")
    try:
        return value.decode("utf-8").strip("\x00 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\x00 ")
