"""Bytes leave the disk, after the rows that named them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from parvis.documents.models import StoredFile


def forget_bytes(digests: Iterable[str]) -> int:
    """Take files off the disk; those that a row names stay. Safe to repeat. Returns how many are gone.

    The file is moved aside first and looked up again: bytes that somebody stores in that moment come back in their place.
    """
    gone = 0
    for digest in digests:
        path = Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:4] / digest
        aside = path.with_name(f".gone-{digest}")
        if path.exists() and not StoredFile.objects.filter(sha256=digest).exists():
            path.replace(aside)
        if aside.exists():
            if StoredFile.objects.filter(sha256=digest).exists() and not path.exists():
                aside.replace(path)
            else:
                aside.unlink()
        gone += not path.exists()
    return gone
