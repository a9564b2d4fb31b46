"""A protected address wins everywhere: list, letter, picture, export, search, duplicate check, comparison, phone list, roles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from parvis.contacts import api
from parvis.contacts.models import Address, Person, PersonName
from parvis.contacts.search import find_organisations, find_persons
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from tests.identity.factories import an_account

from .factories import CHIEF, WORKER, make_organisation, make_person

pytestmark = [pytest.mark.db, pytest.mark.django_db]
EARLIER = dt.date(2019, 1, 1)
TODAY = dt.date(2026, 3, 9)
SECRETS = ("Rue du Refuge", "Cachette", "4970", "470999999", "470 99 99 99", "cachee@example.org")


@pytest.fixture(autouse=True)
def today() -> Any:
    with clock.travel(dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def mother() -> Person:
    """Landlord on her own account, with everything that could give her away. Her child carries the protection."""
    person = make_person("Delvaux", "Nora", "1985-05-05", sex="F")
    child = make_person("Delvaux", "Lina", "2018-08-08", sex="F")
    api.set_capacity(actor=WORKER, person=person, kind="landlord", valid_from=EARLIER)
    for one in (person, child):
        api.set_address(
            actor=WORKER, person=one, street="Rue du Refuge", number="1", postal_code="4970", municipality="Cachette", valid_from=EARLIER
        )
    api.add_point(actor=WORKER, person=person, kind="phone", value="0470 99 99 99", valid_from=EARLIER)
    api.add_point(actor=WORKER, person=person, kind="email", value="cachee@example.org", valid_from=EARLIER)
    home = api.create_household(actor=WORKER, head=person, valid_from=EARLIER)
    api.join_household(actor=WORKER, household=home, person=child, role="child", valid_from=EARLIER)
    api.relate(actor=WORKER, person=person, other=child, kind="parent", valid_from=dt.date(2018, 8, 8))
    api.hide_address(actor=WORKER, person=child)
    return person


def _silent(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.fixture
def chief(client: Any) -> Any:
    client.force_login(an_account("chief"))
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/contacts/",
        "/contacts/?kind=landlord",
        "/contacts/phones/",
        "/contacts/mailing/",
        "/contacts/letters/",
        "/contacts/letters/?as=csv",
    ],
)
def test_the_address_book_and_what_is_printed_from_it(mother: Person, chief: Any, path: str) -> None:
    page = chief.get(path).content.decode()
    # A label is an address: of who has a protected one, none is printed.
    assert ("Nora Delvaux" in page) is ("letters" not in path)
    _silent(page)


@pytest.mark.parametrize("question", ["town=cachette", "q=cachette", "q=cachee@example.org", "q=0470999999", "q=470999999"])
def test_no_filter_or_search_of_the_list_answers_where_she_lives(mother: Person, chief: Any, question: str) -> None:
    assert "Nora" not in chief.get(f"/contacts/?{question}").content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_of_the_list(mother: Person, chief: Any, kind: str) -> None:
    import io
    import zipfile

    response = chief.get(f"/contacts/?export={kind}")
    if kind == "csv":
        text = b"".join(response.streaming_content).decode()
    else:
        with zipfile.ZipFile(io.BytesIO(response.content)) as book:
            text = "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
    assert "Nora Delvaux" in text
    _silent(text)


def test_sorting_by_place_does_not_tell(mother: Person, chief: Any) -> None:
    for name, town in (("Avant", "Aubel"), ("Après", "Zele")):
        api.set_office(actor=WORKER, organisation=make_organisation(name), municipality=town)
    for sort in ("town", "-town"):
        names = [line.row.display_name for line in chief.get(f"/contacts/?sort={sort}").context["grid"].lines]
        # Between Aubel and Zele would be the truth; she stands with those that have no place.
        assert names.index("Nora Delvaux") in (0, 2)


def test_her_own_page_and_that_of_the_family(mother: Person, chief: Any) -> None:
    for path in (f"/persons/{mother.uuid}/", f"/persons/{mother.uuid}/family/", f"/persons/{mother.uuid}/family/?on=2020-01-01"):
        page = chief.get(path).content.decode()
        assert "Delvaux" in page
        _silent(page)


def test_a_fact_of_hers_can_neither_be_opened_nor_ended(mother: Person, chief: Any) -> None:
    row = Address.unscoped.filter(person=mother, live=1).first()
    point = mother.points.model.unscoped.filter(person=mother, live=1).first()
    _silent(chief.get(f"/persons/{mother.uuid}/facts/address/?row={row.pk}").content.decode())
    _silent(chief.get(f"/persons/{mother.uuid}/facts/point/?row={point.pk}").content.decode())
    assert chief.get(f"/persons/{mother.uuid}/facts/address/end/?row={row.pk}").status_code == 404
    assert chief.get(f"/persons/{mother.uuid}/facts/point/end/?row={point.pk}").status_code == 404


def test_letter_and_ways_to_reach_her(mother: Person) -> None:
    ref = SubjectRef("person", mother.pk)
    for purpose in ("letter", "notification", "invoice", "visit"):
        for day in (TODAY, dt.date(2020, 1, 1)):
            found = api.address_for_letter(ref, day, purpose)
            assert (found.name, found.lines, found.protected) == ("Nora Delvaux", (), True)
    assert api.contact_points(ref) == []
    assert api.postal_lines(mother.pk, TODAY) == ()


def test_the_search_box(mother: Person) -> None:
    for query in ("0470 99 99 99", "cachee@example.org", "rue du refuge", "cachette"):
        assert [hit.title for hit in (*find_persons(CHIEF, query, 8), *find_organisations(CHIEF, query, 8))] == []
    assert [hit.title for hit in find_persons(CHIEF, "delvaux nora", 8)] == ["Nora Delvaux"]


def test_the_check_for_duplicates(mother: Person, chief: Any) -> None:
    page = chief.post("/contacts/new/", {"name": "Nora Delvaux", "kinds": ["landlord"], "language": "fr"})
    assert page.status_code == 422
    assert "Nora Delvaux" in page.content.decode()
    _silent(page.content.decode())
    by_phone = api.match_organisations(actor=CHIEF, name="Zzz", phone="+32470999999", municipality="Cachette")
    assert by_phone == []


def test_the_comparison_before_a_merge_shows_neither_side(mother: Person, chief: Any) -> None:
    twin = make_person("Delvaux", "Norah", "1985-05-05")
    api.set_address(actor=WORKER, person=twin, street="Rue Connue", municipality="Valmont", valid_from=EARLIER)
    for kept, other in ((mother, twin), (twin, mother)):
        page = chief.get(f"/persons/{kept.uuid}/merge/?with={other.uuid}").content.decode()
        _silent(page)
        assert "Rue Connue" not in page


def test_the_protection_survives_a_merge_and_its_undo(mother: Person) -> None:
    alone = make_person("Petit", "Zoé", "1990-01-01")
    api.set_address(actor=WORKER, person=alone, street="Rue du Refuge", municipality="Cachette", valid_from=EARLIER)
    api.hide_address(actor=WORKER, person=alone)
    twin = make_person("Petit", "Zoe", "1990-01-01")
    api.set_address(actor=WORKER, person=twin, street="Rue Connue", municipality="Valmont", valid_from=EARLIER)
    merge = api.merge_persons(actor=CHIEF, kept=twin, merged=alone, reason="doublon")
    card = api.person_card(CHIEF, twin.pk)
    assert (card.hidden, card.address) == (True, "")
    assert api.person_card(CHIEF, alone.pk).hidden
    api.undo_merge(actor=CHIEF, merge=merge)
    assert api.person_card(CHIEF, alone.pk).hidden
    assert api.person_card(CHIEF, twin.pk).address == "Rue Connue, Valmont"


def test_whose_tenant_or_pupil_she_is_tells_where_she_is(mother: Person, chief: Any) -> None:
    """B10: from the landlord, the clients I may see by name, the rest as a number."""
    landlord = make_organisation("Immo du Refuge", kinds=["landlord"])
    other = make_person("Connu", "Jean", "1970-01-01")
    for person in (mother, other):
        api.set_role(actor=WORKER, person=person, organisation=landlord, role="tenant", valid_from=EARLIER)
    roles, rest = api.roles_in(CHIEF, landlord.pk)
    assert [one.card.display_name for one in roles if one.card] == ["Jean Connu"]
    assert rest == 1
    assert api.roles_of(CHIEF, mother.pk) == []
    page = chief.get(f"/contacts/{landlord.uuid}/").content.decode()
    assert "Jean Connu" in page and "Nora" not in page
    assert "Immo du Refuge" not in chief.get(f"/persons/{mother.uuid}/").content.decode()


def test_clients_of_another_service_are_a_number(client: Any) -> None:
    """B10."""
    from tests.dossiers.factories import make_centre, make_dossier

    centre = make_centre()
    landlord = make_organisation("Immo du Parc", kinds=["landlord"])
    theirs, nobodys = make_person("Deux", "B"), make_person("Trois", "C")
    make_dossier(centre, theirs)
    for person in (theirs, nobodys):
        api.set_role(actor=WORKER, person=person, organisation=landlord, role="tenant", valid_from=EARLIER)
    mine, rest = api.roles_in(centre.actor("worker"), landlord.pk)
    assert ({one.card.id for one in mine if one.card}, rest) == ({theirs.pk, nobodys.pk}, 0)
    roles, rest = api.roles_in(centre.actor("stranger"), landlord.pk)
    assert ({one.card.id for one in roles if one.card}, rest) == ({nobodys.pk}, 1)
    client.force_login(centre.stranger)
    assert "Deux" not in client.get(f"/contacts/{landlord.uuid}/").content.decode()


def test_a_protected_person_without_a_known_name_is_protected_on_every_card(mother: Person) -> None:
    PersonName.unscoped.filter(person=mother).update(kind="alias")
    for brief in (True, False):
        card = api.person_cards(WORKER, [mother.pk], TODAY, brief=brief, **({"homes_of": [mother.pk]} if brief else {}))[mother.pk]
        assert (card.hidden, card.address) == (True, "")


def test_protection_covers_the_household_and_nobody_else(mother: Person) -> None:
    """The brief card and the full one agree; one protected household does not hide the town."""
    neighbour = make_person("Lambert", "Jean", "1970-01-02")
    other = make_person("Lambert", "Anne", "1972-01-02")
    home = api.create_household(actor=WORKER, head=neighbour, valid_from=EARLIER)
    api.join_household(actor=WORKER, household=home, person=other, role="partner", valid_from=EARLIER)
    ids = list(Person.unscoped.values_list("pk", flat=True))
    inside = {mother.pk, Person.unscoped.get(index__display_name="Lina Delvaux").pk}
    for brief in (True, False):
        cards = api.person_cards(WORKER, ids, TODAY, brief=brief)
        assert {pk for pk, card in cards.items() if card.hidden} == inside
    assert len(ids) == 4
