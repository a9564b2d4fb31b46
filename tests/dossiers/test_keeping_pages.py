"""The pages of keeping and destroying: found in the archive, held back, proposed by one, approved by another."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.documents import api as documents
from parvis.dossiers import api, services
from parvis.dossiers.models import DestructionList, Dossier, LegalHold, RetentionRule
from parvis.dossiers.search import search_dossiers
from parvis.kernel import clock, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person
from tests.documents.kept import faults

from .factories import make_centre

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def old(centre) -> Dossier:
    """A file of 2015 in the archive, with a document, under a rule of ten years."""
    with clock.travel(dt.datetime(2015, 3, 2, 10, tzinfo=dt.UTC)):
        dossier = api.open_dossier(
            actor=ROOT, person=make_person("Vanden Bossche", "Marcel", "1944-05-12"), unit=centre.north, referent=centre.worker
        )
        file = documents.store_bytes(documents.render_pdf("list", _sheet(), date=dt.date(2015, 3, 2)))
        documents.attach(actor=ROOT, subject=SubjectRef("dossier", dossier.pk), file=file, title="Attestation", kind="other")
        api.close_dossier(actor=ROOT, dossier=Dossier.unscoped.select_related("unit").get(pk=dossier.pk), code="autonomy", reason="")
        api.archive_dossier(actor=ROOT, dossier=Dossier.unscoped.select_related("unit").get(pk=dossier.pk))
    services.publish_rule(actor=ROOT, years=10, source="Liste de tri", valid_from=dt.date(2020, 1, 1))
    return Dossier.unscoped.select_related("unit").get(pk=dossier.pk)


def _sheet() -> dict:
    words = dict.fromkeys(("reference", "contact", "page", "of", "phone", "draft"), "")
    return {
        **documents.Envelope(subject="Attestation", on=dt.date(2015, 3, 2), language="fr").to_json(),
        "sections": [],
        "words": words,
        "landscape": False,
    }


def test_a_file_of_2015_is_found_by_name_with_the_right_profile_only_and_its_document_opens(client, centre, old) -> None:
    for who, seen in (("worker", True), ("auditor", True), ("stranger", False), ("administrator", False)):
        with translation.override("en"):
            hits = search_dossiers(centre.actor(who), "vanden bosche marcel", 5)
        assert [(hit.title, hit.subtitle) for hit in hits] == (
            [(f"{old.number} · Marcel Vanden Bossche", "in the archive")] if seen else []
        ), who
    client.force_login(centre.worker)
    listed = client.get(reverse("dossiers:index"), {"status": "archived", "q": "vanden bossche"}).content.decode()
    assert old.number in listed
    page = client.get(reverse("dossiers:detail", args=[old.uuid])).content.decode()
    assert "Gardé jusqu’au 02/03/2025" in page
    document = documents.documents_in_dossier(centre.actor("worker"), old.pk).get()
    answer = client.get(reverse("documents:download", args=[document.uuid]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content != documents.read_bytes(document.file), "a copy that says who took it"
    assert faults(answer.content) == faults(documents.read_bytes(document.file)) == []


def test_held_back_and_let_go_from_the_page(client, centre, old) -> None:
    client.force_login(centre.auditor)  # a head of service would say first why they open a file that was closed long ago
    url = reverse("dossiers:hold", args=[old.uuid])
    assert client.post(url, {"reason": "Procès", "review_on": "2020-01-01"}).status_code == 422
    assert not LegalHold.unscoped.exists()
    later = (clock.today() + dt.timedelta(days=90)).isoformat()
    assert client.post(url, {"reason": "Procès", "review_on": later}).status_code == 303
    hold = LegalHold.unscoped.get()
    page = client.get(reverse("dossiers:detail", args=[old.uuid])).content.decode()
    assert "Procès" in page and reverse("dossiers:hold_end", args=[old.uuid, hold.uuid]) in page
    client.force_login(centre.stranger)
    assert client.get(url).status_code == 404
    client.force_login(centre.auditor)
    assert old.number not in client.get(reverse("dossiers:destruction")).content.decode()
    end = reverse("dossiers:hold_end", args=[old.uuid, hold.uuid])
    assert client.post(end, {"reason": "Jugé"}).status_code == 303
    assert client.post(end, {"reason": "Jugé"}).status_code == 404
    assert old.number in client.get(reverse("dossiers:destruction")).content.decode()


def test_proposed_by_one_approved_by_another_then_the_certificate(client, centre, old) -> None:
    client.force_login(centre.auditor)
    here = reverse("dossiers:destruction")
    shown = client.get(here).content.decode()
    assert old.number in shown and "Marcel Vanden Bossche" in shown
    assert client.post(here, {}).status_code == 422
    assert not DestructionList.objects.exists()
    assert client.post(here, {"dossier": str(old.uuid), "note": "Relu"}).status_code == 303
    found = DestructionList.objects.get()
    one = reverse("dossiers:destruction_list", args=[found.uuid])
    assert "Une autre personne doit approuver cette liste." in client.get(one).content.decode()
    assert client.post(one, {"action": "approve", "permission": "AGR 2026/3"}).status_code in (403, 404, 422)
    assert DestructionList.objects.get().state == "proposed"
    client.force_login(centre.administrator)
    page = client.get(one).content.decode()
    assert old.number in page and "Vanden Bossche" not in page  # numbers, no names
    assert client.post(one, {"action": "approve", "permission": ""}).status_code == 422
    assert client.post(one, {"action": "approve", "permission": "AGR 2026/3"}).status_code == 303
    jobs.run_pending(raise_errors=True)
    done = client.get(one).content.decode()
    certificate = reverse("dossiers:certificate", args=[found.uuid])
    assert certificate in done
    answer = client.get(certificate)
    assert faults(answer.content) == []
    client.force_login(centre.worker)
    assert client.get(certificate).status_code == 404
    with translation.override("en"):
        assert search_dossiers(centre.actor("worker"), "vanden bossche", 5) == []
        assert [hit.subtitle for hit in search_dossiers(centre.actor("worker"), old.number, 5)] == ["destroyed, only its number is left"]
    client.force_login(centre.auditor)
    assert "Détruit légalement" in client.get(reverse("dossiers:detail", args=[old.uuid])).content.decode()
    assert old.number not in client.get(reverse("dossiers:index"), {"status": "archived"}).content.decode()


def test_a_line_is_taken_off_and_what_stands_against_is_named(client, centre, old) -> None:
    found = services.propose_list(actor=centre.actor("auditor"), dossiers=[old])
    services.place_hold(actor=centre.actor("chief"), dossier=old, reason="Procès", review_on=clock.today() + dt.timedelta(days=9))
    client.force_login(centre.administrator)
    one = reverse("dossiers:destruction_list", args=[found.uuid])
    refused = client.post(one, {"action": "approve", "permission": "AGR 2026/3"})
    assert refused.status_code == 422 and "Retenu, à revoir le" in refused.content.decode()
    assert "Procès" not in refused.content.decode()  # out of an administrator's scope
    line = found.lines.get()
    assert client.post(one, {"action": "remove", "line": str(line.uuid), "off-reason": ""}).status_code == 422
    assert client.post(one, {"action": "remove", "line": str(line.uuid), "off-reason": "Procès en cours"}).status_code == 303
    assert client.post(one, {"action": "withdraw", "up-reason": "Vide"}).status_code == 303
    assert [DestructionList.objects.get().state, found.lines.get().state] == ["withdrawn", "removed"]
    assert Dossier.unscoped.get(pk=old.pk).destroyed_on is None


def test_the_administrator_publishes_a_rule_and_the_others_read_it(client, centre, old) -> None:
    add = reverse("dossiers:retention_add")
    sent = {
        "close_code": "autonomy",
        "years": "20",
        "money_years": "10",
        "keep_reads": "on",
        "source": "Décision du conseil",
        "valid_from": "2026-01-01",
    }
    client.force_login(centre.auditor)
    assert client.post(add, sent).status_code == 404
    client.force_login(centre.administrator)
    assert client.post(add, {**sent, "source": ""}).status_code == 422
    assert RetentionRule.objects.count() == 1
    assert client.post(add, sent).status_code == 303
    client.force_login(centre.auditor)
    page = client.get(reverse("dossiers:retention")).content.decode()
    assert "Décision du conseil" in page and "à confirmer par les Archives de l’État" in page
    assert old.number not in client.get(reverse("dossiers:destruction")).content.decode()
    client.force_login(centre.worker)
    assert client.get(reverse("dossiers:retention")).status_code == 404
