"""The pages: ask, answer, look, settle, and who may not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.connectors.api import Happening, register_file
from parvis.contacts import api as contacts
from parvis.identity.models import Account
from parvis.kernel import clock, jobs
from parvis.kernel.models import ReadLine
from parvis.socialdata import api
from parvis.socialdata.models import ExtractRequest, MutationRun, RegisterAlert
from tests.identity.factories import an_account

from .factories import NUMBER, PURPOSE, an_upload, ask

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def agent() -> Account:
    return an_account("register_cell", name="Inès Marchal")


def address(dossier) -> RegisterAlert:
    from tests.identity.factories import as_actor

    home = {"street": "Rue Basse", "number": "7", "postal_code": "7000", "municipality": "Mons"}
    content = register_file([Happening("RN-1", NUMBER, "address", dt.date(2026, 11, 2), home)], made_on=clock.today())
    api.receive_file(actor=as_actor(an_account("register_cell")), name="rn.json", content=content)
    jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    return RegisterAlert.unscoped.get()


def test_from_the_dossier_to_the_answer_and_back(client, centre, dossier, agent) -> None:
    client.force_login(centre.worker)
    url = reverse("socialdata:ask", args=[dossier.uuid])
    assert client.get(url).status_code == 200
    given = {"persons": [dossier.lead_id], "flows": ["address"], "purpose": PURPOSE, "wanted_on": clock.today().isoformat()}
    assert client.post(url, given).status_code == 303
    row = ExtractRequest.unscoped.get()
    page = reverse("socialdata:extract", args=[row.uuid])
    assert client.post(page, {"state": "nothing", "data_on": clock.today().isoformat()}).status_code == 404
    again = client.post(url, given)
    assert again.status_code == 422 and "demandé aujourd’hui par Amélie Lambrecht" in again.content.decode()
    client.force_login(agent)
    assert row.flow_words in client.get(reverse("socialdata:cell")).content.decode()
    shown = client.get(page).content.decode()
    assert PURPOSE in shown and "87.08.14-012" in shown and dossier.number in shown
    assert reverse("dossiers:detail", args=[dossier.uuid]) not in shown
    assert ReadLine.objects.filter(actor_id=agent.pk, subject_type="extract_request", subject_id=row.pk).exists()
    refused = client.post(page, {"state": "answered", "data_on": clock.today().isoformat()})
    assert refused.status_code == 422 and "Ajoutez l’extrait." in refused.content.decode()
    done = client.post(page, {"state": "answered", "data_on": clock.today().isoformat(), "file": an_upload()})
    assert done.status_code == 303
    paper = ExtractRequest.unscoped.get().document
    assert client.get(reverse("documents:download", args=[paper.uuid])).status_code == 404
    client.force_login(centre.worker)
    assert reverse("documents:download", args=[paper.uuid]) in client.get(page).content.decode()
    opened = client.get(reverse("documents:download", args=[paper.uuid]))
    assert opened.status_code == 200 and opened["Content-Disposition"].startswith("attachment")
    assert client.post(reverse("socialdata:seen", args=[row.uuid])).status_code == 303
    assert ExtractRequest.unscoped.get().seen_at is not None


def test_a_program_is_no_extract(client, centre, dossier, agent) -> None:
    row = ask(centre_actor(centre), dossier)
    client.force_login(agent)
    given = {"state": "answered", "data_on": clock.today().isoformat(), "file": an_upload("x.pdf", b"MZ programme")}
    answer = client.post(reverse("socialdata:extract", args=[row.uuid]), given)
    assert answer.status_code == 422 and ExtractRequest.unscoped.get().state == "asked"


def centre_actor(centre):
    return centre.actor("worker")


def test_withdrawing_says_why(client, centre, dossier) -> None:
    row = ask(centre_actor(centre), dossier)
    client.force_login(centre.worker)
    url = reverse("socialdata:withdraw", args=[row.uuid])
    assert client.post(url, {"words": ""}).status_code == 422
    assert client.post(url, {"words": "Apporté au guichet"}).status_code == 303
    assert ExtractRequest.unscoped.get().state == "withdrawn"


@pytest.mark.parametrize("who", ["stranger", "member", "administrator", "clerk", "payer"])
def test_others_see_neither_question_nor_alert(client, centre, dossier, who) -> None:
    row, alert = ask(centre_actor(centre), dossier), address(dossier)
    client.force_login(getattr(centre, who))
    for url in (
        reverse("socialdata:extract", args=[row.uuid]),
        reverse("socialdata:alert", args=[alert.uuid]),
        reverse("socialdata:dossier", args=[dossier.uuid]),
        reverse("socialdata:cell"),
        reverse("socialdata:files"),
    ):
        assert client.get(url).status_code == 404, url


def test_the_cell_sees_no_alert_and_no_dossier(client, centre, dossier, agent) -> None:
    alert = address(dossier)
    client.force_login(agent)
    for url in (
        reverse("socialdata:alert", args=[alert.uuid]),
        reverse("socialdata:dossier", args=[dossier.uuid]),
        reverse("dossiers:detail", args=[dossier.uuid]),
        reverse("contacts:person", args=[dossier.lead.uuid]),
    ):
        assert client.get(url).status_code == 404, url


def test_old_and_new_stand_side_by_side_and_are_taken_over(client, centre, dossier) -> None:
    alert = address(dossier)
    client.force_login(centre.worker)
    url = reverse("socialdata:alert", args=[alert.uuid])
    assert "Rue Basse 7, 7000 Mons" in client.get(url).content.decode()
    assert client.post(url, {"do": "leave", "words": ""}).status_code == 422
    assert client.post(url, {"do": "take", "version": "1"}).status_code in (303, 409)
    shown = client.get(reverse("socialdata:dossier", args=[dossier.uuid])).content.decode()
    assert "Rue Basse" not in shown


def test_a_protected_address_stands_on_no_page(client, centre, dossier) -> None:
    contacts.set_address(actor=centre_actor(centre), person=dossier.lead, street="Rue Cachée", municipality="Mons", hidden=True)
    alert = address(dossier)
    client.force_login(centre.worker)
    for url in (
        reverse("socialdata:alert", args=[alert.uuid]),
        reverse("socialdata:dossier", args=[dossier.uuid]),
        reverse("dossiers:detail", args=[dossier.uuid]),
        reverse("desk:home"),
    ):
        shown = client.get(url).content.decode()
        assert "Rue Basse" not in shown and "Rue Cachée" not in shown, url
    assert "Adresse protégée" in client.get(reverse("socialdata:alert", args=[alert.uuid])).content.decode()


def test_a_file_is_uploaded_and_told_line_by_line(client, centre, dossier, agent) -> None:
    client.force_login(agent)
    content = register_file([Happening("RN-5", NUMBER, "death", dt.date(2026, 11, 1))], made_on=clock.today())
    sent = client.post(reverse("socialdata:files"), {"file": an_upload("rn.json", content)})
    run = MutationRun.unscoped.get()
    assert sent.status_code == 303 and "en cours de lecture" in client.get(reverse("socialdata:file", args=[run.uuid])).content.decode()
    jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    shown = client.get(reverse("socialdata:file", args=[run.uuid])).content.decode()
    assert "RN-5" in shown and "alerte créée" in shown
    assert client.post(reverse("socialdata:files"), {"file": an_upload("rn.json", b"{}")}).status_code == 422


def test_a_death_proposes_to_look_at_payments_and_stops_nothing(client, centre, dossier, agent) -> None:
    client.force_login(agent)
    given = {"number": NUMBER, "kind": "death", "on": (clock.today() - dt.timedelta(days=3)).isoformat()}
    assert client.post(reverse("socialdata:simulator"), given).status_code == 303
    assert MutationRun.unscoped.get().name.endswith(".xml"), "as the network would answer"
    jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    client.force_login(centre.worker)
    shown = client.get(reverse("socialdata:alert", args=[RegisterAlert.unscoped.get().uuid])).content.decode()
    assert "Voyez ce qui est encore payé" in shown and "Rien ne s’arrête tout seul" in shown


def test_the_simulated_register_says_at_once_what_is_wrong(client, agent) -> None:
    client.force_login(agent)
    given = {"number": "12345678901", "kind": "address", "on": "2026-11-01", "municipality": "Mons"}
    refused = client.post(reverse("socialdata:simulator"), given)
    assert refused.status_code == 422 and not MutationRun.unscoped.exists()


def test_times_are_for_cell_head_and_auditor(client, centre, agent) -> None:
    for account, status in ((agent, 200), (centre.chief, 200), (centre.auditor, 200), (centre.worker, 404), (centre.clerk, 404)):
        client.force_login(account)
        assert client.get(reverse("socialdata:times")).status_code == status, account
