"""The letter head in force, and its logo as each kind of letter shows it."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from parvis.documents.models import LetterHead
from parvis.kernel import asof, gestures, memo

#: Seconds for which a page shows the head that was read before. Whatever is written, in a gesture, reads it anew.
KEEP = 0 if settings.PARVIS_TESTING else 5
WIDEST = 4.0
"""Wider than so many times its height, a logo is set by its width."""

_held: list[tuple[float, LetterHead | None]] = []


def head_in_force() -> LetterHead | None:
    """The latest version, or on a past day the one of that day; None: the settings say it. Its logo is not read."""
    rows = LetterHead.objects.order_by("-number").defer("logo")
    if (view := asof.view()) is not None:
        return rows.filter(published_at__lt=view.until).first()
    if gestures.running():
        return rows.first()
    if not KEEP:
        return memo.once(("documents.letter_head",), rows.first)
    now = time.monotonic()
    if not _held or _held[0][0] <= now:
        _held[:] = [(now + KEEP, rows.first())]
    return _held[0][1]


def forget() -> None:
    """Another version was published."""
    _held.clear()


@dataclass(frozen=True)
class Logo:
    png: bytes
    width: int
    height: int

    @property
    def wide(self) -> bool:
        return self.width > WIDEST * self.height

    @property
    def svg(self) -> str:
        """The picture as typst takes it from data: it reads no files but the product's own."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}">'
            f'<image width="{self.width}" height="{self.height}" href="data:image/png;base64,{base64.b64encode(self.png).decode()}"/></svg>'
        )


def logo_of(sha256: str) -> Logo | None:
    """The logo that a letter names; letters keep the name, the versions keep the picture."""
    row = LetterHead.objects.filter(logo_sha256=sha256).order_by("number").first() if sha256 else None
    return Logo(bytes(row.logo), row.logo_width, row.logo_height) if row is not None and row.logo is not None else None


def logo_data(sender: Any) -> dict[str, Any]:
    """What the PDF reads of it, for the data of a letter."""
    found = logo_of(str(sender.get("logo", "")))
    return {"logo": {"svg": found.svg, "wide": found.wide, "alt": sender["name"]}} if found is not None else {}
