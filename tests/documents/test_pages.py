"""Opening and adding documents: only in the scope, safely, and noted."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parvis.documents.api import accept_upload, attach
from parvis.documents.models import Document, StoredFile
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person
from tests.documents.factories import FakeUpload, picture, scanned_pdf
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre, make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14"))


@pytest.fixture
def lease(centre, dossier, media) -> Document:
    return put(centre, dossier, "Bail")


def put(centre, dossier, title: str, kind: str = "housing", data: bytes = b"", name: str = "bail.pdf") -> Document:
    stored = accept_upload(FakeUpload(name, data or scanned_pdf()))
    return attach(
        actor=centre.actor("worker"), subject=SubjectRef("dossier", dossier.pk), file=stored, title=title, kind=kind, file_name=name
    )


def test_the_worker_opens_it_and_the_reading_is_noted(client, centre, lease: Document) -> None:
    client.force_login(centre.worker)
    response = client.get(reverse("documents:download", args=[lease.uuid]))
    assert response.status_code == 200 and response.content.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == 'inline; filename="bail.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"] and "sandbox" in response.headers["Content-Security-Policy"]
    assert ReadLine.objects.filter(subject_type="document", subject_id=lease.pk).count() == 1
    assert client.get(reverse("documents:download", args=[lease.uuid]) + "?save=1").headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["stranger", "member", "administrator"])
def test_outside_the_scope_it_does_not_exist(client, centre, lease: Document, name: str) -> None:
    client.force_login(getattr(centre, name))
    assert client.get(reverse("documents:download", args=[lease.uuid])).status_code == 404
    assert not ReadLine.objects.filter(subject_type="document").exists()


def test_somebody_not_signed_in_is_sent_to_sign_in(client, lease: Document) -> None:
    assert client.get(reverse("documents:download", args=[lease.uuid])).status_code in {302, 303}


def test_a_health_paper_opens_only_for_those_who_see_health(client, centre, dossier, media) -> None:
    paper = put(centre, dossier, "Certificate", kind="health")
    client.force_login(centre.worker)
    assert client.get(reverse("documents:download", args=[paper.uuid])).status_code == 200
    client.force_login(centre.payer)
    assert client.get(reverse("documents:download", args=[paper.uuid])).status_code == 404


def test_the_dossier_shows_its_documents(client, centre, dossier, lease: Document) -> None:
    client.force_login(centre.worker)
    text = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    assert reverse("documents:download", args=[lease.uuid]) in text and "Bail" in text


def post(client, dossier, **change):
    given = {
        "title": "Bail signé",
        "kind": "housing",
        "on": "2026-03-02",
        "note": "",
        "file": SimpleUploadedFile("bail.pdf", scanned_pdf()),
        "idempotency_key": "d" * 32,
    }
    return client.post(reverse("documents:add", args=["dossier", dossier.pk]), {**given, **change})


def test_adding_a_document_leads_back_to_the_dossier(client, centre, dossier, media) -> None:
    client.force_login(centre.worker)
    assert client.get(reverse("documents:add", args=["dossier", dossier.pk])).status_code == 200
    response = post(client, dossier)
    assert response.status_code == 303 and response.url == reverse("dossiers:detail", args=[dossier.uuid])
    row = Document.unscoped.get()
    assert (row.title, row.kind, row.dossier_id, row.file.pages) == ("Bail signé", "housing", dossier.pk, 2)


def test_a_disguised_file_comes_back_with_a_sentence_beside_the_field(client, centre, dossier, media) -> None:
    client.force_login(centre.worker)
    response = post(client, dossier, file=SimpleUploadedFile("bail.pdf", b"MZ" + b"\x00" * 99, "application/pdf"))
    assert response.status_code == 422
    assert "bail.pdf" in response.content.decode() and "Bail signé" in response.content.decode()
    assert StoredFile.objects.count() == 0 and Document.unscoped.count() == 0


def test_nobody_adds_outside_the_scope_or_to_unknown_things(client, centre, dossier, media) -> None:
    client.force_login(centre.stranger)
    assert post(client, dossier).status_code == 404
    client.force_login(centre.worker)
    assert client.get(reverse("documents:add", args=["moon", 1])).status_code == 404
    client.force_login(centre.auditor)
    assert post(client, dossier, file=SimpleUploadedFile("x.png", picture())).status_code == 404
    assert Document.unscoped.count() == 0
