"""The files of a Belgian eID over APDUs. No PIN is asked for: these files are free to read."""

from __future__ import annotations

from collections.abc import Callable

Transmit = Callable[[list[int]], tuple[list[int], int, int]]

FILES = {
    "4031-identity.tlv": (0xDF01, 0x4031),
    "4032-identity-signature.tlv": (0xDF01, 0x4032),
    "4033-address.tlv": (0xDF01, 0x4033),
    "4034-address-signature.tlv": (0xDF01, 0x4034),
    "4035-photo.jpg": (0xDF01, 0x4035),
    "503c-rrn.der": (0xDF00, 0x503C),
    "503b-root.der": (0xDF00, 0x503B),
}
NEEDED = "4031-identity.tlv"
CHUNK = 0xF8
MOST = 16 * 1024


class NotACard(Exception):
    """There is a card, but not a Belgian identity card, or it stopped answering."""


def read_card(transmit: Transmit) -> dict[str, bytes]:
    """Every file that the card gives, by name.

    Raises:
        NotACard: the identity file is not there.
    """
    found = {}
    for name, (folder, file) in FILES.items():
        if _select(transmit, folder, file):
            data = _read(transmit)
            if data:
                found[name] = data
    if NEEDED not in found:
        raise NotACard("This is not a Belgian identity card, or it was taken out too early.")
    return found


def _select(transmit: Transmit, folder: int, file: int) -> bool:
    path = [0x3F, 0x00, folder >> 8, folder & 0xFF, file >> 8, file & 0xFF]
    _data, first, _second = transmit([0x00, 0xA4, 0x08, 0x0C, len(path), *path])
    return first in (0x90, 0x61)


def _read(transmit: Transmit) -> bytes:
    """READ BINARY until the end: a short answer, 6B00 behind the end, or 6Cxx that says how much is left."""
    out = bytearray()
    while len(out) < MOST:
        at = [0x00, 0xB0, len(out) >> 8, len(out) & 0xFF]
        data, first, second = transmit([*at, CHUNK])
        if first == 0x6C:
            data, first, second = transmit([*at, second])
            out += bytes(data)
            break
        if (first, second) != (0x90, 0x00):
            break
        out += bytes(data)
        if len(data) < CHUNK:
            break
    return bytes(out)
