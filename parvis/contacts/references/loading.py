"""A register's file into the database: streamed, brought down to its streets, the same file once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import transaction

from parvis.kernel import clock

from ..models import AddressList, ReferenceStreet, ReferenceWord
from .formats import FORMATS, BadAddressFile, Entry, open_file, read_entries
from .keys import key_of, place_key, sound_of, words_of

BATCH = 2_000


@dataclass(frozen=True)
class Loaded:
    """What was done with one part of the file. ``already``: this very file was loaded before."""

    code: str
    addresses: int
    streets: int
    already: bool = False
    replaced: bool = False


def load_addresses(path: Path, kind: str) -> list[Loaded]:
    """Load a file; each part (region, department) that it holds replaces its former version in one transaction.

    Raises:
        BadAddressFile: another format, or damaged; nothing was changed.
    """
    digest = _digest(path)
    known = list(AddressList.objects.filter(code__startswith=f"{kind}:", sha256=digest))
    if known:
        return [Loaded(row.code, row.addresses, row.streets, already=True) for row in known]
    parts: dict[str, dict[tuple[str, str, str, str], int]] = {}
    with open_file(path) as source:
        for entry in read_entries(source, kind, path.name):
            streets = parts.setdefault(entry.part, {})
            key = (entry.name[:120], entry.language, entry.postal_code[:12], entry.municipality[:80])
            streets[key] = streets.get(key, 0) + 1
    if not parts:
        raise BadAddressFile(f"{path.name}: no address in it")
    with transaction.atomic():
        return [_replace(kind, part, streets, path.name, digest) for part, streets in sorted(parts.items())]


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(1024 * 1024):
            found.update(block)
    return found.hexdigest()


def _replace(kind: str, part: str, streets: dict[tuple[str, str, str, str], int], name: str, digest: str) -> Loaded:
    code = f"{kind}:{part}"[:20]
    # A file with the same street in several languages counts each address once.
    languages = {language for _name, language, _postal, _place in streets}
    addresses = max(sum(n for (_name, language, _postal, _place), n in streets.items() if language == one) for one in languages)
    old = AddressList.objects.filter(code=code).first()
    if old is not None:
        ReferenceWord.objects.filter(street__list=old).delete()
        ReferenceStreet.objects.filter(list=old).delete()
    row, _made = AddressList.objects.update_or_create(
        code=code,
        defaults={
            "country": FORMATS[kind].country,
            "file_name": name[:191],
            "sha256": digest,
            "addresses": addresses,
            "streets": len(streets),
            "loaded_at": clock.now(),
        },
    )
    rows = iter(
        ReferenceStreet(
            list=row,
            name=street,
            key=key_of(street),
            language=language,
            postal_code=postal,
            municipality=place,
            place_key=place_key(place),
            addresses=n,
        )
        for (street, language, postal, place), n in streets.items()
    )
    while batch := list(islice(rows, BATCH)):
        made = ReferenceStreet.objects.bulk_create(batch)
        if made[0].pk is None:  # an engine that gives no keys back
            made = list(ReferenceStreet.objects.filter(list=row, words__isnull=True))
        ReferenceWord.objects.bulk_create(list(_words(made)), batch_size=BATCH)
    return Loaded(code, addresses, len(streets), replaced=old is not None)


def _words(streets: list[ReferenceStreet]) -> Iterator[ReferenceWord]:
    for street in streets:
        for word in dict.fromkeys(words_of(street.name)):
            yield ReferenceWord(street=street, word=word[:40], sound=sound_of(word))


__all__ = ["BadAddressFile", "Entry", "Loaded", "load_addresses"]
