"""Words of texts: filed once, found in any spelling, marked where they stand."""

from __future__ import annotations

import pytest

from parvis.kernel import wordindex
from parvis.kernel.models import Word


def test_words_are_folded_and_numbers_are_read_as_one() -> None:
    assert wordindex.words_of("Le loyer de l’Évêché, le loyer") == ["loyer", "eveche"]
    assert wordindex.words_of("tél. 0470/12 34 56") == ["tel", "0470", "047012", "0470123456"]
    assert wordindex.words_of("BE68 5390 0754 7034") == ["be68", "5390", "0754", "7034", "68539007547034", "be68539007547034"]
    assert wordindex.words_of("", "le la de") == []


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("NE 80.01.01-123.45 12/03/2024", {"80010112345", "12032024"}, {"8001011234512032024"}),
        ("payé le 12/03/2024 612,00", {"12032024"}, {"1203202461200"}),
        ("n° 0403 170 701 du 3 mars", {"0403170701"}, set()),
        ("80.01.01 123 05", set(), {"80010112305"}),
        ("800101 123 79", {"80010112379"}, set()),
        ("BE68 5390 0754 7034 pour le loyer", {"be68539007547034"}, {"be68539007547034pour"}),
        ("BE68 5390 0754 7034 12/03/2024", {"be68539007547034", "12032024"}, set()),
        ("NL91 ABNA 0417 1643 00 huur", {"nl91abna0417164300"}, set()),
        ("BE68539007547034", {"be68539007547034"}, set()),
    ],
)
def test_numbers_side_by_side_stay_apart(text: str, there: set[str], not_there: set[str]) -> None:
    words = set(wordindex.words_of(text))
    assert there <= words
    assert not not_there & words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("BE68 5390 0754 7034 loyer", ["be68539007547034", "loyer"]),
        ("BE68 5390 0754 7034 bail 2024", ["be68539007547034", "bail", "2024"]),
        ("80.01.01-123.45 12/03/2024", ["80010112345", "12032024"]),
        ("0470/12 34 56", ["0470123456"]),
        ("loyer 12/03/2024 612", ["12032024", "loyer", "612"]),
    ],
)
def test_what_is_looked_for_is_what_is_filed(query: str, words: list[str]) -> None:
    assert wordindex._typed(query) == words
    assert set(words) <= set(wordindex.words_of(query))


@pytest.mark.db
@pytest.mark.django_db
def test_each_word_has_its_own_spellings_and_says_when_there_are_more(monkeypatch) -> None:
    monkeypatch.setattr(wordindex, "MOST_SPELLINGS", 3)
    wordindex.learn(["con", "conge", "contrat", "contribution", "loyer", "loyers"])
    many, few = wordindex.terms_of("con loyer")
    assert many.cut
    assert few.strong == (wordindex.key_of("loyer"), wordindex.key_of("loyers"))
    assert not few.cut
    assert wordindex.key_of("con") == many.strong[0]
    assert wordindex.note_of("un deux trois quatre cinq sept", partial=False).endswith(": sept.")
    assert wordindex.note_of("un deux", partial=False) == ""


@pytest.mark.parametrize(
    ("typed", "known", "near"),
    [
        ("loyr", "loyer", True),
        ("loyers", "loyer", True),
        ("expulsoin", "expulsion", True),
        ("loyer", "foyer", True),
        ("bail", "bain", True),
        ("loyer", "lampe", False),
        ("1980", "1981", True),
        ("abc", "abd", False),
        ("1980", "a980", False),
    ],
)
def test_near_is_a_slip_or_an_ending(typed: str, known: str, near: bool) -> None:
    assert wordindex.near(typed, known) is near


@pytest.mark.db
@pytest.mark.django_db
def test_a_word_stands_once_with_the_same_key_everywhere() -> None:
    wordindex.learn(["loyer", "bail"])
    wordindex.learn(["loyer", "huissier"])
    assert list(Word.objects.order_by("word").values_list("word", flat=True)) == ["bail", "huissier", "loyer"]
    assert wordindex.key_of("loyer") == Word.objects.get(word="loyer").pk == 8919090160607198493


@pytest.mark.db
@pytest.mark.django_db
def test_a_term_means_what_begins_like_it_and_what_is_nearly_so() -> None:
    wordindex.learn(["loyer", "loyers", "loyal", "voyer", "huissier"])
    (term,) = wordindex.terms_of("Loyer")
    assert term.strong == (wordindex.key_of("loyer"), wordindex.key_of("loyers"))
    assert wordindex.terms_of("le 1") == []
    (slip,) = wordindex.terms_of("loyr")
    assert set(slip.weak.values()) == {"loyer"}


def test_a_snippet_is_cut_between_words_and_marks_what_was_found() -> None:
    pattern = wordindex.patterns_of([wordindex.Term("expulsion", (1,))])
    text = "Avant. " * 30 + "L’huissier annonce une Expulsion <b>demain</b> matin. " + "Après. " * 60
    pieces = wordindex.snippet(text, pattern, around=20)
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert [one for one, on in pieces if on] == ["Expulsion"]
    assert "".join(one for one, _on in pieces).startswith("… annonce une Expulsion <b>demain</b>")
    assert wordindex.snippet("rien de tel", pattern) == ()


def test_accents_and_spaces_in_numbers_do_not_hide_a_word() -> None:
    pattern = wordindex.patterns_of([wordindex.Term("eveche", (1,)), wordindex.Term("0470123456", (2,))])
    pieces = wordindex.marked("À l’Évêché, 0470/12 34 56", pattern)
    assert [one for one, on in pieces if on] == ["Évêché", "0470/12 34 56"]
