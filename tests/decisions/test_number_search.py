"""A decision is found by its number, whole or from its beginning, by who may see it."""

from __future__ import annotations

import pytest

from parvis.decisions import selectors

from . import factories as f

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_by_number_whole_begun_or_short_and_by_nothing_else(centre) -> None:
    decision = f.decided(centre)
    prefix, _space, rest = decision.number.partition(" ")
    year, _slash, short = rest.partition("/")

    def found(query: str, actor=centre.secretary) -> list[str]:
        return [row.number for row in selectors.decisions_by_number(actor, query, 5)]

    for query in (decision.number, decision.number.lower(), rest, f"{year}/{short[:2]}", f"{year}/", short, str(int(short)), f" {rest} "):
        assert found(query) == [decision.number], query
    for query in (f"PV {rest}", f"{int(year) - 1}/{short}", "9999", f"{prefix} {int(year) + 1}/{short}", "muler 80", "", "%", f"{year}"):
        assert found(query) == [], query
