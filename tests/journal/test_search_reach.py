"""Where a search of notes looks first: never a right, never too narrow, and the same notes as a search that looks everywhere (A12, B28, B57)."""

from __future__ import annotations

import pytest

from parvis.dossiers import api as dossiers
from parvis.dossiers.services import grants
from parvis.identity.models import OwnPerson
from parvis.journal import api
from parvis.journal.jobs import words_after_transfers
from parvis.journal.models import Entry, EntryWord
from parvis.journal.search import _searched, reach_of, search_entries
from parvis.journal.services import words_follow
from parvis.kernel import clock, wordfinding, wordindex
from tests.contacts.factories import make_person
from tests.dossiers.factories import BLIND, SEEING, make_centre, make_dossier
from tests.dossiers.test_former import fresh, give
from tests.identity.factories import an_account, as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.db]
REASON = "Garde de ce soir, la personne appelle"


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def head(centre):
    return an_account("chief", unit=centre.south, name="Nadia Wouters")


def write(actor, dossier, text: str, **more) -> Entry:
    return api.add_entry(actor=actor, dossier=fresh(dossier), kind="note", text=text, **more)


@pytest.fixture
def notes(centre, head) -> list[Entry]:
    """In a file of the north, in one that went to the south and stays readable, in one of the south that a colleague of the north follows,
    and in one of a colleague; open, restricted and about health; some with a second word."""
    worker, made = centre.actor("worker"), []
    for number, name in enumerate(("Nord", "Parti", "Suivi", "Agent")):
        dossier = make_dossier(centre, make_person(name, "Zoé", f"199{number}-01-02"))
        made += [write(worker, dossier, f"loyer du mois {number}"), write(worker, dossier, f"loyer et bail {number}")]
        made.append(write(worker, dossier, "loyer : crainte", restricted=True))
        made.append(write(worker, dossier, "loyer et santé", data_class="health"))
        if name == "Parti":
            give(centre, dossier, head, read_days=30, read_classes=["social"])
        if name == "Suivi":
            give(centre, dossier, head, read_days=0)
            dossiers.assign_referent(actor=as_actor(head), dossier=fresh(dossier), account=centre.colleague, role="housing")
        if name == "Agent":
            OwnPerson.objects.create(account=centre.lawyer, person_id=dossier.lead_id, recorded_at=clock.now())
        made.append(write(as_actor(centre.worker if name in {"Nord", "Agent"} else head), dossier, f"loyer payé {number}"))
    return made


def readers(centre, head):
    found = {name: centre.actor(name) for name in (*SEEING, *BLIND)} | {"head": as_actor(head)}
    return found


def asked(actor, query: str, reach, limit: int = 50) -> list[int]:
    def pick(ids: list[int]) -> set[int]:
        return set(_searched(actor, clock.now()).filter(pk__in=ids).values_list("pk", flat=True))

    return wordfinding.find(pick, EntryWord, "entry", wordindex.terms_of(query), limit, reach).ids


@pytest.mark.parametrize("most", [1_000, 0])
@pytest.mark.parametrize("query", ["loyer", "loyer bail", "loyr"])
def test_each_function_finds_the_same_notes_as_if_it_looked_everywhere(centre, head, notes, monkeypatch, most: int, query: str) -> None:
    monkeypatch.setattr(wordfinding, "MOST_HOLDERS", most)
    found = {}
    for name, actor in readers(centre, head).items():
        truth = _searched(actor, clock.now()).filter(text__contains="loyer")
        truth = truth.filter(text__contains="bail") if "bail" in query else truth
        wanted = sorted(truth.order_by().values_list("pk", flat=True), reverse=True)
        assert asked(actor, query, reach_of(actor)) == asked(actor, query, None) == wanted, name
        found[name] = len(wanted)
    # Of 20 notes: each sees something else, and whoever is blind sees nothing.
    assert found["colleague"] > found["stranger"] > 0 < found["auditor"]
    assert found["worker"] != found["colleague"]
    assert [found[name] for name in ("member", "administrator")] == [0, 0]


def test_a_reader_looks_in_the_own_services_and_in_the_few_files_elsewhere(centre, head, notes) -> None:
    followed = notes[10].dossier_id
    given = notes[5].dossier_id
    worker, colleague = dossiers.services_read(centre.actor("worker")), dossiers.services_read(centre.actor("colleague"))
    assert (worker.units, worker.others) == ((centre.north.pk,), (given,))
    assert (colleague.units, colleague.others) == ((centre.north.pk,), (given, followed))
    assert dossiers.services_read(centre.actor("auditor")) is None
    nobody = dossiers.services_read(centre.actor("member"))
    assert (nobody.units, nobody.others) == ((), ())


def test_a_file_opened_exceptionally_is_searched_while_it_is_open(centre, head, notes) -> None:
    before = asked(centre.actor("stranger"), "loyer", reach_of(centre.actor("stranger")))
    north = notes[0].dossier
    grants.break_glass(actor=centre.actor("stranger"), number=north.number, reason=REASON)
    actor = centre.actor("stranger")
    after = asked(actor, "loyer", reach_of(actor))
    assert set(after) - set(before) == {notes[0].pk, notes[1].pk, notes[3].pk, notes[4].pk}
    assert after == asked(actor, "loyer", None)


def test_words_follow_a_dossier_to_another_service(centre, head) -> None:
    dossier = make_dossier(centre)
    note = write(centre.actor("worker"), dossier, "L’huissier vient")
    assert set(EntryWord.unscoped.filter(entry=note).values_list("unit_key", flat=True)) == {centre.north.pk}
    assert [len(search_entries(centre.actor(who), "huissier", 15)) for who in ("colleague", "stranger")] == [1, 0]
    give(centre, dossier, head, read_days=0)
    assert set(EntryWord.unscoped.filter(entry__dossier=dossier).values_list("unit_key", flat=True)) == {centre.south.pk}
    assert [len(search_entries(centre.actor(who), "huissier", 15)) for who in ("colleague", "stranger")] == [0, 1]
    assert words_follow([dossier.pk]) == 0


def test_words_left_behind_show_nothing_and_are_brought_after(centre, head) -> None:
    """A note written in the very moment of a transfer: its words stand under the service of before. Nobody there finds it."""
    dossier = make_dossier(centre)
    note = write(centre.actor("worker"), dossier, "L’huissier vient")
    give(centre, dossier, head, read_days=0)
    EntryWord.unscoped.filter(entry=note).update(unit_key=centre.north.pk)
    assert search_entries(centre.actor("colleague"), "huissier", 15) == []
    words_after_transfers(None)
    assert set(EntryWord.unscoped.filter(entry=note).values_list("unit_key", flat=True)) == {centre.south.pk}
    assert len(search_entries(centre.actor("stranger"), "huissier", 15)) == 1


def test_a_frequent_word_is_looked_for_in_the_latest_notes_and_says_so(centre, monkeypatch) -> None:
    monkeypatch.setattr(wordfinding, "MOST_HOLDERS", 3)
    monkeypatch.setattr(wordfinding, "WINDOW", 5)
    dossier = make_dossier(centre)
    entries = [write(centre.actor("worker"), dossier, f"loyer du mois {number}") for number in range(8)]
    terms = wordindex.terms_of("loyer")
    pick = wordfinding.of(Entry.objects.visible_to(centre.actor("worker")))
    for reach in (None, reach_of(centre.actor("worker"))):
        some = wordfinding.find(pick, EntryWord, "entry", terms, 2, reach)
        assert (some.ids, some.partial) == ([entries[7].pk, entries[6].pk], False)
        every = wordfinding.find(lambda ids: {pk for pk in ids if pk < entries[4].pk}, EntryWord, "entry", terms, 2, reach)
        assert (every.ids, every.partial) == ([entries[3].pk], True)  # five were looked through
    assert wordfinding.find(pick, EntryWord, "entry", wordindex.terms_of("loyer piscine"), 2).ids == []


def test_two_frequent_words_must_both_stand_in_the_note(centre, monkeypatch) -> None:
    monkeypatch.setattr(wordfinding, "MOST_HOLDERS", 1)
    dossier, worker = make_dossier(centre), centre.actor("worker")
    both = [write(worker, dossier, "loyer et bail signés") for _number in range(3)]
    write(worker, dossier, "loyer seul")
    write(worker, dossier, "bail seul")
    for query in ("loyer bail", "bail loyer"):
        for reach in (None, reach_of(worker)):
            assert asked(worker, query, reach) == [note.pk for note in reversed(both)]


def test_more_services_than_a_few_are_read_as_one(centre, head, notes, monkeypatch) -> None:
    monkeypatch.setattr(wordfinding, "MOST_HOLDERS", 0)
    actor = centre.actor("colleague")
    few = asked(actor, "loyer", reach_of(actor))
    monkeypatch.setattr(wordfinding, "MOST_SERVICES", 0)
    assert asked(actor, "loyer", reach_of(actor)) == few != []


def test_a_word_that_nobody_wrote_ends_the_search(centre, django_assert_num_queries) -> None:
    worker = centre.actor("worker")
    write(worker, make_dossier(centre), "loyer et bail signés")
    wordindex.learn(["piscine"])  # of another text
    reach = reach_of(worker)
    for query, queries in (("piscine loyer bail", 1), ("loyer trampoline", 0)):
        terms = wordindex.terms_of(query)
        with django_assert_num_queries(queries):
            assert wordfinding.find(lambda ids: ids, EntryWord, "entry", terms, 15, reach).ids == []
    both = wordindex.terms_of("loyer bail")
    with django_assert_num_queries(2):
        assert len(wordfinding.find(lambda ids: ids, EntryWord, "entry", both, 15, reach).ids) == 1
