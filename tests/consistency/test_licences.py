"""Every package that the product is delivered with may be combined with the AGPL (D36)."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Licences that go with AGPL-3.0-or-later. One that is not here is read by a person before it is added.
COMPATIBLE = re.compile(
    r"\b(0BSD|BSD|MIT|ISC|Apache|Apache-2\.0|PSF|Python Software Foundation|Zlib|Unlicense|CC0|HPND|MPL|Mozilla Public|LGPL|Lesser General|"
    r"GNU Library|AGPL|GPL-?(?:3|v3)|GPLv3|OFL|SIL|Unicode-3\.0|BlueOak|Artistic-2\.0)",
    re.IGNORECASE,
)
# Never, whatever else stands beside: they forbid a use or close the source.
FORBIDDEN = re.compile(
    r"(?i)proprietary|commons clause|non-?commercial|\bSSPL|Server Side Public|\bBUSL|Business Source|Elastic License|JSON License"
)


def locked(name: str) -> list[str]:
    return re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", (ROOT / name).read_text(encoding="utf-8"))


def told(found: Distribution) -> str:
    """What a package says of its licence: expression, short field, classifiers."""
    meta = found.metadata
    short = (meta.get("License") or "").strip().splitlines()
    classifiers = [line for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
    return " / ".join(filter(None, [meta.get("License-Expression"), short[0] if short else "", *classifiers]))


def verdict(licence: str) -> str:
    if not licence:
        return "says nothing of its licence"
    if FORBIDDEN.search(licence):
        return f"forbids something: {licence}"
    return "" if COMPATIBLE.search(licence) else f"has a licence that nobody has read: {licence}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_python_package_is_compatible(lock: str) -> None:
    names = locked(lock)
    assert len(names) > 20
    wrong, seen = [], 0
    for name in names:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python than this one
        seen += 1
        if problem := verdict(told(found)):
            wrong.append(f"{name} {problem}")
    assert seen > len(names) * 0.8, f"only {seen} of {len(names)} are installed in {sys.prefix}"
    assert wrong == []


LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-reader.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_carry_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.search(r"https?://|--(extra-)?index-url|--find-links|(^|\s)-e ", text) is None
    bare = [one.split("==")[0] for one in re.split(r"(?m)^(?=\S)", text) if "==" in one and "--hash=sha256:" not in one]
    assert bare == []


def test_the_card_reader_is_locked_and_no_part_of_a_runtime_installation() -> None:
    assert "pyscard" in locked("requirements-reader.lock")
    assert [lock for lock in LOCKS[:2] if "pyscard" in locked(lock)] == []
    assert "pyscard (LGPL-2.1-or-later" in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_every_locked_npm_package_is_compatible() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    given = {name: entry.get("license", "") for name, entry in packages.items() if name}
    assert len(given) > 5
    assert [f"{name} {problem}" for name, licence in given.items() if (problem := verdict(licence))] == []


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("BSD-3-Clause", True),
        ("Apache-2.0 OR MIT", True),
        ("License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)", True),
        ("GPL-2.0-only", False),
        ("SSPL-1.0", False),
        ("MIT with Commons Clause", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_the_check_tells_them_apart(licence: str, fine: bool) -> None:
    assert (verdict(licence) == "") is fine


def test_the_product_says_its_own_licence() -> None:
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "AGPL-3.0-or-later"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / "CONTRIBUTING.md").exists() and (ROOT / "CHANGELOG.md").exists()
