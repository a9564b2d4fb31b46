"""Many lines cost little each, whatever their number (B49)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from parvis.contacts.models import Identifier, Person
from parvis.dossiers.api import Dossier, DossierMember, close_dossier
from parvis.kernel import seals
from parvis.takeover.models import Import, Written
from parvis.takeover.services._common import worker
from tests.contacts.factories import niss

from .factories import apply, check, csv_file, undo, upload

pytestmark = pytest.mark.django_db

FAMILY = 3


def line(n: int) -> str:
    head = n % FAMILY == 0
    day, year = 1 + n % 28, 1950 + n % 50  # nobody is born on the day of somebody else
    number = niss(f"{year}-05-{day:02}", n % 990 + 1)
    return (
        f"{n};Nom{n % 37}x{n};Prenom{n};{day:02}/05/{year};{'M' if n % 2 else 'F'};{number};fr;Rue Haute;{n + 1};4700;Eupen;"
        f"M{n // FAMILY};{'chef' if head else 'enfant'};D{n // FAMILY};{'demandeur' if head else 'enfant'}"
    )


class Counted:
    """Counts them all: the log of queries keeps the last nine thousand, and would let any bound hold."""

    statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


def cost(first: int, count: int) -> tuple[float, float]:
    """Statements per line of the dry run, and of the takeover."""
    dry, wet = Counted(), Counted()
    with connection.execute_wrapper(dry):
        imported = check(upload(csv_file(*(line(n) for n in range(first, first + count)))))
    with connection.execute_wrapper(wet):
        imported = apply(imported)
    assert imported.counts["result"] == {"done": count}
    return dry.statements / count, wet.statements / count


def test_two_thousand_persons_are_looked_at_with_the_errors_of_each_line() -> None:
    """B49. Looking writes nothing. ``python -m benchmarks.takeover`` also writes the two thousand, looks again and takes them back."""
    wrong = {
        40: "x1;;sans nom;;;;;;;;;;;;",
        1999: "x2;Nom;Prenom;31/02/1990;M;;fr;;;;;;;;",
        2000: "x3;Nom;Prenom;;M;12345678901;fr;;;;;;;;",
    }
    imported = check(upload(csv_file(*(wrong.get(n, line(n)) for n in range(1, 2001)))))
    assert imported.counts["outcome"] == {"create": 1997, "error": 3}
    # Numbers are those of the file, whose first line holds the titles.
    assert list(imported.lines(manager="unscoped").filter(outcome="error").values_list("number", flat=True)) == [41, 2000, 2001]
    said = {row.number: {one["field"] for one in row.findings} for row in imported.lines(manager="unscoped").filter(outcome="error")}
    assert said == {41: {"family_name"}, 2000: {"birth_date"}, 2001: {"national_number"}}
    assert not Person.unscoped.exists()


def test_persons_with_households_addresses_and_dossiers_again_and_back() -> None:
    count = 120
    dry, wet = cost(0, count)
    assert dry < 4
    assert wet < 65
    assert (Person.unscoped.count(), Dossier.unscoped.count()) == (count, count // FAMILY)
    assert seals.verify().ok
    again = check(upload(csv_file(*(line(n) for n in range(count)))))
    assert again.counts["outcome"] == {"same": count}
    first = Import.unscoped.order_by("pk")[0]
    assert undo(first).counts["result"] == {"undone": count}
    assert not Identifier.unscoped.filter(live=1).exists() and not DossierMember.unscoped.filter(live=1).exists()
    assert seals.verify().ok


def test_a_line_costs_no_more_when_there_are_more_of_them() -> None:
    few, many = cost(0, 30), cost(30, 90)
    assert many[0] <= few[0] + 0.5
    assert many[1] <= few[1] + 0.5


def test_a_refusal_within_a_batch_touches_its_own_line_only() -> None:
    """The dossier that a child should join is closed by then: the person stays, the dossier is left, the others go on."""
    first = apply(check(upload(csv_file(line(0)))))
    second = check(upload(csv_file(line(1), line(3), line(6))))
    dossier = Dossier.unscoped.get()
    close_dossier(actor=worker(first), dossier=dossier, reason="Dossier clos entre-temps")
    second = apply(second)
    results = dict(second.lines(manager="unscoped").values_list("number", "result"))
    assert results == {2: "failed", 3: "done", 4: "done"}
    assert second.lines(manager="unscoped").get(number=2).person_id is not None
    assert DossierMember.unscoped.filter(dossier=dossier, live=1).count() == 1
    assert Dossier.unscoped.count() == 3
    assert seals.verify().ok


def test_every_row_written_in_a_batch_is_noted_with_its_own_line() -> None:
    imported = apply(check(upload(csv_file(*(line(n) for n in range(24))))))
    for one in imported.lines(manager="unscoped").all():
        persons = {row.person_id for row in Identifier.unscoped.filter(pk__in=_rows(one.pk, "contacts.identifier"))}
        assert persons == {one.person_id}
    assert undo(imported).counts["result"] == {"undone": 24}
    assert not Identifier.unscoped.filter(live=1).exists()


def _rows(line_id: int, model: str) -> list[int]:
    return list(Written.unscoped.filter(line=line_id, model=model).values_list("row_id", flat=True))
