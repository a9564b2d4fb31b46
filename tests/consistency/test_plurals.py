"""French counts nothing in the singular ("0 tâche"), Dutch, German and English in the plural: every text with a figure, in every context."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import ngettext, npgettext, override

ROOT = Path(__file__).resolve().parents[2] / "parvis"


@pytest.mark.parametrize(("language", "zero"), [("fr", 0), ("nl", 1), ("de", 1)])
def test_nothing_is_counted_as_the_language_does(language: str, zero: int) -> None:
    wrong, seen = {}, 0
    with override(language):
        for file in sorted(ROOT.glob(f"*/locale/{language}/LC_MESSAGES/django.po")):
            with file.open("rb") as source:
                for message in read_po(source, locale=language):
                    if isinstance(message.id, tuple):
                        seen += 1
                        one, many = message.id
                        for number, form in ((0, zero), (1, 0), (2, 1)):
                            got = npgettext(message.context, one, many, number) if message.context else ngettext(one, many, number)
                            if got != message.string[form]:
                                wrong[(file.parts[-5], one, number)] = got
    assert seen > 50
    assert wrong == {}


def test_no_row_in_a_french_list_is_singular() -> None:
    with override("fr"):
        assert ngettext("%(n)s row", "%(n)s rows", 0) % {"n": 0} == "0 ligne"
        assert ngettext("%(n)s row", "%(n)s rows", 1) % {"n": 1} == "1 ligne"
        assert ngettext("%(n)s row", "%(n)s rows", 2) % {"n": 2} == "2 lignes"
