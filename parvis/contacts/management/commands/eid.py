"""``parvis eid decode FILE... --json``: what identity card files say, without the database."""

from __future__ import annotations

import itertools
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from parvis.contacts.eid import EidReading, UnreadableCard, decode, decode_address
from parvis.contacts.eid.files import kind_of
from parvis.contacts.eid.reading import MAX_FILE
from parvis.contacts.services.eid import trusted_roots, warning_text

BESIDE = ("sig", "cert", "rrn", "root", "addr", "adres", "photo", "foto", "4032", "4033", "4034", "4035", "503b", "503c")
BESIDE_ENDINGS = (".crt", ".cer", ".der", ".pem", ".p7s")
WHOLE = ("identity", "export", "xml")
KEYS = (
    "file", "national_number", "name", "given_names", "birth_date", "sex", "card_number", "document_type", "address", "signature", "warnings",
)  # fmt: skip

REASONS = {
    "missing": "There is no such file.",
    "empty": "The file is empty.",
    "too_large": f"The file is larger than {MAX_FILE // 1024} kB: it is not a card file.",
    "damaged": "The export is damaged and cannot be read.",
    "not_a_card": "No identity was found in this file.",
    "bad_certificate": "What was given with --certificate is not a certificate.",
    "part": "This is a part of a card (photo, signature or certificate): give its identity file, the parts beside it are read with it.",
}


class Command(BaseCommand):
    help = "Decode identity card files: parvis eid decode FILE... --json"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["decode"])
        parser.add_argument("files", nargs="+", type=Path, help="identity files of a card, or exports of the eID viewer")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
        parser.add_argument(
            "--signature", action="append", type=Path, default=[], help="signature file, when it is not beside the card file"
        )
        parser.add_argument("--certificate", action="append", type=Path, default=[], help="certificate file, likewise")

    def handle(self, *args: Any, **options: Any) -> None:
        given = [*options["signature"], *options["certificate"]]
        missing = [path for path in given if not path.is_file()]
        if missing:
            raise CommandError(f"no such file: {', '.join(map(str, missing))}")
        # A part listed together with the identity of its card is no card of its own: it is read with it.
        cards = {path.resolve().parent for path in options["files"] if _kind(path) in WHOLE}
        found: list[dict[str, object]] = []
        with translation.override("en"):
            for path in options["files"]:
                try:
                    found.append(_entry(path, options, cards))
                except (UnreadableCard, OSError) as error:
                    code = error.code if isinstance(error, UnreadableCard) else "missing"
                    found.append(_nothing(path, REASONS.get(code, REASONS["not_a_card"])) | {"error": code})
        if options["json"]:
            self.stdout.write(json.dumps({"files": found}, ensure_ascii=False, indent=2))
        else:
            for one in found:
                self.stdout.write("\n".join(f"{name}: {value}" for name, value in one.items()) + "\n")
        if any("error" in one for one in found):
            raise SystemExit(1)


def _kind(path: Path) -> str:
    return kind_of(path.read_bytes()) if path.is_file() and path.stat().st_size <= MAX_FILE else ""


def _nothing(path: Path, warning: str) -> dict[str, object]:
    return dict.fromkeys(KEYS) | {"file": str(path), "signature": "absent", "warnings": [warning]}


def _entry(path: Path, options: dict[str, Any], cards: set[Path]) -> dict[str, object]:
    """One file as it is printed.

    Raises:
        UnreadableCard, OSError: nothing can be read from it.
    """
    data = path.read_bytes()
    if not data:
        raise UnreadableCard("empty")
    if len(data) > MAX_FILE:
        raise UnreadableCard("too_large")
    kind = kind_of(data)
    if kind == "address" and (address := decode_address(data)) is not None:
        parts = {"street": address.street, "postal_code": address.postal_code, "municipality": address.municipality}
        warning = "Address file: it holds no identity, and its signature is checked together with the identity file."
        return _nothing(path, warning) | {"address": parts}
    named = any(word in path.name.lower() for word in BESIDE)
    if kind in ("photo", "certificate", "atr") or (not kind and named):
        if path.resolve().parent in cards:
            return _nothing(path, "Part of the card beside it: read together with its identity file.")
        raise UnreadableCard("part")
    reading = _read(path, data, options)
    return reading.as_json(str(path)) | {"warnings": [warning_text(code) for code in reading.warnings]}


def _read(path: Path, data: bytes, options: dict[str, Any]) -> EidReading:
    """A card file with the signatures, certificates, address and photo given or lying beside it."""
    given = [*options["signature"], *options["certificate"]]
    files = {path.name: data}
    if kind_of(data) == "identity":
        taken = {one.resolve() for one in given}
        others = [one.name for one in options["files"] if one.name != path.name and one.parent == path.parent and _kind(one) == "identity"]
        for beside in sorted(path.resolve().parent.iterdir()):
            if beside not in taken and beside.name != path.name and _belongs(beside, path.name, others):
                files[beside.name] = beside.read_bytes()
    return decode(
        files,
        signature_files=[one.read_bytes() for one in options["signature"]],
        certificate_files=[one.read_bytes() for one in options["certificate"]],
        trusted_roots=trusted_roots(),
    )


def _belongs(beside: Path, mine: str, others: list[str]) -> bool:
    """A part by its name, no card itself, and not named after another card that is read in the same run."""
    name = beside.name.lower()
    if (
        not (any(word in name for word in BESIDE) or name.endswith(BESIDE_ENDINGS))
        or not beside.is_file()
        or beside.stat().st_size > MAX_FILE
    ):
        return False
    if any(_alike(name, other) > _alike(name, mine) for other in others):
        return False
    return kind_of(beside.read_bytes()) not in WHOLE


def _alike(one: str, other: str) -> int:
    """How many letters two names begin with in common."""
    return sum(1 for _pair in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one.lower(), other.lower(), strict=False)))
