"""PDF by typst. Templates are files of the product; data is one JSON input, read as data and never as code.

The same template, data and date give the same bytes: own fonts only, no system fonts, an explicit date, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from parvis.kernel import canonical

TEMPLATES = Path(__file__).resolve().parent / "typst"


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
    values = {**canonical.plain(dict(data)), "date": [date.year, date.month, date.day]}
    stamp = datetime(date.year, date.month, date.day, 12, tzinfo=UTC)
    try:
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
    except typst.TypstError as fault:
        raise RenderError(f"{template}: {fault}") from fault
