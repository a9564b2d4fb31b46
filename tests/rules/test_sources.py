"""Sources and codes of the seeded rates are read in the reader's language; what a centre typed stays as typed."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from parvis.rules.services.parameters import reference
from parvis.rules.sources import _AMOUNT, KNOWN, in_words
from parvis.rules.views.parameters import value_text


def test_every_seeded_source_and_remark_is_translated() -> None:
    texts = {row[name] for seed in reference() for row in seed.rows for name in ("source", "note") if row.get(name)}
    assert [text for text in sorted(texts) if text not in KNOWN and not _AMOUNT.search(text)] == []
    for language in ("fr", "nl", "de"):
        with override(language):
            assert [text for text in texts if in_words(text) == text] == []


@pytest.mark.parametrize(
    ("language", "source", "codes"),
    [
        ("fr", "BDAS, 15\u00a0770,41\u00a0€ par an, 1\u00a0314,20\u00a0€ par mois", "partenaire, père ou mère, enfant majeur"),
        ("nl", "BDAS, 15.770,41\u00a0€ per jaar, 1.314,20\u00a0€ per maand", "partner, ouder, meerderjarig kind"),
    ],
)
def test_amounts_and_codes_are_written_as_the_reader_writes_them(language: str, source: str, codes: str) -> None:
    with override(language):
        assert in_words("BDAS, 15,770.41 €/year, 1,314.20 €/month").replace("\u202f", "\u00a0") == source
        assert value_text(["partner", "parent", "adult_child"], "list") == codes
        assert in_words("Conseil du 12/01/2026") == "Conseil du 12/01/2026"
