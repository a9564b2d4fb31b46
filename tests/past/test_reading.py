"""What is read as of a day (E20): lists, persons, search, each as it stood then; and what stays closed, as today."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from parvis.contacts.api import add_point, hide_address, name_person, relate, set_address
from parvis.dossiers import api
from parvis.dossiers.services import life, transfers
from parvis.kernel import clock
from parvis.kernel.models import ReadLine
from tests.contacts.factories import WORKER, make_person
from tests.dossiers.factories import make_centre

pytestmark = pytest.mark.django_db
UTC = dt.UTC


def noon(*day: int) -> dt.datetime:
    return dt.datetime(*day, 11, tzinfo=UTC)


def look(client: Client, day: str, known: str = "then") -> None:
    assert client.post("/past/", {"on": day, "known": known}).status_code == 303


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.fixture
def centre():
    with clock.travel(noon(2024, 1, 10)):
        return make_centre()


@pytest.fixture
def story(centre):
    """Opened in January 2024 in the North, followed by Amélie; in March 2025 it goes to Sami, in May 2026 it is closed."""
    with clock.travel(noon(2024, 1, 15)):
        lead = make_person("Delvaux", "Chantal", "1979-03-02")
        set_address(
            actor=WORKER, person=lead, street="Rue des Tanneurs", number="27", postal_code="4999", municipality="Valmont",
            valid_from=dt.date(2024, 1, 15),
        )  # fmt: skip
        dossier = api.open_dossier(actor=centre.actor("worker"), person=lead, unit=centre.north, referent=centre.worker)
    with clock.travel(noon(2025, 3, 3)):
        name_person(actor=WORKER, person=lead, family_name="Marchetti", given_names="Chantal", valid_from=dt.date(2025, 3, 1))
        lead.refresh_from_db()
        set_address(
            actor=WORKER, person=lead, street="Quai du Halage", number="3", postal_code="4999", municipality="Valmont",
            valid_from=dt.date(2025, 3, 1),
        )  # fmt: skip
        api.assign_referent(actor=centre.actor("chief"), dossier=dossier, account=centre.colleague, valid_from=dt.date(2025, 3, 3))
    with clock.travel(noon(2026, 5, 5)):
        dossier.refresh_from_db()
        life.close_dossier(actor=centre.actor("chief"), dossier=dossier, code="moved", reason="")
    dossier.refresh_from_db()
    return dossier


@pytest.fixture
def chief(client: Client, centre) -> Client:
    client.force_login(centre.chief)
    return client


def test_the_list_shows_who_was_there_open_and_followed_that_day(chief: Client, story) -> None:
    assert story.number not in text(chief, "/dossiers/")  # closed today
    look(chief, "2024-06-15")
    then = text(chief, "/dossiers/")
    assert story.number in then
    assert "Chantal Delvaux" in then
    assert "aujourd’hui Chantal Marchetti" in then
    assert "Amélie Lambrecht" in then
    assert "Sami Aerts" not in then.split("<main")[1].split("gridbar")[0] + then.split("<tbody")[1]
    look(chief, "2025-04-01")
    assert "Sami Aerts" in text(chief, "/dossiers/").split("<tbody")[1]
    look(chief, "2026-06-01")
    assert story.number not in text(chief, "/dossiers/")
    assert story.number in text(chief, "/dossiers/?status=closed")
    look(chief, "2023-12-31")
    assert story.number not in text(chief, "/dossiers/?status=")


def test_the_state_is_read_back_through_every_closing_and_opening(chief: Client, centre, story) -> None:
    with clock.travel(noon(2026, 9, 1)):
        life.reopen_dossier(actor=centre.actor("chief"), dossier=story, reason="Nouvelle demande")
    for day, found in (("2026-05-04", "open"), ("2026-05-05", "closed"), ("2026-08-31", "closed"), ("2026-09-01", "open")):
        look(chief, day)
        assert (story.number in text(chief, "/dossiers/?status=open"), story.number in text(chief, "/dossiers/?status=closed")) == (
            found == "open",
            found == "closed",
        ), day


def test_the_service_of_the_day_is_the_one_before_the_transfer(client: Client, centre, story) -> None:
    from tests.identity.factories import an_account, as_actor

    with clock.travel(noon(2026, 9, 1)):
        life.reopen_dossier(actor=centre.actor("chief"), dossier=story, reason="Nouvelle demande")
        head = an_account("chief", unit=centre.south, name="Els Maes")
        story.refresh_from_db()
        offered = transfers.offer_transfer(actor=centre.actor("chief"), dossier=story, unit=centre.south, reason="Déménagement")
        transfers.accept_transfer(actor=as_actor(head), transfer=offered, read_days=0)
    client.force_login(centre.auditor)
    look(client, "2026-08-01")
    page = text(client, f"/dossiers/?status=closed&unit={centre.north.pk}")
    assert story.number in page
    assert story.number not in text(client, f"/dossiers/?status=closed&unit={centre.south.pk}")
    # Rights are today’s: the North, which had it then and was left no reading, does not see it in the past either.
    client.force_login(centre.chief)
    look(client, "2026-08-01")
    assert story.number not in text(client, "/dossiers/?status=")
    assert client.get(f"/dossiers/{story.uuid}/").status_code == 404


def test_the_page_of_the_dossier_reads_the_day_and_says_nothing_of_its_end(chief: Client, story) -> None:
    look(chief, "2024-06-15")
    page = text(chief, f"/dossiers/{story.uuid}/")
    assert "Chantal Delvaux" in page
    assert "Marchetti" not in page
    assert "Rue des Tanneurs" in page
    assert "Fermé le" not in page and "Clôturé le" not in page
    look(chief, "2023-06-15")
    assert "n’existait pas encore" in text(chief, f"/dossiers/{story.uuid}/")


def test_a_person_is_read_with_the_names_and_addresses_of_the_day(chief: Client, story) -> None:
    person = story.lead.uuid
    look(chief, "2024-06-15")
    then = text(chief, f"/persons/{person}/")
    assert "Chantal Delvaux" in then
    assert "Rue des Tanneurs 27" in then
    assert "Marchetti" not in then
    assert "Quai du Halage" not in then
    assert "/facts/" not in then  # nothing to change


def test_known_then_leaves_out_what_was_entered_later(chief: Client, story) -> None:
    other = make_person("Delvaux", "Léa", "2010-01-01")
    relate(actor=WORKER, person=story.lead, other=other, kind="parent", valid_from=dt.date(2024, 1, 1))
    look(chief, "2024-06-15", "then")
    assert "Léa" not in text(chief, f"/persons/{story.lead.uuid}/")
    assert "Léa" not in text(chief, f"/persons/{story.lead.uuid}/family/")
    look(chief, "2024-06-15", "now")
    assert "Léa" in text(chief, f"/persons/{story.lead.uuid}/")
    assert "Léa" in text(chief, f"/persons/{story.lead.uuid}/family/")


def test_the_search_finds_the_name_and_the_address_of_the_day(chief: Client, story) -> None:
    look(chief, "2024-06-15")
    by_new_name = text(chief, "/search/?q=marchetti")
    assert "alors nommé Chantal Delvaux, aujourd’hui Chantal Marchetti" in by_new_name
    assert "Chantal Delvaux" in text(chief, "/search/?q=delvaux")
    assert "Chantal Delvaux" in text(chief, "/search/?q=tanneurs 27")
    assert f"{story.number} · Chantal Delvaux" in text(chief, "/search/?q=tanneurs 27")
    assert "Delvaux" not in text(chief, "/search/?q=quai du halage")
    look(chief, "2025-04-01")
    assert "Chantal Marchetti" in text(chief, "/search/?q=quai du halage")
    assert "Chantal" not in text(chief, "/search/?q=tanneurs 27")


def test_the_search_finds_the_phone_of_the_day(chief: Client, story) -> None:
    with clock.travel(noon(2025, 6, 1)):
        add_point(actor=WORKER, person=story.lead, kind="phone", value="0470 12 34 56", valid_from=dt.date(2025, 6, 1))
    look(chief, "2024-06-15", "now")
    assert "Chantal" not in text(chief, "/search/?q=0470123456")
    look(chief, "2025-06-02", "now")
    assert "téléphone ou e-mail de ce jour-là" in text(chief, "/search/?q=0470123456")


def test_what_is_protected_today_is_shown_on_no_day(chief: Client, story) -> None:
    """In 2024 the address was open; it is protected today: the past does not give it away."""
    hide_address(actor=WORKER, person=story.lead)
    look(chief, "2024-06-15")
    for known in ("then", "now"):
        look(chief, "2024-06-15", known)
        for path in (f"/persons/{story.lead.uuid}/", f"/dossiers/{story.uuid}/", "/dossiers/", f"/dossiers/{story.uuid}/sheet/"):
            assert "Tanneurs" not in text(chief, path), (known, path)
        assert "Chantal" not in text(chief, "/search/?q=tanneurs 27")


def test_nobody_sees_more_in_the_past_than_today(client: Client, centre, story) -> None:
    for name in ("stranger", "member", "administrator"):
        client.force_login(getattr(centre, name))
        look(client, "2024-06-15")
        assert client.get(f"/dossiers/{story.uuid}/").status_code == 404
        for path in ("/dossiers/", "/search/?q=delvaux"):
            response = client.get(path)
            assert response.status_code == 404 or story.number not in response.content.decode(), (name, path)
    assert not ReadLine.objects.filter(subject_type="dossier", subject_id=story.pk).exists()


def test_a_file_that_is_read_in_the_past_is_noted_as_read(chief: Client, story) -> None:
    look(chief, "2024-06-15")
    text(chief, f"/dossiers/{story.uuid}/")
    assert ReadLine.objects.filter(subject_type="dossier", subject_id=story.pk).exists()


def test_the_list_costs_the_same_with_one_dossier_and_with_many(chief: Client, centre, story, django_assert_max_num_queries) -> None:
    with clock.travel(noon(2024, 2, 1)):
        for number in range(5):
            person = make_person(f"Autre{number}", "Ana", "1990-01-01")
            api.open_dossier(actor=centre.actor("worker"), person=person, unit=centre.north, referent=centre.worker)
    look(chief, "2024-06-15")
    text(chief, "/dossiers/")
    with django_assert_max_num_queries(25):
        assert "Autre4" in text(chief, "/dossiers/")
