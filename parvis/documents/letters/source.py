"""A letter template as text that a person edits: TOML, with the line of whatever is wrong in it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

BLOCK = re.compile(r"^\s*\[\[\s*blocks\s*\]\]")
KEY = re.compile(r"^\s*key\s*=\s*[\"']([^\"']*)[\"']")
AT = re.compile(r"\(at line (\d+)")


class Unreadable(ValueError):
    """The text is no template. ``line`` is where reading stopped; 0: at its end."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def written(definition: Mapping[str, Any]) -> str:
    """The definition as text: what is of the whole letter first, then block after block."""
    parts = [*_lines({name: value for name, value in definition.items() if name != "blocks"})]
    for block in definition.get("blocks", ()):
        parts += ["", "[[blocks]]", *_lines(block)]
    return "\n".join(parts).strip() + "\n"


def _lines(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        key = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _lines(value, f"{key}.")
        else:
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, str) and "\n" in value and '"""' not in value and "\\" not in value:
        return f'"""\n{value}\n"""'
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> dict[str, Any]:
    """The definition that a text holds.

    Raises:
        Unreadable: with the line at which it stops being one.
    """
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        at = AT.search(str(error))
        line = int(at[1]) if at else 0
        raise Unreadable(
            _("This cannot be read. Look at the quotation marks, the equals sign and the brackets here and just before."), line
        ) from None
    for block in found.get("blocks", ()) if isinstance(found.get("blocks"), list) else ():
        texts = block.get("text") if isinstance(block, dict) else None
        if isinstance(texts, dict):
            block["text"] = {language: one.strip() if isinstance(one, str) else one for language, one in texts.items()}
    return found


def places(text: str, block: str = "", word: str = "") -> list[int]:
    """Lines of a text (from 1) on which something stands: a word of a block, else the beginning of the block, else the word anywhere."""
    lines = text.replace("\r\n", "\n").split("\n")
    start, end = 0, len(lines)
    if block:
        heads = [*(at for at, line in enumerate(lines) if BLOCK.match(line)), len(lines)]
        for first, after in pairwise(heads):
            if any((found := KEY.match(line)) and found[1] == block for line in lines[first:after]):
                start, end = first, after
                break
        else:
            return []
    if word:
        return [at + 1 for at in range(start, end) if word in lines[at]]
    return [start + 1] if block else []
