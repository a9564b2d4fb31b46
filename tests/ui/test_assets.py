"""What is built at set-up, and what pages ask of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "parvis" / "ui" / "static" / "ui"


def icon_names() -> set[str]:
    lines = (ROOT / "parvis" / "ui" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def test_every_icon_a_template_or_a_registry_names_is_drawn() -> None:
    known, unknown = icon_names(), []
    for path in (ROOT / "parvis").rglob("*"):
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            asked = re.findall(r"\{%\s*icon\s+[\"']([\w-]+)[\"']", text) + re.findall(r"\bicon=[\"']([\w-]+)[\"']", text)
        elif path.suffix == ".py" and path.parent.name != "allauth":
            asked = re.findall(r"\bicon=[\"']([\w-]+)[\"']", path.read_text(encoding="utf-8"))
        else:
            continue
        unknown += [f"{path.relative_to(ROOT)}: {name}" for name in asked if name not in known]
    assert not unknown, "not in parvis/ui/icons.txt:\n" + "\n".join(sorted(set(unknown)))


def test_the_lock_file_names_no_address_and_keeps_its_digests() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in entry for entry in packages.values())
    assert all(entry.get("integrity", "").startswith("sha512-") for name, entry in packages.items() if name)


def test_every_package_has_one_exact_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


built = pytest.mark.skipif(not (STATIC / "parvis.css").exists(), reason="assets are not built: make setup")


@built
def test_what_is_served_fetches_nothing_from_elsewhere() -> None:
    for name in ("parvis.css", "icons.svg"):
        text = (STATIC / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[\w-]+\.\w", text), name
    sheet = (STATIC / "parvis.css").read_text(encoding="utf-8")
    for address in re.findall(r"url\(([^)]+)\)", sheet):
        assert (STATIC / address.strip("\"'")).exists(), address
    assert "@import" not in sheet


@built
def test_letters_have_their_faces() -> None:
    from fontTools.ttLib import TTFont

    for family, label in (("SourceSans3", "Source Sans 3"), ("SourceSerif4", "Source Serif 4")):
        for word, weight in (("Regular", 400), ("Semibold", 600), ("Bold", 700), ("Italic", 400)):
            font = TTFont(ROOT / "build" / "fonts" / f"{family}-{word}.ttf")
            assert font["name"].getDebugName(16) == label
            assert font["OS/2"].usWeightClass == weight
            covered = font.getBestCmap()
            assert all(ord(letter) in covered for letter in "éèêëçœŒÉÀßäöüÄÖÜšžłŁń€’«»–…\u00a0")
