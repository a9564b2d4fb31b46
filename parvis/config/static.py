"""How browsers keep style sheets, scripts and icons."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from pathlib import Path


def asked_each_time(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Kept by the browser, and asked for again at each page by the digest of the content: 304 while it is the same. The names carry no version,
    so any age would let an old style sheet meet new pages after an upgrade; WhiteNoise's own tag is size and time, which an upgrade may keep.
    """
    headers["Cache-Control"] = "no-cache"
    headers["ETag"] = f'"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]}"'
