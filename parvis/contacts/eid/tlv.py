"""Tag, length, value: the two encodings met on and around Belgian cards."""

from __future__ import annotations


class BadTlv(ValueError):
    """The bytes are not the structure they claim to be."""


def card_fields(data: bytes) -> dict[int, bytes]:
    """Fields of a card file (identity 4031, address 4033).

    Tag on one byte; a length byte of 0xFF adds 255 and continues. Card files have a fixed size
    and are padded with zeros: tag 0 is the structure version when it comes first, the end after.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag = data[at]
        if tag == 0 and fields:
            break
        length, start = _stepped_length(data, at + 1)
        if start + length > len(data):
            raise BadTlv(f"field {tag} runs past the end of the file")
        if tag in fields:
            raise BadTlv(f"field {tag} occurs twice")
        fields[tag] = data[start : start + length]
        at = start + length
    if not fields:
        raise BadTlv("no field found")
    return fields


def export_fields(data: bytes) -> dict[int, bytes]:
    """Parts of the viewer's old binary ``.eid`` export: lengths in base 128, high bit continues."""
    parts: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag = data[at]
        length, start = _base128_length(data, at + 1)
        if start + length > len(data):
            raise BadTlv(f"part {tag} runs past the end of the file")
        parts.setdefault(tag, data[start : start + length])
        at = start + length
    return parts


def _stepped_length(data: bytes, at: int) -> tuple[int, int]:
    length = 0
    while True:
        if at >= len(data):
            raise BadTlv("length missing")
        length += data[at]
        at += 1
        if data[at - 1] != 0xFF:
            return length, at


def _base128_length(data: bytes, at: int) -> tuple[int, int]:
    length = 0
    for _ in range(4):
        if at >= len(data):
            raise BadTlv("length missing")
        byte = data[at]
        at += 1
        length = (length << 7) | (byte & 0x7F)
        if not byte & 0x80:
            return length, at
    raise BadTlv("length too long")
