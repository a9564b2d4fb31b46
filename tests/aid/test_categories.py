"""The category by which a person is helped, beside the other data of the card (A21): as of a day, with its decision, for whoever may see aid."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from parvis.aid.categories import categories_of
from parvis.kernel.models import ReadLine
from tests.aid.factories import entitlement, granted, ris
from tests.decisions import factories as decisions
from tests.decisions.factories import at
from tests.identity.factories import a_unit, an_account

pytestmark = pytest.mark.django_db

ALONE, FAMILY = "2 : vit seul", "3 : a une famille à charge"


def card(client, person, **asked: str) -> str:
    found = client.get(
        reverse("aid:person_category", args=[person.uuid]), asked, headers={"HX-Request": "true", "HX-Target": "category-of-person"}
    )
    assert found.status_code == 200
    return found.content.decode()


def test_the_person_shows_it_with_its_day_and_decision(world, client) -> None:
    centre, _team = world
    decision = granted(centre, provision=ris)
    right = entitlement(decision)
    assert right.category == "2"
    client.force_login(centre.account("worker"))
    page = client.get(reverse("contacts:person", args=[right.beneficiary.uuid])).content.decode()
    assert reverse("aid:person_category", args=[right.beneficiary.uuid]) in page
    shown = card(client, right.beneficiary)
    assert ALONE in shown and decision.number in shown and "01/03/2026" in shown


def test_a_past_day_shows_the_category_of_then_and_what_was_known_then(world, client) -> None:
    centre, _team = world
    line = decisions.make_line(centre)
    first = granted(centre, line_id=line, provision=lambda pk: ris(pk, "2"))
    person = entitlement(first).beneficiary
    with at(9):
        again = decisions.decided(centre, line_id=line, provision=ris(line, "3", from_on=date(2026, 3, 5)))
    worker = centre.worker

    def held(day: date, known: date | None = None) -> list[tuple[str, str]]:
        return [(one.value, one.decision_number) for one in categories_of(worker, person.pk, day, known) if one.holds]

    with at(10):
        assert held(date(2026, 2, 28)) == []
        assert held(date(2026, 3, 4)) == [("2", first.number)]
        assert held(date(2026, 3, 6)) == [("3", again.number)]
        # On Friday 6 March nobody had decided yet what took effect on the 5th.
        assert held(date(2026, 3, 6), date(2026, 3, 6)) == [("2", first.number)]
        client.force_login(centre.account("worker"))
        assert ALONE in card(client, person, on="2026-03-06", known="2026-03-06").partition("<details")[0]
        assert FAMILY in card(client, person, on="2026-03-06").partition("<details")[0]


def test_who_may_not_see_aid_finds_it_nowhere(world, client) -> None:
    centre, _team = world
    right = entitlement(granted(centre, provision=ris))
    person, url = right.beneficiary, reverse("aid:person_category", args=[right.beneficiary.uuid])
    listing, look = reverse("dossiers:persons"), reverse("desk:search")
    for who, sees in (("worker", True), ("chief", True), ("clerk", False), ("lawyer", True), ("administrator", False)):
        client.force_login(centre.account(who))
        read = ReadLine.objects.count()
        part = client.get(url, headers={"HX-Request": "true", "HX-Target": "category-of-person"})
        assert (part.status_code == 200, client.get(url).status_code == 200) == (sees, sees), who
        assert (ALONE in part.content.decode()) is sees, who
        if not sees:
            assert ReadLine.objects.count() == read, who
        page = client.get(reverse("contacts:person", args=[person.uuid]))
        assert (url in page.content.decode()) is sees, who
        assert ALONE not in client.get(look, {"q": person.index.display_name}).content.decode()
        shown = client.get(listing, {"note_category": "3"})
        if shown.status_code != 200:
            assert not sees
            continue
        grid = shown.context["grid"]
        assert ("note_category" in {one.key for one in grid.columns}, "note_category" in {one.key for one in grid.filters}) == (sees, sees)
        assert len(grid.lines) == (0 if sees else 1), who  # an unknown filter narrows nothing: it does not say who is of category 3
        export = b"".join(client.get(listing, {"export": "csv"}).streaming_content).decode()
        assert (ALONE in export, "Catégorie de l’aide" in export) == (sees, sees), who


def test_an_agent_of_another_service_sees_the_person_without_the_category(world, client) -> None:
    centre, _team = world
    right = entitlement(granted(centre, provision=ris))
    other = an_account("social_worker", unit=a_unit("AUTRE"))
    client.force_login(other)
    found = client.get(reverse("aid:person_category", args=[right.beneficiary.uuid]))
    assert ALONE not in found.content.decode()
