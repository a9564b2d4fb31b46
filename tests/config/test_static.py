"""After an upgrade no browser uses the style sheet of the version before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from parvis.config.static import asked_each_time


def _tag(path: Path) -> str:
    headers: dict[str, str] = {}
    asked_each_time(headers, str(path), "/static/x")
    return headers["ETag"]


def test_another_content_of_the_same_size_and_time_is_another_tag(tmp_path: Path) -> None:
    sheet = tmp_path / "parvis.css"
    tags = []
    for text in ("a{color:red}", "a{color:tan}", "a{color:red}"):
        sheet.write_text(text)
        os.utime(sheet, (1_700_000_000, 1_700_000_000))
        tags.append(_tag(sheet))
    assert tags[0] == tags[2] != tags[1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ui/parvis.css", "ui/parvis.js", "ui/icons.svg", "ui-own/mark.svg"])
def test_a_kept_file_is_asked_for_again_and_sent_only_when_it_changed(client, name: str) -> None:
    first = client.get(f"/static/{name}")
    assert (first.status_code, first["Cache-Control"]) == (200, "no-cache")
    same = client.get(f"/static/{name}", headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same["ETag"]) == (304, first["ETag"])
    old = client.get(f"/static/{name}", headers={"if-none-match": '"of the version before"'})
    assert old.status_code == 200
