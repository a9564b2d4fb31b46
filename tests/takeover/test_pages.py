"""The administrator's pages, and a takeover of two thousand persons."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parvis.contacts.models import Person
from parvis.identity.api import create_account, grant_function
from parvis.kernel import jobs
from parvis.takeover.models import Import, Profile
from tests.contacts.factories import make_person
from tests.support import actor

from .factories import check, csv_file, outcomes, results, unit, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    from parvis.kernel.actor import system_actor

    boss = system_actor("test")
    account = create_account(actor=boss, username="david.kaiser", display_name="David Kaiser", email="d@example.org")
    grant_function(actor=boss, account=account, function="administrator", unit=None)
    browser = Client()
    browser.force_login(account)
    return browser


def test_upload_columns_dry_run_takeover_and_report(client: Client) -> None:
    unit()
    make_person("Dupond", "Claire", "1980-05-17")
    data = csv_file("1;Dupont;Claire;17/05/1980;;;;;;;;;;;", "2;=HYPERLINK(1);Jean;31/02/1980;;;;;;;;;;;", "3;Nouveau;Paul;;;;;;;;;;;;")
    response = client.post("/takeover/", {"source": "Ancien", "file": SimpleUploadedFile("p.csv", data)})
    assert response.status_code == 303
    imported = Import.unscoped.get()
    address = f"/takeover/{imported.uuid}/"
    page = client.get(address).content.decode()
    assert 'name="column_0"' in page
    assert "Dupont · =HYPERLINK(1) · Nouveau" in page
    sent = {f"column_{at}": target for at, target in enumerate(["key", "family_name", "given_names", "birth_date"])}
    refused = client.post(address, sent | {"column_1": "given_names", "column_2": ""})
    assert (refused.status_code, Import.unscoped.get().state) == (422, "uploaded")
    assert client.post(address, sent).status_code == 303
    assert 'hx-trigger="every 2s"' in client.get(address).content.decode()
    jobs.run_pending(raise_errors=True)
    assert outcomes(imported) == ["duplicate", "error", "create"]
    page = client.get(address + "?kind=duplicate").content.decode()
    assert "Dupond" not in page  # who is known is not told to whoever may not read persons
    client.post(f"{address}lines/2/", {"choice": "new"})
    client.post(f"{address}apply/")
    jobs.run_pending(raise_errors=True)
    assert results(imported) == ["done", "failed", "done"]
    assert Person.unscoped.count() == 3
    report = b"".join(client.get(f"{address}report.csv").streaming_content).decode("utf-8-sig")
    lines = report.splitlines()
    assert len(lines) == 4
    assert ";Jean '=HYPERLINK(1);" not in report
    assert "Jean =HYPERLINK(1)" in lines[2]  # the name does not begin the cell: harmless
    assert "31/02/1980" in lines[2]
    assert Profile.objects.get().mapping["Prénom"] == "given_names"


def test_a_cell_of_the_report_never_begins_like_a_formula(client: Client) -> None:
    imported = check(upload(csv_file('"=1+1";Dupont;;;;;;;;;;;;;', "@x;-Martin;;;;;;;;;;;;;")))
    report = b"".join(client.get(f"/takeover/{imported.uuid}/report.csv").streaming_content).decode("utf-8-sig")
    assert ";'=1+1;" in report
    assert ";'@x;" in report
    assert ";'-Martin;" in report


@pytest.mark.parametrize(("data", "word"), [(b"", "vide"), (b"%PDF-1.7", "tableau"), (b"Nom;Rue\n", "ligne")])
def test_what_cannot_be_read_is_said_and_nothing_is_kept(client: Client, data: bytes, word: str) -> None:
    response = client.post("/takeover/", {"source": "Ancien", "file": SimpleUploadedFile("p.csv", data)})
    assert response.status_code == 422
    assert word in response.content.decode()
    assert not Import.unscoped.exists()


def test_others_find_nothing_here(client: Client) -> None:
    from parvis.identity.models import Account

    imported = check(upload(csv_file("1;Dupont;Claire;;;;;;;;;;;;")))
    from parvis.kernel.actor import system_actor

    worker = create_account(actor=system_actor("test"), username="a.lambrecht", display_name="A. Lambrecht", email="a@example.org")
    grant_function(actor=system_actor("test"), account=worker, function="social_worker", unit=None)
    browser = Client()
    browser.force_login(Account.objects.get(pk=worker.pk))
    for path in ("/takeover/", f"/takeover/{imported.uuid}/", f"/takeover/{imported.uuid}/report.csv"):
        assert browser.get(path).status_code == 404
    for path in ("apply", "undo", "discard"):
        assert browser.post(f"/takeover/{imported.uuid}/{path}/").status_code == 404
    assert Import.unscoped.get().state == "checked"


def test_lists_cost_the_same_however_long(client: Client, django_assert_max_num_queries: object) -> None:
    imported = check(upload(csv_file(*(f"{n};Nom{n};P;;;;;;;;;;;;" for n in range(1, 61)))))
    with django_assert_max_num_queries(25):
        page = client.get(f"/takeover/{imported.uuid}/?kind=create").content.decode()
    assert page.count("data-row") == 50
    assert "after=51" in page


def test_nobody_but_a_whole_centre_administrator(client: Client) -> None:
    from parvis.takeover.access import may_take_over

    assert not may_take_over(actor("administrator", unit=3))
    assert not may_take_over(actor("chief"))
    assert may_take_over(actor("administrator"))
