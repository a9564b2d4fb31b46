"""Views and columns of lists: kept, shared with those one may share with, never wider than the reader's rights (A12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from lxml import html

from parvis.identity.enums import Function
from parvis.identity.errors import ViewRefused
from parvis.identity.models import Account, ListChoice, SavedView, Unit
from parvis.identity.selectors import actor_for
from parvis.identity.selectors_lists import memory_of
from parvis.identity.services import lists as services
from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from tests.identity.factories import a_unit, an_account

pytestmark = pytest.mark.django_db


def agent(name: str, function: Function, unit: Unit | None) -> Account:
    return an_account(function, unit=unit, name=name)


@pytest.fixture
def north() -> Unit:
    return a_unit("NORD")


@pytest.fixture
def south() -> Unit:
    return a_unit("SUD")


@pytest.fixture
def worker(north: Unit) -> Account:
    return agent("amelie", Function.SOCIAL_WORKER, north)


@pytest.fixture
def chief(north: Unit) -> Account:
    return agent("benoit", Function.CHIEF, north)


@pytest.fixture
def admin() -> Account:
    return agent("david", Function.ADMINISTRATOR, None)


def names(account: Account, key: str = "dossiers") -> list[str]:
    return [view.name for view in memory_of(actor_for(account), key).views]


def kept(account: Account, name: str = "Les miens", **more: Any) -> SavedView:
    return services.save_view(actor=actor_for(account), key="dossiers", name=name, address="status=open&cols=number", **more)


def test_a_view_is_its_owners_and_of_its_list(worker: Account, chief: Account) -> None:
    view = kept(worker, "  Les   miens ")
    assert (view.name, view.address, view.shared) == ("Les miens", "status=open&cols=number", "mine")
    assert names(worker) == ["Les miens"] and names(worker, "register") == [] and names(chief) == []
    assert MutationLine.objects.filter(verb="view_saved", subject_id=view.pk).count() == 1


def test_a_chief_shares_with_the_service_and_an_administrator_with_the_centre(
    worker: Account, chief: Account, admin: Account, north: Unit, south: Unit
) -> None:
    other = agent("luc", Function.SOCIAL_WORKER, south)
    kept(chief, "Retards du Nord", shared="unit", unit=north)
    assert names(worker) == ["Retards du Nord"] and names(other) == []
    kept(admin, "Pour tous", shared="centre")
    assert names(other) == ["Pour tous"] and names(worker) == ["Pour tous", "Retards du Nord"]


@pytest.mark.parametrize(
    ("who", "shared", "where", "code"),
    [
        ("worker", "unit", "north", "not_chief"),
        ("worker", "centre", None, "not_administrator"),
        ("chief", "unit", "south", "not_chief"),
        ("chief", "centre", None, "not_administrator"),
        ("chief", "unit", None, "not_chief"),
        ("chief", "world", None, "shared"),
    ],
)
def test_nobody_shares_beyond_what_they_lead(
    request: pytest.FixtureRequest, worker: Account, south: Unit, who: str, shared: str, where: str | None, code: str
) -> None:
    with pytest.raises(ViewRefused) as refused:
        kept(request.getfixturevalue(who), shared=shared, unit=request.getfixturevalue(where) if where else None)
    assert refused.value.code == code and not SavedView.objects.exists()


def test_a_name_is_given_once_and_is_not_empty(worker: Account, chief: Account) -> None:
    kept(worker)
    for name, code in (("Les miens", "name_taken"), ("  ", "name")):
        with pytest.raises(ViewRefused) as refused:
            kept(worker, name)
        assert refused.value.code == code
    kept(chief)
    assert SavedView.objects.count() == 2


def test_renamed_shared_and_removed_by_those_who_may(worker: Account, chief: Account, admin: Account, north: Unit) -> None:
    view = kept(chief, "Retards", shared="unit", unit=north)
    with pytest.raises(ViewRefused):
        services.change_view(actor=actor_for(worker), view=view, name="À moi", shared="mine")
    with pytest.raises(ViewRefused):
        services.remove_view(actor=actor_for(worker), view=view)
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Retards", "unit")
    services.change_view(actor=actor_for(admin), view=view, name="Retards du mois", shared="unit", unit=north, address="?due=late&after=3")
    view.refresh_from_db()
    assert (view.name, view.address) == ("Retards du mois", "due=late")
    services.open_list_with(actor=actor_for(worker), key="dossiers", view=view)
    services.change_view(actor=actor_for(chief), view=view, name=view.name, shared="mine")
    assert names(worker) == [] and ListChoice.objects.get(account=worker).opens_with is None
    services.remove_view(actor=actor_for(chief), view=view)
    assert not SavedView.objects.exists()
    assert set(MutationLine.objects.filter(subject_type="saved_view").values_list("verb", flat=True)) == {
        "view_saved",
        "view_changed",
        "view_removed",
    }


def test_a_list_opens_only_with_a_view_that_one_has(worker: Account, chief: Account) -> None:
    with pytest.raises(ViewRefused):
        services.open_list_with(actor=actor_for(worker), key="dossiers", view=kept(chief))
    mine = kept(worker)
    with pytest.raises(ViewRefused):
        services.open_list_with(actor=actor_for(worker), key="register", view=mine)
    assert not ListChoice.objects.exists()
    services.open_list_with(actor=actor_for(worker), key="dossiers", view=mine)
    assert [view.opens for view in memory_of(actor_for(worker), "dossiers").views] == [True]


# On the pages ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def desk(client: Client, chief: Account) -> Client:
    client.force_login(chief)
    return client


def test_saved_today_opens_tomorrow(desk: Client, chief: Account) -> None:
    """A12: the filter is kept, shared, and reopened the next day by its address."""
    page = html.fromstring(desk.get("/dossiers/?status=closed&q=muler+80&sort=opened_on").content.decode())
    form = page.xpath("//form[contains(@action, '/save/')]")[0]
    sent = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
    saved = desk.post(form.get("action"), {**sent, "name": "Müller clos"})
    assert saved.status_code == 303 and saved["Location"].startswith("/dossiers/?status=closed&q=muler+80&sort=opened_on")
    with clock.travel(clock.now() + timedelta(days=1)):
        desk.force_login(chief)
        first = html.fromstring(desk.get("/dossiers/").content.decode())
        link = first.xpath("//div[contains(@class, 'viewpop')]/a[contains(., 'Müller clos')]/@href")
        again = html.fromstring(desk.get(link[0]).content.decode())
    assert again.xpath("//input[@name='q']/@value")[0] == "muler 80"
    assert [" ".join(chip.text_content().split()) for chip in again.xpath("//span[@class='fchip']")] == ["Statut : clôturé"]


def test_columns_are_remembered_and_given_back(desk: Client) -> None:
    desk.post("/lists/dossiers/columns/", {"column": ["number", "opened_on", "<script>"], "next": "/dossiers/?status="})
    heads = html.fromstring(desk.get("/dossiers/").content.decode()).xpath("//form[contains(@action, '/columns/')]//input[@checked]/@value")
    assert heads == ["number", "opened_on"]
    assert "<script>alert" not in desk.get("/dossiers/").content.decode()
    desk.post("/lists/dossiers/columns/", {"column": ["number"], "usual": "1", "next": "/dossiers/"})
    assert ListChoice.objects.get().columns == []


def test_a_refused_name_keeps_what_was_asked(desk: Client, chief: Account) -> None:
    kept(chief)
    refused = desk.post("/lists/dossiers/save/", {"name": "Les miens", "address": "status=open", "next": "/dossiers/?status=open"})
    assert refused.status_code == 422 and 'value="status=open"' in refused.content.decode()
    assert SavedView.objects.count() == 1


def test_somebody_elses_view_is_not_there(desk: Client, worker: Account) -> None:
    view = kept(worker)
    for address in (f"/list-views/{view.uuid}/", f"/list-views/{view.uuid}/remove/"):
        assert desk.post(address, {"name": "x", "next": "/dossiers/"}).status_code == 404
    assert desk.post("/lists/dossiers/opens/", {"view": str(view.uuid), "next": "/dossiers/"}).status_code == 404
    assert "Les miens" not in desk.get("/lists/dossiers/?next=/dossiers/").content.decode()
    view.refresh_from_db()
    assert view.name == "Les miens"


def test_the_page_of_views_renames_shares_and_leads_back(desk: Client, chief: Account, north: Unit, south: Unit) -> None:
    view = kept(chief)
    back = "/dossiers/?status=open"
    page = html.fromstring(desk.get(f"/lists/dossiers/?next={quote(back)}").content.decode())
    assert page.xpath(f"//select[@name='v{view.pk}-shared']/option/@value") == ["mine", f"unit:{north.pk}"]
    sent = {f"v{view.pk}-name": "Les nôtres", f"v{view.pk}-shared": f"unit:{north.pk}", "next": back}
    assert desk.post(f"/list-views/{view.uuid}/", sent).status_code == 303
    view.refresh_from_db()
    assert (view.name, view.shared, view.unit_id) == ("Les nôtres", "unit", north.pk)
    sent[f"v{view.pk}-shared"] = f"unit:{south.pk}"
    assert desk.post(f"/list-views/{view.uuid}/", sent).status_code == 422
    elsewhere = html.fromstring(desk.get("/lists/dossiers/?next=https://evil.example/").content.decode())
    assert [link for link in elsewhere.xpath("//main//@href|//main//input[@name='next']/@value") if "evil.example" in link] == []
