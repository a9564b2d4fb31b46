"""Build what a browser and the letters need from the npm packages: one script, one style sheet, fonts, icons.

Run at set-up, after ``npm ci --ignore-scripts`` (which it runs itself when ``node_modules`` is absent or older than the
lock file). Nothing built is committed. A stamp holds the digest of every input, so a second run costs a few milliseconds.

    parvis/ui/static/ui/parvis.js      htmx and parvis/ui/assets/js, bundled by esbuild
    parvis/ui/static/ui/parvis.css     parvis/ui/assets/css/*.css, in the order of their names
    parvis/ui/static/ui/fonts/*.woff2  the two variable faces, Latin and Latin extended
    parvis/ui/static/ui/icons.svg      the icons listed in parvis/ui/icons.txt
    build/fonts/*.ttf                  static faces for typst, which reads neither woff2 nor variable axes
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import ensure_node

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
UI = ROOT / "parvis" / "ui"
STATIC = UI / "static" / "ui"
FONTS = ROOT / "build" / "fonts"
STAMP = ROOT / "build" / "assets.stamp"

FACES = {"source-sans-3": "SourceSans3", "source-serif-4": "SourceSerif4"}
STYLES = {
    "400-normal": "Regular",
    "400-italic": "Italic",
    "600-normal": "Semibold",
    "600-italic": "SemiboldItalic",
    "700-normal": "Bold",
    "700-italic": "BoldItalic",
}


def islands() -> list[Path]:
    """Scripts that only some pages need: ``parvis/<context>/assets/<name>.js``, served as ``ui/<context>/<name>.js``."""
    return sorted(p for p in (ROOT / "parvis").glob("*/assets/*.js") if p.parent.parent != UI)


def inputs() -> list[Path]:
    own = sorted(p for p in (UI / "assets").rglob("*") if p.is_file())
    return [*own, *islands(), UI / "icons.txt", ROOT / "package-lock.json", Path(__file__)]


def outputs() -> list[Path]:
    faces = [FONTS / f"{name}-{style}.ttf" for name in FACES.values() for style in STYLES.values()]
    pages = [_island_target(p) for p in islands()]
    return [STATIC / "parvis.js", STATIC / "parvis.css", STATIC / "icons.svg", *faces, *pages]


def digest() -> str:
    total = hashlib.sha256()
    for path in inputs():
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def install_packages() -> None:
    """``npm ci`` only when the lock file changed since the last one: npm keeps a copy of it in node_modules."""
    lock, kept = ROOT / "package-lock.json", MODULES / ".parvis-lock"
    if kept.exists() and kept.read_bytes() == lock.read_bytes():
        return
    present = MODULES / ".package-lock.json"
    if present.exists() and _same_packages(lock, present):
        kept.write_bytes(lock.read_bytes())
        return
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=ROOT, env=ensure_node.environment(), check=True)
    kept.write_bytes(lock.read_bytes())


def _same_packages(lock: Path, installed: Path) -> bool:
    def versions(path: Path, *, only_required: bool) -> dict[str, str]:
        packages = json.loads(path.read_text())["packages"]
        return {k: v.get("version", "") for k, v in packages.items() if k and not (only_required and v.get("optional"))}

    wanted, present = versions(lock, only_required=True), versions(installed, only_required=True)
    return wanted == present


def _island_target(source: Path) -> Path:
    return STATIC / source.parent.parent.name / source.name


def bundle_scripts() -> None:
    esbuild = MODULES / ".bin" / "esbuild"
    common = [
        "--bundle",
        "--minify",
        "--target=es2020",
        "--format=iife",
        "--charset=utf8",
        "--legal-comments=inline",
        "--log-level=warning",
    ]

    def run(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(esbuild), str(source), *common, f"--outfile={target}"], cwd=ROOT, env=ensure_node.environment(), check=True)

    run(UI / "assets" / "parvis.js", STATIC / "parvis.js")
    for source in islands():
        run(source, _island_target(source))


def bundle_styles() -> None:
    """Joined, then minified by esbuild. Font addresses stay as written: they are relative to the style sheet."""
    joined = "".join(p.read_text() for p in sorted((UI / "assets" / "css").glob("*.css")))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "parvis.css"
        source.write_text(joined)
        subprocess.run(
            [
                str(MODULES / ".bin" / "esbuild"),
                str(source),
                "--minify",
                "--charset=utf8",
                "--target=chrome111,firefox113,safari16.4",
                "--log-level=warning",
                f"--outfile={STATIC / 'parvis.css'}",
            ],
            cwd=ROOT,
            env=ensure_node.environment(),
            check=True,
        )


def copy_fonts() -> None:
    target = STATIC / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    for family in FACES:
        files = MODULES / "@fontsource-variable" / family / "files"
        for subset in ("latin", "latin-ext"):
            shutil.copyfile(files / f"{family}-{subset}-wght-normal.woff2", target / f"{family}-{subset}-wght-normal.woff2")
        shutil.copyfile(MODULES / "@fontsource-variable" / family / "LICENSE", target / f"{family}-OFL.txt")


def read_icons() -> dict[str, str]:
    lines = (line.split() for line in (UI / "icons.txt").read_text().splitlines() if line and not line.startswith("#"))
    return {own: tabler for own, tabler in lines}


def build_icons() -> None:
    """Only the listed drawings: the whole set weighs 2.5 MB. Stroke and size come from the class ``ico``."""
    symbols = []
    for own, tabler in sorted(read_icons().items()):
        source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{tabler}.svg"
        if not source.exists():
            raise SystemExit(f"parvis/ui/icons.txt: '{own}' asks for the Tabler icon '{tabler}', which does not exist.")
        body = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(), re.S)
        assert body is not None
        shapes = re.sub(r"<path stroke=\"none\"[^>]*/>", "", body[1])
        shapes = re.sub(r"\s*\n\s*", "", shapes).replace(" />", "/>")
        symbols.append(f'<symbol id="i-{own}" viewBox="0 0 24 24">{shapes}</symbol>')
    notice = "<!-- Tabler Icons, MIT licence, Copyright (c) 2020-2026 Paweł Kuna -->"
    text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{notice}\n' + "\n".join(symbols) + "\n</svg>\n"
    (STATIC / "icons.svg").write_text(text, encoding="utf-8")


def build_print_fonts() -> None:
    """Latin and Latin extended of each static face, joined into one TrueType file with the family's proper names."""
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont

    FONTS.mkdir(parents=True, exist_ok=True)
    for family, name in FACES.items():
        files = MODULES / "@fontsource" / family / "files"
        label = {"source-sans-3": "Source Sans 3", "source-serif-4": "Source Serif 4"}[family]
        for style, word in STYLES.items():
            parts = []
            for subset in ("latin", "latin-ext"):
                font = TTFont(files / f"{family}-{subset}-{style}.woff2")
                font.flavor = None
                raw = io.BytesIO()
                font.save(raw)
                raw.seek(0)
                parts.append(raw)
            joined = Merger().merge(parts)
            _name(joined, label, word)
            joined.recalcTimestamp = False  # the same bytes at each build, so that a letter is rendered again identically
            joined["head"].created = joined["head"].modified = 3_800_000_000
            joined.save(FONTS / f"{name}-{word}.ttf")
        shutil.copyfile(MODULES / "@fontsource" / family / "LICENSE", FONTS / f"{name}-OFL.txt")


def _name(font: object, family: str, word: str) -> None:
    weight = {"Regular": 400, "Italic": 400, "Semibold": 600, "SemiboldItalic": 600, "Bold": 700, "BoldItalic": 700}[word]
    slanted = word.endswith("Italic")
    table, os2, head = font["name"], font["OS/2"], font["head"]  # type: ignore[index]
    full = f"{family} {word}".replace(" Regular", "")
    for name_id, text in ((1, family), (2, word), (3, f"Parvis:{full}"), (4, full), (6, full.replace(" ", "")), (16, family), (17, word)):
        table.setName(text, name_id, 3, 1, 0x409)
    os2.usWeightClass = weight
    os2.fsSelection = (1 if slanted else 0) | (32 if weight >= 700 else 0) | (64 if word == "Regular" else 0)
    head.macStyle = (1 if weight >= 700 else 0) | (2 if slanted else 0)


def build(*, force: bool = False) -> bool:
    """Return True when something was built."""
    started = time.monotonic()
    install_packages()
    now = digest()
    if not force and STAMP.exists() and STAMP.read_text() == now and all(p.exists() for p in outputs()):
        print("Assets are up to date.")
        return False
    STATIC.mkdir(parents=True, exist_ok=True)
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    bundle_scripts()
    bundle_styles()
    copy_fonts()
    build_icons()
    if force or not _print_fonts_current():
        build_print_fonts()
        (FONTS / ".lock").write_text(_fonts_key())
    STAMP.write_text(now)
    print(f"Assets built in {time.monotonic() - started:.1f} s.")
    return True


def _fonts_key() -> str:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    versions = [packages[f"node_modules/@fontsource/{family}"]["integrity"] for family in FACES]
    return hashlib.sha256("".join(versions).encode() + Path(__file__).read_bytes()).hexdigest()


def _print_fonts_current() -> bool:
    kept = FONTS / ".lock"
    return kept.exists() and kept.read_text() == _fonts_key() and all(p.exists() for p in outputs() if p.suffix == ".ttf")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the style sheet, the script, the icons and the fonts.")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    build(force=parser.parse_args().force)
