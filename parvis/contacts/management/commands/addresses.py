"""``parvis addresses load FILE... --format best|swiss|ban``: official address lists, for suggestions while typing."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parvis.contacts.models import AddressList
from parvis.contacts.references.formats import FORMATS, BadAddressFile
from parvis.contacts.references.loading import load_addresses


class Command(BaseCommand):
    help = "Load official address lists: parvis addresses load FILE... --format best|swiss|ban; parvis addresses list"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load", "list"])
        parser.add_argument("files", nargs="*", type=Path, help=".csv, .csv.gz or .zip as published")
        parser.add_argument("--format", choices=sorted(FORMATS), help="best: Belgium, swiss: Switzerland, ban: France")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            for row in AddressList.objects.order_by("code"):
                self.stdout.write(
                    f"{row.code}  {row.streets} streets, {row.addresses} addresses, {row.file_name}, {row.loaded_at:%Y-%m-%d}"
                )
            return
        if not options["files"] or not options["format"]:
            raise CommandError("usage: parvis addresses load FILE... --format best|swiss|ban")
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"no such file: {path}")
            started = time.monotonic()
            try:
                loaded = load_addresses(path, options["format"])
            except BadAddressFile as error:
                raise CommandError(str(error)) from error
            for one in loaded:
                what = "unchanged, this file was loaded before" if one.already else "replaced" if one.replaced else "loaded"
                self.stdout.write(
                    f"{one.code}: {what}: {one.streets} streets, {one.addresses} addresses ({time.monotonic() - started:.1f} s)"
                )
