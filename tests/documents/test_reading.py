"""Papers that came in: their text is read by a job, their kind and person proposed, and an agent decides (B29)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.documents import api
from parvis.documents.errors import DocumentError
from parvis.documents.jobs import read_what_is_left
from parvis.documents.models import Document, DocumentProposal, FileText
from parvis.documents.search import search_documents
from parvis.documents.services import reading
from parvis.dossiers.models import Dossier
from parvis.dossiers.services.grants import break_glass
from parvis.identity.models import OwnPerson
from parvis.kernel import clock, jobs
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import Job, MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person
from tests.documents.factories import scanned_pdf
from tests.dossiers.factories import make_centre, make_dossier

LEASE = """Contrat de bail de résidence principale. Entre le bailleur Immo Lac et le locataire {name}.
Le loyer est de 612 euros par mois. La garantie locative est bloquée."""


def text_pdf(text: str) -> bytes:
    """A PDF with a text layer, as a program makes it."""
    from parvis.documents.typesetting import render_pdf  # noqa: F401

    envelope = api.Envelope(subject="Pièce", on=dt.date(2026, 3, 2), language="fr")
    return api.render_sheet_pdf("list", envelope, [api.Section(notes=tuple(text.splitlines()))], date=dt.date(2026, 3, 2))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LEASE.format(name="Claire Dupont"), "housing"),
        ("Fiche de paie de mars : salaire brut 1.900, net 1.450", "income"),
        ("Uittreksel: rekeninguittreksel nr. 3, saldo 12,00", "bank"),
        ("Ärztliches Attest: arbeitsunfähig", "health"),
        ("Tribunal du travail de Liège, jugement du 3 mars", "court"),
        ("Bonjour, je passerai lundi.", None),
        ("Fiche de paie et certificat médical", None),
    ],
)
def test_the_words_propose_a_kind_or_none(text: str, kind: str | None) -> None:
    guess = reading.guess_kind(text)
    assert (guess.kind if guess else None) == kind


def test_every_kind_of_the_rules_is_a_kind_of_document_and_its_words_are_folded() -> None:
    for kind, words in reading.rules().items():
        assert kind in api.DocumentKind.values
        for word in [*words["sure"], *words["words"]]:
            assert word == " ".join(reading.tokens_in_order(word))


@pytest.fixture
def centre(db):
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre, make_person("Dupont", "Claire", "1980-05-17"))


def bring(centre, dossier, data: bytes, title: str = "Papier", **more) -> Document:
    return api.attach(
        actor=centre.actor("worker"),
        subject=SubjectRef("dossier", dossier.pk),
        file=api.store_bytes(data),
        title=title,
        **more,
    )


def run() -> None:
    jobs.run_pending(kinds={"documents.text"}, raise_errors=True)


@pytest.mark.db
def test_the_text_of_a_pdf_is_read_and_found(media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf(LEASE.format(name="Claire Dupont")))
    assert search_documents(centre.actor("worker"), "garantie locative", 15) == []
    run()
    assert FileText.objects.get().state == "read"
    (hit,) = search_documents(centre.actor("worker"), "garantie locatve", 15)
    assert hit.title == "Papier"
    assert hit.why.endswith(": garantie, locatve")
    assert search_documents(centre.actor("stranger"), "garantie", 15) == []
    proposal = DocumentProposal.unscoped.get(document=document)
    assert (proposal.kind, proposal.person_id, proposal.by_number, proposal.open) == ("housing", dossier.lead_id, False, True)
    document.refresh_from_db()
    assert (document.kind, document.person_id) == ("other", None)


@pytest.mark.db
def test_one_click_takes_over_what_is_proposed(client, media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf(LEASE.format(name="Claire Dupont")))
    run()
    client.force_login(centre.worker)
    page = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    assert ">Logement : bail, quittance, Claire Dupont</strong>" in page
    about = reverse("documents:about", args=[document.uuid])
    back = reverse("dossiers:detail", args=[dossier.uuid])
    assert client.post(about, {"kind": "housing", "person": str(dossier.lead_id), "next": back}).url == back
    document.refresh_from_db()
    assert (document.kind, document.person_id, document.proposal.open) == ("housing", dossier.lead_id, False)
    assert "Semble être" not in client.get(back).content.decode()
    # What is a medical paper now is a matter of health for everybody.
    reading.describe(actor=centre.actor("worker"), document=document, kind="health", person_id=dossier.lead_id)
    client.force_login(centre.payer)
    assert client.get(about).status_code == 404


def test_a_scan_says_that_it_has_no_text(client, media, centre, dossier) -> None:
    document = bring(centre, dossier, scanned_pdf(), title="Carte scannée")
    run()
    assert FileText.objects.get().state == "none"
    client.force_login(centre.worker)
    assert "Parvis ne lit pas les images" in client.get(reverse("documents:about", args=[document.uuid])).content.decode()
    assert [hit.title for hit in search_documents(centre.actor("worker"), "scanne", 15)] == ["Carte scannée"]


def test_what_the_product_made_is_not_read(media, centre, dossier) -> None:
    bring(centre, dossier, text_pdf("Notre lettre"), origin="produced")
    assert not Job.objects.filter(kind="documents.text").exists()


def test_whoever_may_not_add_documents_describes_none(media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf("Bonjour"))
    with pytest.raises(NotAllowed):
        reading.describe(actor=centre.actor("auditor"), document=document, kind="housing")
    with pytest.raises(DocumentError):
        reading.describe(actor=centre.actor("worker"), document=document, person_id=make_person("Autre", "Zoé", "1990-01-02").pk)
    document.refresh_from_db()
    assert (document.kind, document.person_id) == ("other", None)


def test_a_medical_paper_is_not_found_by_those_who_may_not_open_it(media, centre, dossier) -> None:
    bring(centre, dossier, text_pdf("Certificat médical : fracture"), kind="health")
    run()
    assert [bool(search_documents(centre.actor(who), "fracture", 15)) for who in ("worker", "clerk", "payer")] == [True, False, False]


@pytest.mark.db
def test_the_number_of_a_person_decides_among_the_household(centre) -> None:
    from parvis.contacts.api import add_identifier
    from tests.contacts.factories import WORKER, niss

    one, two = make_person("Dupont", "Claire", "1980-05-17"), make_person("Dupont", "Léa", "2010-02-03")
    add_identifier(actor=WORKER, person=two, kind="niss", value=niss("2010-02-03"))
    number = niss("2010-02-03")
    text = f"Concerne Dupont, {number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    assert reading.guess_person(text, [one.pk, two.pk]) == (two.pk, True)
    assert reading.guess_person("Pour Claire Dupont", [one.pk, two.pk]) == (one.pk, False)
    assert reading.guess_person("Claire et Léa Dupont", [one.pk, two.pk]) == (None, False)
    assert reading.guess_person("Personne", [one.pk, two.pk]) == (None, False)


@pytest.mark.db
def test_the_papers_of_a_colleague_are_not_searched_and_their_text_asks_for_a_reason(client, media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf(LEASE.format(name="Claire Dupont")))
    run()
    OwnPerson.objects.create(account=centre.stranger, person_id=dossier.lead_id, recorded_at=clock.now())
    assert search_documents(centre.actor("worker"), "garantie", 15) == []
    client.force_login(centre.worker)
    about = reverse("documents:about", args=[document.uuid])
    answer = client.get(about)
    assert answer.status_code in (302, 303)
    assert answer.url.startswith(reverse("dossiers:why", args=["dossier", dossier.uuid]))
    assert client.post(about, {"kind": ""}).url.startswith(reverse("dossiers:why", args=["dossier", dossier.uuid]))
    assert not ReadLine.objects.filter(screen="documents.about").exists()


def test_a_file_that_takes_nothing_has_no_paper_described(client, media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf(LEASE.format(name="Claire Dupont")))
    run()
    break_glass(actor=centre.actor("stranger"), number=dossier.number, reason="Appel de l'hôpital, la référente est absente")
    client.force_login(centre.stranger)
    about = reverse("documents:about", args=[document.uuid])
    assert client.get(about).context["form"] is None
    assert client.post(about, {"kind": "housing", "person": ""}).status_code == 404
    with pytest.raises(DocumentError):
        reading.describe(actor=centre.actor("stranger"), document=document, kind="housing")
    panel = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    assert about in panel
    assert f'action="{about}"' not in panel
    today = clock.today()
    Dossier.unscoped.filter(pk=dossier.pk).update(status="closed", closed_on=today, close_reason="fini", archived_on=today)
    client.force_login(centre.worker)
    assert client.get(about).context["form"] is None
    with pytest.raises(DocumentError):
        reading.describe(actor=centre.actor("worker"), document=document, kind="housing")
    document.refresh_from_db()
    assert (document.kind, document.proposal.open) == ("other", True)


@pytest.mark.db
def test_what_seems_to_be_a_medical_paper_is_closed_at_once_until_somebody_says_otherwise(client, media, centre, dossier) -> None:
    document = bring(centre, dossier, text_pdf("Certificat médical : incapacité de travail. Fracture."))
    assert [sees(centre, who, document) for who in ("worker", "lawyer", "auditor")] == [True, True, True]
    run()
    document.refresh_from_db()
    assert (document.kind, document.data_class) == ("other", "health")
    assert [sees(centre, who, document) for who in ("worker", "lawyer", "auditor")] == [True, False, False]
    assert MutationLine.objects.filter(verb="document.class_guessed", subject_id=document.pk).exists()
    reading.describe(actor=centre.actor("worker"), document=document, kind="other")
    document.refresh_from_db()
    assert (document.kind, document.data_class, document.proposal.open) == ("other", "social", False)


def sees(centre, who: str, document: Document) -> bool:
    return Document.objects.visible_to(centre.actor(who)).filter(pk=document.pk).exists()


@pytest.mark.db
def test_one_bad_file_does_not_stop_the_night_and_a_missing_one_is_tried_again(media, centre, dossier) -> None:
    missing = bring(centre, dossier, text_pdf("Premier papier"))
    strange = bring(centre, dossier, text_pdf("Deuxième papier"))
    good = bring(centre, dossier, text_pdf("Troisième papier"))
    kept = missing.file.path.read_bytes()
    missing.file.path.unlink()
    Job.objects.all().delete()
    Document.unscoped.update(recorded_at=clock.now() - dt.timedelta(hours=1))
    read_what_is_left(None)
    assert [one.pk for one in reading.unread()] == [missing.pk]
    assert set(FileText.objects.values_list("file_id", flat=True)) == {strange.file_id, good.file_id}
    missing.refresh_from_db()
    assert (missing.text_taken_at, missing.text_tries) == (None, 1)
    missing.file.path.write_bytes(kept)
    read_what_is_left(None)
    assert reading.unread() == []
    assert len(search_documents(centre.actor("worker"), "premier", 15)) == 1


def test_half_a_surrogate_pair_is_no_obstacle(db: None, monkeypatch) -> None:
    from pypdf import PageObject

    monkeypatch.setattr(PageObject, "extract_text", lambda self: "Loyer \ud83d payé")
    text, _cut = reading.text_of_pdf(text_pdf("x"))
    assert text == "Loyer ? payé"
