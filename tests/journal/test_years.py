"""The years of a dossier: exact figures, turning points, the band, the same cost for ten times as much, nothing of what is hidden."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.contacts.api import hide_address, set_address
from parvis.dossiers import api as dossiers
from parvis.journal import services
from parvis.journal.models import Entry
from parvis.journal.years import band_of, life_of, months_of
from parvis.kernel import clock
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 15)


def at(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now():
    with clock.travel(NOW):
        yield


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    """Opened in 2006, with a partner who came in 2007 and left in 2013; closed in 2014, opened again in 2016."""
    worker = centre.actor("worker")
    with clock.travel(at("2006-03-14", 8)):
        lead = make_person("Lejeune", "Bernard", "1966-02-14")
        found = dossiers.open_dossier(actor=worker, person=lead, unit=centre.north, referent=centre.worker)
        partner = make_person("Wathelet", "Sylvie", "1974-05-03")
    with clock.travel(at("2007-02-01")):
        found.refresh_from_db()
        dossiers.add_member(actor=worker, dossier=found, person=partner, role="partner", valid_from=dt.date(2007, 2, 1))
    with clock.travel(at("2013-03-01")):
        found.refresh_from_db()
        dossiers.member_leaves(actor=worker, dossier=found, person=partner, on=dt.date(2013, 3, 1))
    with clock.travel(at("2014-09-30")):
        found.refresh_from_db()
        dossiers.close_dossier(actor=worker, dossier=found, reason="Travaille", code="autonomy")
    with clock.travel(at("2016-11-07")):
        found.refresh_from_db()
        dossiers.reopen_dossier(actor=worker, dossier=found, reason="Licencié")
    found.refresh_from_db()
    return found


def write(centre, dossier, day: str, kind: str = "note", text: str = "Écrit", who: str = "worker", **more) -> Entry:
    entry = services.add_entry(actor=centre.actor(who), dossier=dossier, kind=kind, text=text, happened_at=at(day), **more)
    return entry


def figures(year) -> dict[str, int]:
    return {one.kind: one.count for one in year.figures}


def test_each_year_has_exact_figures_and_its_turning_points(centre, dossier) -> None:
    for day in ("2010-01-05", "2010-06-30", "2010-12-31"):
        write(centre, dossier, day, "visit")
    write(centre, dossier, "2010-12-31", "call")
    write(centre, dossier, "2011-01-01", "note", "Hospitalisé", key_event="hospital")
    life = life_of(centre.actor("worker"), dossier, TODAY)
    years = {year.year: year for year in life.years}
    assert (life.first, life.last, len(life.years)) == (2006, 2026, 21)
    assert figures(years[2010]) == {"visit": 3, "call": 1}
    assert figures(years[2011]) == {"note": 1}
    assert figures(years[2012]) == {}
    assert [(point.on.isoformat(), point.kind) for point in years[2011].turnings] == [("2011-01-01", "key")]
    assert [point.kind for point in years[2013].turnings] == ["household"]
    assert [point.kind for point in years[2014].turnings] == ["closed"]
    assert life.total == sum(year.total for year in life.years)


def test_a_new_year_begins_at_midnight_of_the_instance(centre, dossier) -> None:
    """23:30 UTC of 31 December is the 1st of January in Brussels."""
    services.add_entry(
        actor=centre.actor("worker"),
        dossier=dossier,
        kind="call",
        text="Nuit",
        happened_at=dt.datetime(2009, 12, 31, 23, 30, tzinfo=dt.UTC),
    )
    years = {year.year: figures(year) for year in life_of(centre.actor("worker"), dossier, TODAY).years}
    assert (years[2009], years[2010]) == ({}, {"call": 1})
    assert [month.first for month in months_of(centre.actor("worker"), dossier, 2010, TODAY)] == [dt.date(2010, 1, 1)]


def test_the_band_shows_the_time_in_which_it_was_closed_as_an_interruption(centre, dossier) -> None:
    life = life_of(centre.actor("worker"), dossier, TODAY)
    band = band_of(life, lambda start, end: f"{start} {end}")
    file = next(bars for source, bars, _points in life.lanes if source.key == "file")
    assert [(bar.start.isoformat(), bar.end.isoformat()) for bar in file] == [("2006-03-14", "2014-09-30"), ("2016-11-07", "2026-06-16")]
    lane = band.lanes[0]
    assert [mark.words for mark in lane.gaps] == ["Interruption, 2014-09-30 2016-11-07"]
    assert lane.bars[0].x < lane.gaps[0].x < lane.bars[1].x


def test_a_year_opens_its_months_and_its_entries_a_page_at_a_time(client, centre, dossier) -> None:
    for number in range(40):
        write(centre, dossier, f"2010-{number % 2 + 3:02}-{number // 2 + 1:02}", text=f"Note {number:02}.")
    client.force_login(centre.worker)
    url = reverse("journal:years", args=[dossier.uuid])
    folded = client.get(url).content.decode()
    assert "Note 39." not in folded
    assert "2006 à 2026" in folded
    page = client.get(f"{url}?year=2010").content.decode()
    assert page.count('class="txt"') == 30
    following = page.split("&amp;after=")[1].split("#")[0]
    assert client.get(f"{url}?year=2010&after={following}").content.decode().count('class="txt"') == 10
    march = client.get(f"{url}?year=2010&month=3").content.decode()
    assert march.count('class="txt"') == 20
    assert "Note 01." not in march
    assert client.get(f"{url}?year=1999&month=77&after=zz&on=xx").status_code == 200


def test_up_to_a_past_day_nothing_later_is_counted_or_told(client, centre, dossier) -> None:
    write(centre, dossier, "2010-06-30", "visit", "Avant")
    write(centre, dossier, "2012-06-30", "visit", "Après", key_event="crisis")
    client.force_login(centre.worker)
    page = client.get(reverse("journal:years", args=[dossier.uuid]) + "?on=2011-12-31&year=2010").content.decode()
    assert "Le dossier tel qu’il était le 31 décembre 2011" in page
    assert "Avant" in page and "Après" not in page
    assert 'id="y2012"' not in page
    life = life_of(centre.actor("worker"), dossier, dt.date(2011, 12, 31))
    assert {point.kind for year in life.years for point in year.turnings} == {"file", "household"}


def test_ten_times_the_events_cost_the_same_queries(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    url = reverse("journal:years", args=[dossier.uuid]) + "?year=2010"

    def cost() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    for month in range(1, 6):
        write(centre, dossier, f"2010-{month:02}-10", "visit", key_event="move")
    few = cost()
    row = Entry.unscoped.filter(kind="visit").first()
    copies = []
    for number in range(500):
        copies.append(Entry(dossier=dossier, kind="note", happened_at=at(f"20{number % 20 + 6:02}-05-{number % 28 + 1:02}"), text="x"))
        copies[-1].recorded_at, copies[-1].author_label = row.recorded_at, "x"
    Entry.unscoped.bulk_create(copies)
    assert cost() == few <= 25


def test_restricted_notes_and_hidden_classes_are_in_no_figure(centre, dossier) -> None:
    write(centre, dossier, "2010-06-30", "note", "Secret", restricted=True, key_event="crisis")
    write(centre, dossier, "2010-07-01", "note", "Santé", data_class="health")

    def of(name: str) -> tuple[dict[str, int], int]:
        year = next(one for one in life_of(centre.actor(name), dossier, TODAY).years if one.year == 2010)
        return figures(year), len(year.turnings)

    assert of("worker") == ({"note": 2}, 1)
    assert of("colleague") == ({"note": 1}, 0)
    assert of("payer") == ({}, 0)


def two_homes(lead) -> None:
    for day, street in (("2006-03-14", "Rue des Tanneurs"), ("2011-06-01", "Rue Haute")):
        set_address(
            actor=PERSON_EDITOR, person=lead, street=street, number="1", postal_code="4999", municipality="Valmont",
            valid_from=dt.date.fromisoformat(day),
        )  # fmt: skip
        lead.refresh_from_db()


def test_moves_are_told_unless_an_address_is_protected(client, centre, dossier) -> None:
    lead = dossier.lead
    two_homes(lead)
    client.force_login(centre.worker)
    url = reverse("journal:years", args=[dossier.uuid])
    assert "Rue Haute 1" in client.get(url).content.decode()
    lead.refresh_from_db()
    hide_address(actor=PERSON_EDITOR, person=lead, hidden=True)
    page = client.get(url).content.decode()
    assert "Rue Haute" not in page and "Rue des Tanneurs" not in page and "Change de logement" not in page


def test_outside_the_scope_there_is_no_such_page(client, centre, dossier) -> None:
    for name in ("stranger", "member", "administrator"):
        client.force_login(getattr(centre, name))
        assert client.get(reverse("journal:years", args=[dossier.uuid])).status_code == 404


def test_the_page_of_an_old_dossier_shows_its_years_at_a_glance(client, centre, dossier) -> None:
    """With the page: a link, asked for without reading anything. What comes is the card of the page of the years, with addresses that lead there."""
    write(centre, dossier, "2011-01-01", "note", "Hospitalisé", key_event="hospital")
    client.force_login(centre.worker)
    detail, years = reverse("dossiers:detail", args=[dossier.uuid]), reverse("journal:years", args=[dossier.uuid])
    page = client.get(detail).content.decode()
    assert f'hx-get="{years}"' in page and 'href="#panel-life"' in page
    assert f'hx-get="{years}?on=2010-01-01"' in client.get(f"{detail}?on=2010-01-01").content.decode()
    assert f'hx-get="{years}' not in client.get(f"{detail}?on=2008-03-12").content.decode()  # two years old the day after
    part = client.get(years, headers={"HX-Request": "true", "HX-Target": "life"}).content.decode()
    assert part.count("<section") == 1 and "<html" not in part
    assert f'href="{years}#y2006"' in part and f'href="{years}?year=2011#e' in part
    assert 'href="#' not in part and 'href="?' not in part
    told = part[part.index("turnings--latest") :]
    assert [told.count(word) for word in ("Dossier rouvert", "Dossier clôturé", "Hospitalisation", "Dossier ouvert")] == [1, 1, 1, 0]
    own = client.get(years).content.decode()
    assert 'href="#y2006"' in own and "turnings--latest" not in own


def test_the_band_is_told_in_shares_whatever_the_language(client, centre, dossier) -> None:
    """Where everything stands is a share of the width, written with a point: a comma would put it nowhere."""
    band = band_of(life_of(centre.actor("worker"), dossier, TODAY), lambda start, end: f"{start} {end}")
    first = band.lanes[0].bars[0]
    days = (dt.date(2027, 1, 1) - dt.date(2006, 1, 1)).days
    assert first.left == f"{(dt.date(2006, 3, 14) - dt.date(2006, 1, 1)).days * 100 / days:.3f}%"
    assert (first.inset, band.lanes[0].bars[1].inset) == (13, 6)  # a point stands on the day of the opening
    client.force_login(centre.worker)
    page = client.get(reverse("journal:years", args=[dossier.uuid])).content.decode()
    assert f'x="{first.left}"' in page


def test_the_homes_of_the_band_are_told_by_their_street(client, centre, dossier) -> None:
    lead = dossier.lead
    two_homes(lead)
    life = life_of(centre.actor("worker"), dossier, TODAY)
    homes = next(bars for source, bars, _points in life.lanes if source.key == "move")
    assert [bar.title for bar in homes] == ["Rue des Tanneurs 1, 4999 Valmont", "Rue Haute 1, 4999 Valmont"]
    hide_address(actor=PERSON_EDITOR, person=lead, hidden=True)
    client.force_login(centre.worker)
    headers = {"HX-Request": "true", "HX-Target": "life"}
    part = client.get(reverse("journal:years", args=[dossier.uuid]), headers=headers).content.decode()
    assert "Rue" not in part and "Valmont" not in part and "Logement" not in part
