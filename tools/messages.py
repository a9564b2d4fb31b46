"""Translations per context: ``update``, ``check``, ``compile``. Needs no gettext programs (Babel reads and writes the catalogues)."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("fr", "nl", "de")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURALS = {"ngettext", "ngettext_lazy"}
CONTEXTUAL = {"pgettext", "pgettext_lazy"}
TRANS = re.compile(r"""\{%-?\s*(?:trans|translate)\s+(?P<q>["'])(?P<text>.*?)(?P=q)(?P<rest>[^%]*)%\}""", re.S)
BLOCK = re.compile(r"\{%\s*(?:blocktrans|blocktranslate)(?P<args>[^%]*)%\}(?P<body>.*?)\{%\s*end(?:blocktrans|blocktranslate)\s*%\}", re.S)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
INLINE = re.compile(r"""_\((?P<q>["'])(?P<text>.*?)(?P=q)\)""")
Message = tuple[str | None, str | tuple[str, str], str]


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def from_python(path: Path) -> list[Message]:
    out: list[Message] = []
    where = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        texts = [_constant(argument) for argument in node.args]
        if name in CALLS and texts and texts[0]:
            out.append((None, texts[0], where))
        elif name in PLURALS and len(texts) > 1 and texts[0] and texts[1]:
            out.append((None, (texts[0], texts[1]), where))
        elif name in CONTEXTUAL and len(texts) > 1 and texts[1]:
            out.append((texts[0], texts[1], where))
    return out


def _body(text: str, trimmed: bool) -> str:
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines() if line.strip())
    text = text.replace("%", "%%") if "%" in re.sub(r"\{\{.*?\}\}", "", text) else text
    return re.sub(r"\{\{\s*([\w.]+)(?:\|[^}]*)?\s*\}\}", r"%(\1)s", text)


def from_template(path: Path) -> list[Message]:
    out: list[Message] = []
    where = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    for match in TRANS.finditer(text):
        context = re.search(r"""context\s+["'](.*?)["']""", match["rest"])
        out.append((context[1] if context else None, match["text"].replace("%", "%%") if "%" in match["text"] else match["text"], where))
    for match in BLOCK.finditer(text):
        trimmed = "trimmed" in match["args"]
        context = re.search(r"""context\s+["'](.*?)["']""", match["args"])
        parts = [_body(part, trimmed) for part in PLURAL.split(match["body"])]
        out.append((context[1] if context else None, (parts[0], parts[1]) if len(parts) > 1 else parts[0], where))
    for match in INLINE.finditer(re.sub(BLOCK, "", text)):
        out.append((None, match["text"], where))
    return out


def contexts() -> list[str]:
    return sorted(p.name for p in (ROOT / "parvis").iterdir() if p.is_dir() and (p / "__init__.py").exists())


def extract(context: str) -> list[Message]:
    folder = ROOT / "parvis" / context
    out: list[Message] = []
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            out += from_python(path)
    for path in [*sorted(folder.rglob("*.html")), *sorted(folder.rglob("*.txt"))]:
        if "templates" in path.parts:
            out += from_template(path)
    return out


def _po(context: str, language: str) -> Path:
    return ROOT / "parvis" / context / "locale" / language / "LC_MESSAGES" / "django.po"


def _read(context: str, language: str) -> Catalog:
    path = _po(context, language)
    if path.exists():
        with path.open("rb") as file:
            return read_po(file, locale=language)
    return Catalog(locale=language, project="Parvis", charset="utf-8")


def update(context: str) -> None:
    messages = extract(context)
    if not messages:
        return
    for language in LANGUAGES:
        old = _read(context, language)
        new = Catalog(locale=language, project="Parvis", charset="utf-8", fuzzy=False, header_comment="# Translations of Parvis.")
        for ctx, text, where in messages:
            new.add(text, locations=[(where, 0)], context=ctx)
            known = old.get(text, ctx)
            if known is not None and known.string:
                entry = new.get(text, ctx)
                if entry is not None:
                    entry.string = known.string
        path = _po(context, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, new, sort_output=True, omit_header=False, width=140, include_lineno=False)


def missing(context: str) -> list[str]:
    """What is not translated in this context, one line each; and translations whose placeholders differ."""
    out = []
    messages = extract(context)
    for language in LANGUAGES:
        catalog = _read(context, language)
        for ctx, text, where in messages:
            entry = catalog.get(text, ctx)
            strings = [] if entry is None else list(entry.string) if isinstance(entry.string, list | tuple) else [entry.string]
            label = text if isinstance(text, str) else text[0]
            if not strings or not all(strings):
                out.append(f"{language} {where}: not translated: {label!r}")
                continue
            singular = isinstance(text, str)
            wanted = set(re.findall(r"%\((\w+)\)s|\{(\w*)\}", label if singular else text[1]))
            for string in strings if singular else strings[1:]:
                if set(re.findall(r"%\((\w+)\)s|\{(\w*)\}", string)) != wanted:
                    out.append(f"{language} {where}: placeholders differ: {label!r}")
    return sorted(set(out))


def same_as_source(context: str) -> list[tuple[str, str]]:
    """(language, text) whose translation equals the English text."""
    out = []
    for language in LANGUAGES:
        catalog = _read(context, language)
        for ctx, text, _ in extract(context):
            entry = catalog.get(text, ctx)
            if entry is not None and isinstance(text, str) and entry.string == text:
                out.append((language, text))
    return sorted(set(out))


def compile_all() -> int:
    count = 0
    for path in sorted((ROOT / "parvis").rglob("django.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parents[1].name)
        with target.open("wb") as file:
            write_mo(file, catalog)
        count += 1
    return count


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in {"update", "check", "compile"}:
        print("usage: messages.py update|check [context …] | compile")
        return 2
    if argv[0] == "compile":
        print(f"{compile_all()} catalogues compiled")
        return 0
    names = argv[1:] or contexts()
    if argv[0] == "update":
        for name in names:
            update(name)
        return 0
    lines = [line for name in names for line in missing(name)]
    print("\n".join(lines) or "complete")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
