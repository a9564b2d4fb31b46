"""The residence title as a column of a takeover (A21)."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts.api import PersonResidence
from parvis.takeover.models import Line

from .factories import apply, check, csv_file, outcomes, results, undo, upload

pytestmark = pytest.mark.django_db
HEAD = "Id;Nom;Prénom;Titre de séjour;Fin de séjour"


def held() -> list[tuple[str, dt.date | None]]:
    return list(PersonResidence.unscoped.filter(live=1).order_by("person").values_list("title", "expires_on"))


def test_titles_are_read_by_their_name_in_any_language_and_taken_back() -> None:
    lines = ("1;DUPONT;Claire;Carte A;12/03/2030", "2;PEETERS;Jan;oranje kaart;01/02/2020", "3;MEYER;Uta;Belge;", "4;SANS;Luc;;")
    imported = upload(csv_file(*lines, head=HEAD))
    assert (imported.mapping["Titre de séjour"], imported.mapping["Fin de séjour"]) == ("residence", "residence_until")
    imported = check(imported)
    assert outcomes(imported) == ["create"] * 4 and held() == []
    imported = apply(imported)
    assert results(imported) == ["done"] * 4
    assert held() == [("card_a", dt.date(2030, 3, 12)), ("orange", dt.date(2020, 2, 1)), ("belgian", None)]
    again = apply(check(upload(csv_file(*lines, head=HEAD))))
    assert outcomes(again) == ["same"] * 4 and len(held()) == 3
    assert results(undo(imported)) == ["undone"] * 4
    assert held() == []


def test_an_unknown_title_is_an_error_of_its_line() -> None:
    imported = check(upload(csv_file("1;DUPONT;Claire;Carte Z;", head=HEAD)))
    assert outcomes(imported) == ["error"]
    assert [one["field"] for one in Line.unscoped.get(imported=imported).findings] == ["residence"]
