"""Who is it? Twenty pairs that must be found, ten that must not; the same on each database (issue: matching)."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.contacts import api
from parvis.contacts.matching import date_variants, name_score, number_variants
from parvis.kernel.textmatch import tokens

from .factories import MEMBER, WORKER, make_person, niss

pytestmark = [pytest.mark.db, pytest.mark.django_db]

# known: family, given, birth, number; typed: the same
FOUND = {
    "compound name in another order and cut": (
        ("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14", ""),
        ("Van den Broucke Nzeyimana", "Marie Ange", "1987-08-14", ""),
    ),
    "umlaut left out and a letter lost": (("Müller", "Jürgen", "1980-03-02", ""), ("Muler", "Jurgen", "1980-03-02", "")),
    "umlaut spelled out": (("Müller", "Jörg", "1962-11-30", ""), ("Mueller", "Joerg", "1962-11-30", "")),
    "particle joined to the name": (("Ben Othman", "Mohamed", "1975-06-21", ""), ("Benothman", "Mohammed", "1975-06-21", "")),
    "family and given name exchanged": (("Okonkwo", "Chidi", "1991-01-09", ""), ("Chidi", "Okonkwo", "1991-01-09", "")),
    "accents left out": (("Lefèvre", "Hélène", "1954-07-08", ""), ("LEFEVRE", "HELENE", "1954-07-08", "")),
    "day and month swapped": (("El Amrani", "Fatima Zohra", "1983-04-11", ""), ("El Amrani", "Fatima", "1983-11-04", "")),
    "one digit of the year wrong": (("Peeters", "Griet", "1968-02-19", ""), ("Peeters", "Griet", "1986-02-19", "")),
    "one digit of the day wrong": (("Vandermeersch", "Pieter", "1999-09-13", ""), ("Vandermeersch", "Pieter", "1999-09-18", "")),
    "letters swapped in both names": (("Dupont", "Isabelle", "1971-12-24", ""), ("Dupnot", "Isabelel", "1971-12-24", "")),
    "second given name missing": (("Tshibangu", "Jean-Pierre Kabongo", "1966-10-05", ""), ("Tshibangu", "Jean-Pierre", "1966-10-05", "")),
    "French spelling of the same sound": (("Chibanguvic", "Aïcha", "1990-02-02", ""), ("Tshibanguvick", "Aisha", "1990-02-02", "")),
    "Dutch spelling": (("Janssens", "Katrien", "1978-08-08", ""), ("Jansens", "Catrien", "1978-08-08", "")),
    "only the year of birth is known": (("Haidari", "Gholam Reza", "1989-01-01", ""), ("Haydari", "Golam Reza", "1989-05-20", "")),
    "no birth date at all": (("Vandeputte", "Léontine", "1941-03-03", ""), ("Van de Putte", "Leontine", None, "")),
    "the number alone": (("Yılmaz", "Ayşe", "1985-05-05", niss("1985-05-05", 14)), ("", "", None, niss("1985-05-05", 14))),
    "a married name with the same number": (
        ("Dubois", "Cécile", "1992-09-29", niss("1992-09-29", 22)),
        ("Lambert", "Cécile", "1992-09-29", niss("1992-09-29", 22)),
    ),
    "a digit of the number mistyped": (
        ("Kowalski", "Piotr", "1979-01-31", niss("1979-01-31", 33)),
        ("Kowalsky", "Piotr", "1979-01-31", "7901310" + niss("1979-01-31", 33)[7:].replace("3", "8", 1)),
    ),
    "Arabic name cut in another way": (("Abd el Kader", "Nour-Eddine", "1972-04-17", ""), ("Abdelkader", "Noureddine", "1972-04-17", "")),
    "half of a double name": (("Garcia Lopez", "Maria del Carmen", "1964-06-30", ""), ("Garcia", "Maria del Carmen", "1964-06-30", "")),
}

NOT_FOUND = {
    "father and son of the same name": (("Janssens", "Jan", "1950-02-14", ""), ("Janssens", "Jan", "1980-06-21", "")),
    "homonyms of the same year": (("Peeters", "Marc", "1970-03-12", ""), ("Peeters", "Marc", "1970-09-27", "")),
    "twins": (("Dubois", "Lucas", "2001-05-03", ""), ("Dubois", "Louise", "2001-05-03", "")),
    "twins of like given names": (("Maes", "Emma", "2004-10-10", ""), ("Maes", "Noah", "2004-10-10", "")),
    "same birth date, other name": (("Lambert", "Sophie", "1985-01-20", ""), ("Claessens", "Nadia", "1985-01-20", "")),
    "same given names, other family": (("Martin", "Marie-Claire", "1960-11-11", ""), ("Renard", "Marie-Claire", "1960-12-01", "")),
    "brother and sister": (("Ben Othman", "Karim", "1977-03-03", ""), ("Ben Othman", "Samira", "1979-06-06", "")),
    "two different numbers, name only near": (("Simon", "Paul", "1988-08-01", niss("1988-08-01", 51)), ("Simons", "Paula", "1988-02-16", niss("1988-02-16", 52))),
    "particle in common": (("Van Damme", "Els", "1973-07-07", ""), ("Van Acker", "An", "1973-07-07", "")),
    "common family name without birth date": (("Nguyen", "Thi Lan", "1982-02-28", ""), ("Nguyen", "Van Minh", None, "")),
}  # fmt: skip


def _typed(row: tuple[str, str, str | None, str]) -> dict[str, object]:
    family, given, birth, number = row
    return {
        "family_name": family,
        "given_names": given,
        "birth_date": dt.date.fromisoformat(birth) if birth else None,
        "national_number": number,
    }


def _known(row: tuple[str, str, str | None, str]) -> int:
    family, given, birth, number = row
    return make_person(family, given, birth, national_number=number).pk


def _crowd() -> None:
    for family, given, birth in (
        ("Janssens", "Karel", "1978-08-09"),
        ("Muller", "Hans", "1981-03-02"),
        ("Dupont", "Isabeau", "1971-11-24"),
    ):
        make_person(family, given, birth)


@pytest.mark.parametrize("case", FOUND)
def test_found_in_spite_of(case: str) -> None:
    known, typed = FOUND[case]
    _crowd()
    person_id = _known(known)
    matches = api.match_persons(actor=WORKER, **_typed(typed))
    assert [match.person.pk for match in matches][:1] == [person_id]
    assert matches[0].score >= 70
    assert matches[0].reasons and all(matches[0].reasons)


@pytest.mark.parametrize("case", NOT_FOUND)
def test_not_taken_for(case: str) -> None:
    known, typed = NOT_FOUND[case]
    person_id = _known(known)
    assert person_id not in [match.person.pk for match in api.match_persons(actor=WORKER, **_typed(typed))]


def test_reasons_are_said_in_words_and_the_number_settles_it() -> None:
    number = niss("1985-05-05", 14)
    make_person("Yılmaz", "Ayşe", "1985-05-05", national_number=number)
    (match,) = api.match_persons(actor=WORKER, family_name="Autre", given_names="Nom", national_number=number)
    assert match.score == 100
    assert match.certain
    assert match.reasons == ["même numéro national"]


def test_a_swapped_date_is_a_reason() -> None:
    make_person("El Amrani", "Fatima", "1983-04-11")
    (match,) = api.match_persons(actor=WORKER, family_name="El Amrani", given_names="Fatima", birth_date=dt.date(1983, 11, 4))
    assert "jour et mois de naissance inversés" in match.reasons


def test_a_former_name_still_finds_the_person() -> None:
    person = make_person("Dubois", "Cécile", "1992-09-29")
    api.name_person(actor=WORKER, person=person, family_name="Lambert", given_names="Cécile", valid_from=dt.date(2020, 6, 1))
    for family in ("Dubois", "Lambert"):
        matches = api.match_persons(actor=WORKER, family_name=family, given_names="Cécile", birth_date=dt.date(1992, 9, 29))
        assert [match.person.pk for match in matches] == [person.pk]


def test_who_may_not_see_persons_gets_no_proposal() -> None:
    make_person("Dubois", "Cécile", "1992-09-29")
    assert api.match_persons(actor=MEMBER, family_name="Dubois", given_names="Cécile", birth_date=dt.date(1992, 9, 29)) == []


def test_cost_does_not_grow_with_the_register(django_assert_max_num_queries) -> None:
    for serial in range(30):
        make_person(f"Janssens{serial:02}", "Jan", "1980-03-12")
    with django_assert_max_num_queries(20):
        api.match_persons(actor=WORKER, family_name="Janssens07", given_names="Jan", birth_date=dt.date(1980, 3, 12))


def test_variants_are_bounded_and_right() -> None:
    number = niss("1979-01-31", 33)
    variants = list(number_variants(number))
    assert variants[0] == number
    assert len(variants) < 10
    days = date_variants(dt.date(1986, 2, 19))
    assert days[0] == dt.date(1986, 2, 19)
    assert dt.date(1968, 2, 19) in days
    assert len(days) < 60


def test_one_family_name_in_common_is_not_a_person() -> None:
    assert name_score(tokens("Dubois Lucas"), tokens("Dubois Louise")) < 0.62
    assert name_score(tokens("van den broucke nzeyimana marie ange"), tokens("nzeyimana vandenbroucke marie ange")) > 0.95


@pytest.mark.parametrize(
    ("family", "given"),
    [("Lejeune", "Bernar"), ("Lejeune", "Berbard"), ("Lejeume", "Bernard"), ("Lejuene", "Bernard"), ("LEJEUNE", "bernardo")],
)
def test_a_letter_typed_wrongly_is_forgiven_without_a_birth_date(family: str, given: str) -> None:
    """A23: a typing error changes the sound of a word; who stands beside in the lists is compared too."""
    known = make_person("Lejeune", "Bernard", "1961-04-02")
    make_person("Lejeune", "Bertrand", "1961-04-02")
    found = api.match_persons(actor=WORKER, family_name=family, given_names=given)
    assert [match.person.pk for match in found] == [known.pk]
