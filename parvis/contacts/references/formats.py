"""The three registers, row by row: BeST (Belgium), the federal directory of building addresses (Switzerland), BAN (France)."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class BadAddressFile(ValueError):
    """The file is not the register that it was said to be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. ``part`` names the part of the register that the file holds: a region, a department."""

    part: str
    name: str
    language: str
    postal_code: str
    municipality: str


Row = dict[str, str]
LANGUAGES = ("fr", "nl", "de")


def _best(row: Row) -> Iterator[Entry]:
    """BeST, opendata of BOSA: one row an address, the street in up to three languages."""
    if row.get("status", "current") not in ("", "current", "proposed"):
        return
    part = row["region_code"]
    for language in LANGUAGES:
        name = row.get(f"streetname_{language}", "").strip()
        if name:
            municipality = row.get(f"municipality_name_{language}", "").strip()
            place = municipality or next((row[f"municipality_name_{one}"] for one in LANGUAGES if row.get(f"municipality_name_{one}")), "")
            yield Entry(part, name, language, row["postcode"].strip(), place.strip())


def _swiss(row: Row) -> Iterator[Entry]:
    """Amtliches Verzeichnis der Gebäudeadressen: the post code stands before the place, "3003 Bern"."""
    if row.get("ADR_STATUS", "real") in ("outdated", "aufgehoben"):
        return
    code, _sep, place = row["ZIP_LABEL"].strip().partition(" ")
    name = row["STN_LABEL"].strip()
    if name:
        yield Entry("CH", name, "", code, place.strip() or row.get("COM_NAME", "").strip())


def _ban(row: Row) -> Iterator[Entry]:
    """Base Adresse Nationale, one file a department: overseas ones have three digits."""
    name = (row.get("nom_voie") or row.get("nom_ld") or "").strip()
    insee = row["code_insee"].strip()
    if name:
        yield Entry(insee[:3] if insee.startswith("97") else insee[:2], name, "fr", row["code_postal"].strip(), row["nom_commune"].strip())


@dataclass(frozen=True)
class Format:
    country: str
    separator: str
    needed: tuple[str, ...]
    entries: Callable[[Row], Iterator[Entry]]


FORMATS: dict[str, Format] = {
    "best": Format("BE", ",", ("postcode", "region_code", "streetname_fr", "streetname_nl", "municipality_name_fr"), _best),
    "swiss": Format("CH", ";", ("STN_LABEL", "ZIP_LABEL"), _swiss),
    "ban": Format("FR", ";", ("nom_voie", "code_postal", "code_insee", "nom_commune"), _ban),
}


def open_file(path: Path) -> IO[bytes]:
    """The bytes of a .csv, .csv.gz or .zip file with one CSV in it.

    Raises:
        BadAddressFile: an archive without a CSV.
    """
    with path.open("rb") as start:
        magic = start.read(4)
    if magic[:2] == b"\x1f\x8b":
        return gzip.open(path, "rb")
    if magic == b"PK\x03\x04":
        archive = zipfile.ZipFile(path)
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        if len(names) != 1:
            raise BadAddressFile(f"{path.name}: expected one .csv in the archive, found {len(names)}")
        return archive.open(names[0])
    return path.open("rb")


def read_entries(source: IO[bytes], kind: str, name: str) -> Iterator[Entry]:
    """Addresses of a register, streamed.

    Raises:
        BadAddressFile: columns are missing, or the text is not UTF-8.
    """
    form = FORMATS[kind]
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        reader = csv.DictReader(text, delimiter=form.separator)
        missing = [column for column in form.needed if column not in (reader.fieldnames or [])]
        if missing:
            raise BadAddressFile(f"{name}: not a file of the format {kind}: no column {', '.join(missing)}")
        for row in reader:
            try:
                yield from form.entries({key: value or "" for key, value in row.items() if key})
            except KeyError as error:
                raise BadAddressFile(f"{name}, line {reader.line_num}: no value for {error}") from error
    except UnicodeDecodeError as error:
        raise BadAddressFile(f"{name}: the file is not in UTF-8") from error
    except (csv.Error, EOFError, OSError, zipfile.BadZipFile) as error:
        raise BadAddressFile(f"{name}: the file is damaged ({error})") from error
