"""Texts: complete in four languages, templates without inline script or style, cited tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from tools import messages

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "parvis").glob("*/templates/**/*.html"))
SAME_BY_NATURE = ROOT / "tests" / "consistency" / "same_in_every_language.txt"


@pytest.mark.parametrize("context", messages.contexts())
def test_every_text_is_translated(context: str) -> None:
    assert messages.missing(context) == []


def test_no_translation_is_the_source_left_as_it_was() -> None:
    allowed = set(SAME_BY_NATURE.read_text(encoding="utf-8").splitlines())
    left = [f"{language}: {text}" for context in messages.contexts() for language, text in messages.same_as_source(context)]
    assert [line for line in left if line not in allowed and line.split(": ", 1)[1] not in allowed] == []


def test_one_text_has_one_translation_in_all_contexts() -> None:
    """Django merges the catalogues: of two translations of the same text the first one would win in silence."""
    wrong = []
    for language in messages.LANGUAGES:
        found: dict[tuple[str | None, str], dict[str, str]] = {}
        for context in messages.contexts():
            for entry in messages._read(context, language):
                if entry.id and entry.string:
                    text = entry.id if isinstance(entry.id, str) else entry.id[0]
                    found.setdefault((entry.context, text), {}).setdefault(str(entry.string), context)
        wrong += [f"{language}: {text!r} {where}" for (_, text), where in sorted(found.items(), key=str) if len(where) > 1]
    assert wrong == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "parvis")))
def test_templates_parse_and_hold_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    body = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.S)
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", body), "inline style or handler"
    for script in re.findall(r"<script\b[^>]*>", body):
        assert "src=" in script or 'type="application/json"' in script, script
    for form in re.findall(r"<form\b[^>]*method=.post.*?</form>", body, flags=re.S | re.I):
        assert "csrf_token" in form or "include" in form, "a form that posts without csrf_token"
    try:
        get_template(str(path).split("/templates/", 1)[1])
    except TemplateSyntaxError as error:
        pytest.fail(str(error))


def test_no_style_reads_or_writes_a_word() -> None:
    """A rule that matches a label holds in one language only; a word that it prints is in no catalogue."""
    labels = re.compile(r"\[(?:data-l|title|aria-label|alt|placeholder)[~|^$*]?=")
    words = re.compile(r'content:(?:[^;}"]|"[^"]*")*?("[^"]*[^\W\d_]{2}[^"]*")')
    styles = sorted((ROOT / "parvis").glob("*/assets/**/*.css"))
    assert len(styles) > 10
    found = [(path.name, *pattern.findall(path.read_text(encoding="utf-8"))) for path in styles for pattern in (labels, words)]
    assert [one for one in found if len(one) > 1] == []


def test_the_coverage_table_lists_every_row_and_cites_tests_that_exist() -> None:
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    rows = (
        {f"A{n}" for n in range(1, 67)}
        | {f"B{n}" for n in range(1, 59)}
        | {f"C{n}" for n in range(1, 26)}
        | {f"D{n}" for n in range(1, 38)}
    )
    rows |= {f"E{n}" for n in range(1, 26)} | {f"F{n}" for n in range(1, 16)}
    listed = re.findall(r"^\| ([A-F]\d+) \|", text, flags=re.M)
    assert sorted(listed) == sorted(rows)
    for reference in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text):
        path = ROOT / reference[0]
        assert path.exists(), reference[0]
        if reference[1]:
            assert f"def {reference[1]}(" in path.read_text(encoding="utf-8"), "::".join(reference)


def test_nothing_names_a_place_outside_the_project() -> None:
    """The project speaks of itself alone: no absolute path of a developer's machine."""
    wrong = []
    for path in ROOT.rglob("*"):
        if any(
            part in {".git", ".venv", "node_modules", "build", "__pycache__", "instances", "instance"} or part.endswith("_cache")
            for part in path.parts
        ):
            continue
        read = path.is_file() and path.suffix in {".py", ".md", ".html", ".toml", ".sh", ".js", ".css", ".json", ".txt", ".po"}
        if read and re.search(r"/" + r"work/(main|shared|brief)|/root/\.", path.read_text(encoding="utf-8", errors="ignore")):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
