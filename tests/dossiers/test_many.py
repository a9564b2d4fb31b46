"""Several dossiers to one colleague: shown first, done one by one, refused ones said (A23, F11)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import html

from parvis.dossiers.models import Dossier
from parvis.dossiers.selectors import main_referents
from parvis.kernel import clock
from tests.contacts.factories import make_person

from .factories import Centre, make_centre, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def three(centre: Centre) -> list[Dossier]:
    return [make_dossier(centre, make_person("Famille", f"Prénom{n}", "1980-01-01")) for n in range(3)]


@pytest.fixture
def chief(client: Client, centre: Centre) -> Client:
    client.force_login(centre.chief)
    return client


def referents() -> dict[int, str]:
    return {row.dossier_id: str(row.account) for row in main_referents()}


def sent(response: Any) -> dict[str, Any]:
    form = html.fromstring(response.content.decode()).xpath("//form[@action='/dossiers/give/']")[0]
    found: dict[str, Any] = {"pick": []}
    for field in form.xpath(".//input[@type='hidden' and @name!='csrfmiddlewaretoken']"):
        if field.get("name") == "pick":
            found["pick"].append(field.get("value"))
        else:
            found[field.get("name")] = field.get("value")
    return found


def test_the_choice_is_shown_then_done_to_those_alone(chief: Client, centre: Centre, three: list[Dossier]) -> None:
    before = referents()
    picks = [str(three[0].uuid), str(three[1].uuid)]
    shown = chief.post("/dossiers/give/", {"pick": picks, "next": "/dossiers/?status=open", "address": "status=open"})
    assert shown.status_code == 200 and referents() == before
    form = sent(shown)
    assert sorted(form["pick"]) == sorted(picks) and form["next"] == "/dossiers/?status=open"
    data = {**form, "account": str(centre.chief.pk), "valid_from": clock.today().isoformat(), "note": "Le chef reprend"}
    told = chief.post("/dossiers/give/", data)
    page = told.content.decode()
    assert told.status_code == 200 and "2 faites" in page and "refusée" not in page and 'href="/dossiers/?status=open"' in page
    after = referents()
    assert [after[row.pk] for row in three] == [str(centre.chief), str(centre.chief), before[three[2].pk]]
    again = chief.post("/dossiers/give/", data)  # sent twice: the list, and nothing more
    assert again.status_code == 303 and referents() == after
    assert chief.get("/dossiers/give/").status_code == 303


def test_all_that_match_are_those_of_the_filters(chief: Client, three: list[Dossier]) -> None:
    number = three[1].number
    shown = chief.post("/dossiers/give/", {"all": "1", "address": f"q={number}&status=", "next": "/dossiers/"})
    assert sent(shown)["pick"] == [str(three[1].uuid)]


def test_nothing_chosen_nobody_named_and_what_is_not_theirs(chief: Client, centre: Centre, three: list[Dossier]) -> None:
    before = referents()
    for picks in ([], ["not-a-mark"], ["00000000-0000-0000-0000-000000000007"]):
        assert chief.post("/dossiers/give/", {"pick": picks}).status_code == 422
    nobody = {"pick": [str(three[0].uuid)], "sure": "1", "account": "", "valid_from": clock.today().isoformat()}
    assert chief.post("/dossiers/give/", nobody).status_code == 422
    assert referents() == before


@pytest.mark.parametrize("name", ["worker", "clerk"])
def test_only_who_leads_a_service_gives_many(client: Client, centre: Centre, three: list[Dossier], name: str) -> None:
    client.force_login(getattr(centre, name))
    before = referents()
    assert client.post("/dossiers/give/", {"all": "1", "sure": "1"}).status_code == 404
    assert '"/dossiers/give/"' not in client.get("/dossiers/").content.decode() and referents() == before
