"""The table of access rules names tests that exist, and every test of a refusal stands in it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "reference" / "access.md").read_text(encoding="utf-8")


def names_in(path: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (ROOT / path).read_text(encoding="utf-8"), re.M))


def test_every_test_that_the_table_names_exists() -> None:
    cited = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", TABLE)
    assert len(cited) > 20
    assert [name for path, name in cited if name and name not in names_in(path)] == []


def test_every_refusal_stands_in_the_table() -> None:
    for path in ("tests/access/test_refusals.py", "tests/access/test_two_users.py"):
        assert [name for name in sorted(names_in(path)) if f"`{path}::{name}`" not in TABLE] == []
