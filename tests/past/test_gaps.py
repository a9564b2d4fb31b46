"""Where a page that reads a past day could let today in (E20): what was written later, what had not begun, who was not there yet."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from parvis.aid.models import Entitlement
from parvis.documents.services import storing
from parvis.dossiers import api
from parvis.dossiers.models import Dossier
from parvis.dossiers.services import custom
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person
from tests.documents.factories import picture
from tests.dossiers.factories import Centre, make_centre
from tests.takeover import shapes

from .test_reading import look, noon, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    with clock.travel(noon(2024, 1, 10)):
        return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    with clock.travel(noon(2024, 1, 15)):
        return api.open_dossier(
            actor=centre.actor("worker"), person=make_person("Delvaux", "Chantal", "1979-03-02"), unit=centre.north, referent=centre.worker
        )


@pytest.fixture
def chief(client: Client, centre: Centre) -> Client:
    client.force_login(centre.chief)
    return client


def test_the_years_of_a_dossier_that_was_not_there_yet_do_not_show_today_s(chief: Client, centre: Centre, dossier: Dossier) -> None:
    add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Note d’aujourd’hui", key_event="move")
    url = reverse("journal:years", args=[dossier.uuid])
    year = f"{url}?year={clock.today().year}"
    assert "Note d’aujourd’hui" in text(chief, year)
    look(chief, "2023-06-15", "now")
    for path in (url, year):
        page = text(chief, path)
        assert "Note d’aujourd’hui" not in page
        assert "n’existait pas encore" in page
    look(chief, "2024-06-15", "now")
    assert "Note d’aujourd’hui" not in text(chief, year)


def test_who_read_a_note_later_is_not_told_in_the_years(client: Client, centre: Centre, dossier: Dossier) -> None:
    with clock.travel(noon(2024, 2, 1)):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Note de février", restricted=True)
    client.force_login(centre.chief)
    text(client, reverse("journal:index", args=[dossier.uuid]))  # read today
    client.force_login(centre.worker)
    url = f"{reverse('journal:years', args=[dossier.uuid])}?year=2024"
    told = "ouverte par"
    assert told in text(client, url)
    look(client, "2024-06-15")
    page = text(client, url)
    assert ("Note de février" in page, told in page) == (True, False)


def test_a_paper_that_came_in_later_was_not_known_that_day(chief: Client, centre: Centre, dossier: Dossier) -> None:
    """Its own date lies before the day of view; it was put into the file after it."""
    storing.attach(
        actor=centre.actor("worker"),
        subject=SubjectRef("dossier", dossier.pk),
        file=storing.store_bytes(picture(), kind="png"),
        title="Bail de 2024",
        kind="other",
        on=dt.date(2024, 3, 1),
        file_name="a.png",
    )
    url = reverse("dossiers:detail", args=[dossier.uuid])
    look(chief, "2024-06-15", "now")
    assert "Bail de 2024" in text(chief, url)
    look(chief, "2024-06-15", "then")
    assert "Bail de 2024" not in text(chief, url)
    look(chief, "2024-02-01", "now")
    assert "Bail de 2024" not in text(chief, url)
    chief.post("/past/end/")
    assert "Bail de 2024" not in text(chief, f"{url}?on=2024-06-15&known=2024-06-15")
    assert "Bail de 2024" in text(chief, f"{url}?on=2024-06-15")


def test_own_data_that_began_later_is_not_shown(chief: Client, centre: Centre, dossier: Dossier) -> None:
    admin = centre.actor("administrator")
    kind = custom.persons_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other", dated=True)
    custom.add_field(actor=admin, kind=kind, section="energy", label={"en": "Nickname"}, type="text", data_class="identity")
    for value, since in (("Chacha", dt.date(2024, 2, 1)), ("Dédé", dt.date(2026, 2, 1))):
        dossier.lead.refresh_from_db()
        custom.write_person_custom(
            actor=centre.actor("worker"), person=dossier.lead, section="energy", answers={"nickname": value}, valid_from=since
        )
    ways = [
        reverse("dossiers:person_own", args=[dossier.lead.uuid]),
        reverse("dossiers:person_section", args=[dossier.lead.uuid, "energy"]),
    ]
    assert ["Dédé" in text(chief, url) for url in ways] == [True, True]
    look(chief, "2024-06-15", "now")
    assert [("Chacha" in page, "Dédé" in page) for page in (text(chief, url) for url in ways)] == [(True, False)] * 2


def test_the_sheet_of_a_file_whose_aid_was_taken_over_opens_on_a_past_day(client: Client, centre: Centre) -> None:
    """A right taken over from another system has no decision here, and so no day on which it was taken."""
    shapes.persons()
    shapes.rights()
    right = Entitlement.unscoped.select_related("dossier").get(beneficiary_name="Awa Diallo")
    yesterday = (clock.today() - dt.timedelta(days=1)).isoformat()
    Entitlement.unscoped.filter(pk=right.pk).update(created_at=clock.now() - dt.timedelta(days=3), state="running")
    Dossier.unscoped.filter(pk=right.dossier_id).update(opened_on=dt.date(2024, 3, 1))
    client.force_login(centre.auditor)
    look(client, yesterday, "now")
    for name in ("dossiers:sheet", "dossiers:state"):
        assert "1 314,20" in text(client, reverse(name, args=[right.dossier.uuid])).replace("\u202f", " ").replace("\xa0", " "), name
    look(client, (clock.today() - dt.timedelta(days=5)).isoformat(), "now")
    assert "1 314,20" not in text(client, reverse("dossiers:sheet", args=[right.dossier.uuid])).replace("\u202f", " ").replace("\xa0", " ")
