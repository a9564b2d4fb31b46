"""``parvis eid decode FILE... --json``: what identity card files say, without the database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from parvis.contacts.eid import EidReading, UnreadableCard, decode
from parvis.contacts.services.eid import trusted_roots, warning_text

BESIDE = ("sign", "cert", "rrn", "root", "addr", "photo", "4032", "4033", "4034", "4035", "503b", "503c")


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
        missing = [path for path in [*options["files"], *given] if not path.is_file()]
        if missing:
            raise CommandError(f"no such file: {', '.join(map(str, missing))}")
        failed = False
        found: list[dict[str, object]] = []
        with translation.override("en"):
            for path in options["files"]:
                try:
                    reading = _read(path, given)
                except UnreadableCard as error:
                    failed = True
                    found.append({"file": str(path), "error": error.code})
                    continue
                found.append(reading.as_json(str(path)) | {"warnings": [warning_text(code) for code in reading.warnings]})
        if options["json"]:
            self.stdout.write(json.dumps({"files": found}, ensure_ascii=False, indent=2))
        else:
            for one in found:
                self.stdout.write("\n".join(f"{name}: {value}" for name, value in one.items()) + "\n")
        if failed:
            raise SystemExit(1)


def _read(path: Path, given: list[Path]) -> EidReading:
    """A card file with the signatures, certificates, address and photo given or lying beside it."""
    files = {path.name: path.read_bytes()}
    for other in [*given, *sorted(path.resolve().parent.iterdir())]:
        named = other in given or any(word in other.name.lower() for word in BESIDE)
        if named and other.is_file() and other.name not in files and not other.name.lower().endswith(".eid"):
            files[other.name] = other.read_bytes()
    try:
        return decode(files, trusted_roots=trusted_roots())
    except UnreadableCard as error:
        if error.code != "too_large":
            raise
        return decode({path.name: files[path.name]}, trusted_roots=trusted_roots())
