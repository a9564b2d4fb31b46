"""Bytes leave the disk, after the rows that named them: first aside, an hour later for good."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from parvis.documents.models import StoredFile

LATER = timedelta(hours=1)
"""Between moving bytes aside and throwing them away. A transaction that stores the same bytes is over by then, and seen."""


def forget_bytes(digests: Iterable[str]) -> int:
    """Take files out of their places; those that a row names stay. Safe to repeat. Returns how many are gone. ``throw_away`` follows,
    ``LATER``: bytes that somebody stores in that moment are put back in their place (by ``storing`` too, when its row is committed)."""
    gone = 0
    for digest in digests:
        path, aside = _places(digest)
        if path.exists() and not StoredFile.objects.filter(sha256=digest).exists():
            path.replace(aside)
        _put_back(digest, path, aside)
        gone += not path.exists()
    return gone


def throw_away(digests: Iterable[str]) -> int:
    """The second look: bytes aside that no row names by now leave the disk. Safe to repeat. Returns how many left."""
    left = 0
    for digest in digests:
        path, aside = _places(digest)
        _put_back(digest, path, aside)
        if aside.exists():
            aside.unlink()
            left += 1
    return left


def _places(digest: str) -> tuple[Path, Path]:
    path = Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:4] / digest
    return path, path.with_name(f".gone-{digest}")


def _put_back(digest: str, path: Path, aside: Path) -> None:
    if aside.exists() and not path.exists() and StoredFile.objects.filter(sha256=digest).exists():
        aside.replace(path)
