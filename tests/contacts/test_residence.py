"""The residence title of a person: dated, of the class legal, with its day of validity (A21)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.contacts import api
from parvis.contacts.errors import InvalidPerson
from parvis.contacts.models import PersonResidence
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from tests.dossiers.factories import make_centre, make_dossier

from .factories import CHIEF, CLERK, WORKER, make_person

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def titles(person: api.Person) -> list[tuple[str, dt.date, bool]]:
    rows = PersonResidence.unscoped.filter(person=person, live=1).order_by("valid_from")
    return [(row.title, row.valid_from, row.is_open) for row in rows]


def test_a_title_follows_another_and_the_one_of_before_stays() -> None:
    person = make_person()
    api.set_residence(actor=WORKER, person=person, title="annex_26", valid_from=dt.date(2024, 1, 8), expires_on=dt.date(2024, 4, 8))
    person.refresh_from_db()
    api.set_residence(actor=WORKER, person=person, title="orange", valid_from=dt.date(2024, 4, 2), expires_on=dt.date(2027, 4, 2))
    assert titles(person) == [("annex_26", dt.date(2024, 1, 8), False), ("orange", dt.date(2024, 4, 2), True)]


@pytest.mark.parametrize(
    ("title", "expires_on", "field"),
    [("passport", None, "title"), ("card_a", dt.date(2020, 1, 1), "expires_on"), ("belgian", dt.date(2030, 1, 1), "expires_on")],
)
def test_what_cannot_be_is_refused(title: str, expires_on: dt.date | None, field: str) -> None:
    person = make_person()
    with pytest.raises(InvalidPerson) as refused:
        api.set_residence(actor=WORKER, person=person, title=title, expires_on=expires_on, valid_from=dt.date(2026, 1, 1))
    assert refused.value.field == field
    assert titles(person) == []


def test_it_is_of_the_class_legal(client) -> None:
    centre = make_centre()
    person = make_dossier(centre).lead
    api.set_residence(actor=WORKER, person=person, title="annex_35", valid_from=dt.date(2026, 1, 1))
    with pytest.raises(NotAllowed):
        api.set_residence(actor=CLERK, person=person, title="orange", valid_from=dt.date(2026, 2, 1))
    assert titles(person) == [("annex_35", dt.date(2026, 1, 1), True)]
    url, listing = reverse("contacts:person", args=[person.uuid]), reverse("dossiers:persons")
    for who, seen in (("worker", True), ("lawyer", True), ("clerk", False), ("payer", False)):
        client.force_login(getattr(centre, who))
        assert ("Annexe 35" in client.get(url).content.decode()) is seen, who
        grid = client.get(listing, {"residence": "annex_35"}).context["grid"]
        assert ("residence" in {one.key for one in grid.columns}, "residence" in {one.key for one in grid.filters}) == (seen, seen), who
        edit = client.get(reverse("contacts:fact", args=[person.uuid, "residence"]))
        assert (edit.status_code == 200) is (who == "worker"), who


def test_a_title_that_expires_is_said_and_found(client) -> None:
    centre = make_centre()
    today = clock.today()
    for name, until in (("Expired", today - DAY), ("Soon", today + 30 * DAY), ("Later", today + 200 * DAY)):
        person = make_dossier(centre, make_person(name, "A", "1990-01-01")).lead
        api.set_residence(actor=WORKER, person=person, title="card_a", valid_from=dt.date(2026, 1, 1), expires_on=until)
        client.force_login(centre.worker)
        page = client.get(reverse("contacts:person", args=[person.uuid])).content.decode()
        assert ("périmé" in page, "expire bientôt" in page) == (name == "Expired", name == "Soon")
    for value, found in (("expired", {"Expired"}), ("soon", {"Soon"})):
        lines = client.get(reverse("dossiers:persons"), {"expired": value}).context["grid"].lines
        assert {line.name.split()[-1] for line in lines} == found


def test_an_agent_notes_it_on_the_page(client) -> None:
    centre = make_centre()
    person = make_dossier(centre).lead
    client.force_login(centre.worker)
    url = reverse("contacts:fact", args=[person.uuid, "residence"])
    sent = {"title": "card_a", "expires_on": "2027-03-12", "valid_from": "2026-03-13", "source": "document", "source_ref": "carte vue"}
    assert client.post(url, sent | {"version": person.version}).status_code in (303, 409)
    person.refresh_from_db()
    assert client.post(url, sent | {"version": person.version}).status_code == 303
    row = PersonResidence.unscoped.get(live=1)
    assert (row.title, row.expires_on, row.source, row.source_ref) == ("card_a", dt.date(2027, 3, 12), "document", "carte vue")


def test_a_merge_takes_it_over_and_the_undo_gives_it_back() -> None:
    kept, other = make_person(), make_person("Dupond", "Claire")
    api.set_residence(actor=WORKER, person=other, title="card_b", valid_from=dt.date(2025, 1, 1))
    for person in (kept, other):
        person.refresh_from_db()
    merge = api.merge_persons(actor=CHIEF, kept=kept, merged=other, reason="même personne")
    assert titles(kept) == [("card_b", dt.date(2025, 1, 1), True)]
    api.undo_merge(actor=CHIEF, merge=merge)
    assert (titles(kept), titles(other)) == ([], [("card_b", dt.date(2025, 1, 1), True)])
