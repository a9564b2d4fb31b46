from __future__ import annotations

from pathlib import Path

import pytest

from parvis.documents.api import load_reference
from tests.documents.factories import SYSTEM


@pytest.fixture
def templates(db: None) -> None:
    load_reference(actor=SYSTEM)


@pytest.fixture
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return tmp_path / "media"
