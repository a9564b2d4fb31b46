"""PDF by typst. Templates are files of the product; data is one JSON input, read as data and never as code.

The same template, data and date give the same bytes: own fonts only, no system fonts, an explicit date, no clock.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from parvis.kernel import canonical

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).resolve().parent / "typst"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ATTEMPTS = 40
UNSHOWN = re.compile(r'(?:the text|codepoint) `"((?:[^"\\]|\\.)*)"`')
KINDS = (
    r"[\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+",  # Chinese, Japanese, Korean
    r"[\u200d\ufe0f\U0001f000-\U0001faff]+",  # emoji and what joins them
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+",  # control characters
    r"[\ue000-\uf8ff\U000f0000-\U0010ffff]+",  # what every font uses as it likes
)
"""Kinds of characters that are replaced together."""


class RenderError(RuntimeError):
    """Typst refused the template with these data: a fault of the product, not of the user."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    own = Path(settings.PARVIS_FONTS)
    paths = [own] if own.is_dir() else []
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=paths)


def templates() -> list[str]:
    """Names of the templates that can be rendered."""
    return sorted(path.stem for path in TEMPLATES.glob("*.typ") if not path.stem.startswith("_"))


def render_pdf(template: str, data: Mapping[str, Any], *, date: date) -> bytes:
    """A tagged PDF of a template, made to be kept and to be read by everybody: PDF/A-2a and PDF/UA-1 at once.

    Args:
        template: name of a file in ``documents/typst`` without its ending.
        data: what the template reads; dates and amounts already as text. ``language`` and ``title`` are always read.
        date: date of the document, in its metadata; nothing reads the clock.

    Raises:
        RenderError: unknown template, or typst refuses.
    """
    if template not in templates():
        raise RenderError(f"no template {template!r}; known: {', '.join(templates())}")
    return _compiled(template, data, date)


def render_stamp(line: str, *, width: float, height: float, language: str) -> bytes:
    """A page of this size in points that holds only the line, to be laid over the page of a document, its font within it.

    Raises:
        RenderError: typst refuses.
    """
    return _compiled("_stamp", {"title": line, "width": f"{width:.3f}", "height": f"{height:.3f}", "language": language}, date(2000, 1, 1))


def _compiled(template: str, data: Mapping[str, Any], on: date) -> bytes:
    values = {**canonical.plain(dict(data)), "date": [on.year, on.month, on.day]}
    if isinstance(values.get("sender"), dict) and values["sender"].get("logo"):
        from parvis.documents.letters.head import logo_data  # it reads the database

        values |= logo_data(values["sender"])
    for _attempt in range(ATTEMPTS):
        try:
            return _typeset(template, values, on)
        except typst.TypstError as fault:
            odd = _not_shown(str(fault))
            if not odd:
                raise RenderError(f"{template}: {fault}") from fault
            log.warning("typed characters that no font has are printed as a replacement sign", extra={"template": template})
            values = _without(values, odd)
    raise RenderError(f"{template}: too many characters that no font has")


def _typeset(template: str, values: Mapping[str, Any], on: date) -> bytes:
    stamp = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return bytes(
        typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(values, ensure_ascii=False, sort_keys=True)},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=int(stamp.timestamp()),
        )
    )


def _not_shown(message: str) -> re.Pattern[str] | None:
    """Characters to leave out, read from what typst says of the first one; with those of its kind, as it names one at a time.

    An archived file must show each of its characters, so typst refuses an emoji that somebody pasted, and with it the whole document.
    """
    found = UNSHOWN.search(message)
    if found is None:
        return None
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), found[1])
    text = {"\\\\": "\\", '\\"': '"', "\\'": "'"}.get(text, text)
    kinds = [kind for kind in KINDS if re.search(kind, text)]
    return re.compile("|".join([*kinds, re.escape(text)])) if text else None


def _in_its_place(found: re.Match[str]) -> str:
    """A sign that something stood here; nothing for what nobody saw."""
    return "" if unicodedata.category(found[0][0]) in ("Cc", "Cf") else REPLACEMENT


def _without(value: Any, odd: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return odd.sub(_in_its_place, value)
    if isinstance(value, Mapping):
        return {key: _without(item, odd) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, odd) for item in value]
    return value
