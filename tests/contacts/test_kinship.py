"""Relations: noted once, read from both sides, with the right word, dated; picture and list agree."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import translation

from parvis.contacts import api
from parvis.contacts.errors import InvalidPerson
from parvis.contacts.kinship import maintenance, words
from parvis.contacts.kinship.graph import draw
from parvis.contacts.kinship.selectors import family
from parvis.contacts.models import Person, Relation
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from tests.identity.factories import an_account

from .factories import CLERK, PAYER, WORKER, make_person

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = dt.date(2026, 3, 9)
NOW = dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)


def _relate(person: Person, kind: str, other: Person, since: str = "2019-01-01", until: str = "") -> Relation:
    return api.relate(
        actor=WORKER,
        person=person,
        other=other,
        kind=kind,
        valid_from=dt.date.fromisoformat(since),
        valid_to=dt.date.fromisoformat(until) if until else None,
    )


@pytest.fixture
def clan() -> dict[str, Person]:
    """B2: mother, ex-partner, administrator of the property, child in foster care; and a grandmother."""
    people = {
        "grandmother": make_person("Wagner", "Elsa", "1940-04-04", sex="F"),
        "mother": make_person("Wagner", "Karin", "1965-05-05", sex="F"),
        "me": make_person("Wagner", "Léa", "1990-06-06", sex="F"),
        "ex": make_person("Moreau", "Tom", "1988-07-07", sex="M"),
        "curator": make_person("Bodson", "Paul", "1970-08-08", sex="M"),
        "child": make_person("Wagner", "Nils", "2015-09-09", sex="M"),
        "foster": make_person("Legrand", "Rita", "1972-10-10", sex="F"),
    }
    _relate(people["grandmother"], "parent", people["mother"], "1965-05-05")
    _relate(people["me"], "child", people["mother"], "1990-06-06")
    _relate(people["me"], "parent", people["child"], "2015-09-09")
    _relate(people["ex"], "partner", people["me"], "2012-01-01", "2020-07-01")
    _relate(people["ex"], "ex_partner", people["me"], "2020-07-01")
    _relate(people["curator"], "curator", people["me"], "2024-02-01")
    _relate(people["foster"], "foster", people["child"], "2023-09-01")
    return people


def _words(person: Person, day: dt.date = DAY, who: Any = WORKER) -> list[tuple[str, str, bool]]:
    with translation.override("en"):
        return [(one.card.given_names, one.noun, one.past) for one in api.relatives(who, person.pk, day)]


def test_each_side_has_its_word(clan: dict[str, Person]) -> None:
    assert set(_words(clan["me"])) == {
        ("Karin", "mother", False),
        ("Nils", "son", False),
        ("Tom", "former partner", False),
        ("Tom", "partner", True),
        ("Paul", "administrator of the property", False),
    }
    assert _words(clan["child"]) == [("Léa", "mother", False), ("Rita", "foster mother", False)]
    assert _words(clan["foster"]) == [("Nils", "child in foster care", False)]


def test_the_words_exist_in_four_languages_by_sex() -> None:
    found = {}
    for language in ("en", "fr", "nl", "de"):
        with translation.override(language):
            found[language] = (words.noun("parent", "F"), words.noun("parent", "M"), words.noun("parent"), words.noun("cohabitant", "F"))
    assert found == {
        "en": ("mother", "father", "parent", "legal cohabitant"),
        "fr": ("mère", "père", "parent", "cohabitante légale"),
        "nl": ("moeder", "vader", "ouder", "wettelijk samenwonende partner"),
        "de": ("Mutter", "Vater", "Elternteil", "gesetzlich Zusammenwohnende"),
    }


def test_picture_and_list_agree_and_what_ended_stays_with_its_days(clan: dict[str, Person]) -> None:
    everybody = family(WORKER, clan["me"].pk, DAY)
    listed = {one.card.id for one in api.relatives(WORKER, clan["me"].pk, DAY)}
    assert set(everybody.nouns) == listed
    assert {clan["grandmother"].pk, clan["foster"].pk} <= set(everybody.generations)
    picture = draw(everybody)
    assert {node.person_id for node in picture.nodes} == set(everybody.generations)
    rows = {node.person_id: node.y for node in picture.nodes}
    assert rows[clan["grandmother"].pk] < rows[clan["mother"].pk] < rows[clan["me"].pk] < rows[clan["child"].pk]
    assert rows[clan["ex"].pk] == rows[clan["me"].pk] == rows[clan["foster"].pk]
    boxes = [(node.x, node.y) for node in picture.nodes]
    assert len(set(boxes)) == len(boxes)
    assert all(0 <= node.x <= picture.width - picture.node_width for node in picture.nodes)


def test_an_earlier_day_shows_what_held_then(clan: dict[str, Person]) -> None:
    then = dt.date(2018, 1, 1)
    assert set(_words(clan["me"], then)) == {("Karin", "mother", False), ("Nils", "son", False), ("Tom", "partner", False)}
    assert clan["curator"].pk not in family(WORKER, clan["me"].pk, then).generations


def test_as_it_was_known_then() -> None:
    with clock.travel(dt.datetime(2026, 1, 5, tzinfo=dt.UTC)):
        mother, child = make_person("Wagner", "Karin", "1965-05-05"), make_person("Wagner", "Léa", "1990-06-06")
    with clock.travel(dt.datetime(2026, 2, 5, tzinfo=dt.UTC)):
        _relate(mother, "parent", child, "1990-06-06")
        known = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
        assert api.relatives(WORKER, child.pk, dt.date(2026, 2, 5), known) == []
        assert len(api.relatives(WORKER, child.pk, dt.date(2026, 2, 5))) == 1


def test_a_relation_is_kept_once_whoever_noted_it() -> None:
    one, two = make_person("Wagner", "Karin"), make_person("Wagner", "Léa", "2001-01-01")
    _relate(one, "parent", two)
    _relate(two, "child", one)
    _relate(one, "sibling", two)
    _relate(two, "sibling", one)
    assert sorted(Relation.unscoped.filter(live=1).values_list("kind", flat=True)) == ["parent", "sibling"]


def test_nobody_is_the_parent_of_their_parent() -> None:
    one, two = make_person("Wagner", "Karin"), make_person("Wagner", "Léa", "2001-01-01")
    _relate(one, "parent", two)
    for person, kind, other, code in ((two, "parent", one, "loop"), (one, "child", two, "loop"), (one, "sibling", one, "self")):
        with pytest.raises(InvalidPerson) as caught:
            _relate(person, kind, other)
        assert caught.value.code == code
    assert Relation.unscoped.count() == 1


@pytest.mark.parametrize(
    ("side", "since", "birth", "expected"),
    [
        ("spouse", "2026-03-01", "1980-01-01", ("spouse", "2026-03-01")),
        ("ex_spouse", "2025-01-01", "1980-01-01", ("ex_spouse", "2025-01-01")),
        ("parent", "1990-06-06", "1965-05-05", ("parent", "1990-06-06")),
        ("child", "2008-03-01", "2008-03-01", ("adult_child", "2026-03-01")),
        ("child", "2008-03-10", "2008-03-10", None),
        ("child", "2000-01-01", None, None),
        ("child", "2008-02-29", "2008-02-29", ("adult_child", "2026-03-01")),
        ("cohabitant", "2000-01-01", "1980-01-01", None),
        ("sibling", "2000-01-01", "1980-01-01", None),
        ("debtor", "2026-01-15", None, ("judgment", "2026-01-15")),
        ("spouse", "2026-03-10", "1980-01-01", None),
    ],
)
def test_who_counts_as_maintenance_debtor(side: str, since: str, birth: str | None, expected: tuple[str, str] | None) -> None:
    """E16, on 9 March 2026."""
    end = dt.date(9999, 12, 31)
    born = dt.date.fromisoformat(birth) if birth else None
    found = maintenance.duty(side, dt.date.fromisoformat(since), end, DAY, born)
    assert (None if found is None else (found.code, found.since.isoformat())) == expected


def test_a_parent_maintains_a_minor_and_supports_an_adult_in_need() -> None:
    """E16: from the eighteenth birthday on it is another article."""
    end, since = dt.date(9999, 12, 31), dt.date(2008, 3, 9)
    before = maintenance.duty("parent", since, end, dt.date(2026, 3, 8), None, since)
    after = maintenance.duty("parent", since, end, dt.date(2026, 3, 9), None, since)
    assert before == maintenance.Duty(since, "parent", "203")
    assert after == maintenance.Duty(dt.date(2026, 3, 9), "parent_of_adult", "203 § 1, 207")


def test_the_page_says_since_when_and_why_somebody_counts(clan: dict[str, Person], client: Any) -> None:
    account = an_account("social_worker")
    client.force_login(account)
    spouse = make_person("Lenoir", "Hugo", "1985-01-01", sex="M")
    _relate(spouse, "spouse", clan["me"], "2026-03-01")
    with clock.travel(NOW):
        page = client.get(f"/persons/{clan['me'].pk and clan['me'].uuid}/family/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "débiteur d'aliments depuis le 01/03/2026" in text.replace("’", "'").replace("&#x27;", "'")
    assert "art. 213" in text


def test_the_page_links_each_person_and_takes_a_day(clan: dict[str, Person], client: Any) -> None:
    client.force_login(an_account("social_worker"))
    with clock.travel(NOW):
        page = client.get(f"/persons/{clan['me'].uuid}/family/").content.decode()
        picture = page[page.index('<svg class="kin"') : page.index("</svg>", page.index('<svg class="kin"'))]
        assert picture.count('<a class="kin-node') == 7
        assert f'href="/persons/{clan["grandmother"].uuid}/family/"' in picture
        then = client.get(f"/persons/{clan['me'].uuid}/family/?on=2018-01-01").content.decode()
        assert "Bodson" not in then and "Moreau" in then
        assert client.get(f"/persons/{clan['me'].uuid}/family/?on=hier").status_code == 200


def test_a_relation_is_added_and_ended_from_the_pages(client: Any) -> None:
    me, other = make_person("Wagner", "Léa", "1990-06-06"), make_person("Moreau", "Tom", "1988-07-07")
    client.force_login(an_account("social_worker"))
    url = f"/persons/{me.uuid}/family/add/?q=moreau"
    assert str(other.uuid) in client.get(url).content.decode()
    sent = {"picked": str(other.uuid), "side": "ward", "valid_from": "2024-01-01", "source": "document", "source_ref": "jugement"}
    assert client.post(url, sent | {"picked": ""}).status_code == 422
    assert client.post(url, sent).status_code == 303
    row = Relation.unscoped.get(live=1)
    assert (row.person_id, row.kind, row.other_id, row.source_ref) == (me.pk, "guardian", other.pk, "jugement")
    end = f"/persons/{other.uuid}/family/end/?row={row.pk}"
    assert client.post(end, {"last_day": "2023-01-01"}).status_code == 422
    assert client.post(end, {"last_day": "2025-12-31"}).status_code == 303
    assert Relation.unscoped.get(live=1).valid_to == dt.date(2026, 1, 1)
    assert client.get(end).status_code == 404


def test_relations_are_a_matter_of_the_social_class(clan: dict[str, Person], client: Any) -> None:
    for function in ("clerk", "payer", "committee_member"):
        client.force_login(an_account(function))
        for path in ("family/", "family/add/", "family/end/"):
            assert client.get(f"/persons/{clan['me'].uuid}/{path}").status_code == 404
    client.force_login(an_account("payer"))
    page = client.get(f"/persons/{clan['me'].uuid}/").content.decode()
    assert "Karin" not in page
    with pytest.raises(NotAllowed):
        api.end_relation(actor=PAYER, row=Relation.unscoped.filter(live=1).first(), on=DAY)
    assert CLERK.has("clerk")


def test_a_large_family_is_bounded_and_costs_the_same(client: Any, django_assert_max_num_queries: Any) -> None:
    me = make_person("Wagner", "Léa", "1950-01-01")
    for number in range(45):
        _relate(me, "parent", make_person("Wagner", f"Enfant{number}", "1980-01-01"), "1980-01-01")
    everybody = family(WORKER, me.pk, DAY)
    assert len(everybody.generations) == 40
    assert everybody.more
    client.force_login(an_account("social_worker"))
    client.get(f"/persons/{me.uuid}/family/")
    with django_assert_max_num_queries(25):
        client.get(f"/persons/{me.uuid}/family/")
