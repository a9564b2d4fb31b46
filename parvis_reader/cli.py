"""``parvis-reader``: read the card and hand it to the page that asked for it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import handover
from .card import NotACard
from .pcsc import NoReader, read_inserted

DESKTOP = """[Desktop Entry]
Type=Application
Name=Parvis card reader
Exec=parvis-reader read %u
MimeType=x-scheme-handler/parvis-reader;
Terminal=true
NoDisplay=true
"""


def main(argv: list[str] | None = None) -> int:
    """0 when done, 1 when the card was not read or not taken, 2 when the command is wrong."""
    parser = argparse.ArgumentParser(prog="parvis-reader", description="Reads a Belgian identity card for the open Parvis page.")
    commands = parser.add_subparsers(dest="command", required=True)
    read = commands.add_parser("read", help="read the card and hand it to the page")
    read.add_argument("link", help="the link or address shown on the page")
    read.add_argument("--wait", type=float, default=30.0, help="seconds to wait for a card")
    save = commands.add_parser("save", help="read the card into a folder, for upload by hand")
    save.add_argument("folder", type=Path)
    save.add_argument("--wait", type=float, default=30.0, help="seconds to wait for a card")
    site = commands.add_parser("allow", help="let a site get cards")
    site.add_argument("site", help="like https://parvis.example.org")
    commands.add_parser("desktop", help="print the entry that opens links of the page on Linux (~/.local/share/applications)")
    options = parser.parse_args(argv)
    try:
        return _run(options)
    except (NoReader, NotACard, handover.Refused) as error:
        print(f"parvis-reader: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    if options.command == "desktop":
        print(DESKTOP, end="")
        return 0
    if options.command == "allow":
        site = handover.site_of(handover.address_of(options.site.rstrip("/") + handover.PATH))
        handover.allow(site)
        print(f"{site} may get cards.")
        return 0
    if options.command == "save":
        files = read_inserted(wait=options.wait)
        options.folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (options.folder / name).write_bytes(data)
        print(f"{len(files)} files in {options.folder}")
        return 0
    address = handover.address_of(options.link)
    site = handover.site_of(address)
    if site not in handover.allowed_sites():
        if not (
            sys.stdin.isatty()
            and input(f"May {site} get the card that is in the reader? [y/N] ").strip().lower() in {"y", "yes", "o", "oui", "j", "ja"}
        ):
            raise handover.Refused(f"{site} is not among the sites that may get a card. Allow it once: parvis-reader allow {site}")
        handover.allow(site)
    print("Put the card in the reader …", flush=True)
    files = read_inserted(wait=options.wait)
    handover.send(address, files)
    print("The card is on the page.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
