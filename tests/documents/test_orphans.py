"""Papers that nobody looks after: which they are, who sees them, how each comes home (C9)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.documents.api import accept_upload, attach
from parvis.documents.models import Document
from parvis.documents.services import orphans
from parvis.dossiers import api as dossiers
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import Conflict
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Request
from parvis.workflows.models import WorkItem
from tests.contacts.factories import make_organisation, make_person
from tests.documents.factories import FakeUpload, picture, scanned_pdf
from tests.dossiers.factories import make_centre, make_dossier
from tests.identity.factories import an_account, as_actor
from tests.requests import factories as requested

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")


@pytest.fixture
def centre(media):
    return make_centre()


@pytest.fixture
def person():
    return make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14")


def paper(subject: SubjectRef, title: str = "Facture d’eau", data: bytes = b"", **more) -> Document:
    stored = accept_upload(FakeUpload("facture.png", data or picture()))
    return attach(actor=ROOT, subject=subject, file=stored, title=title, **more)


def of_person(person, title: str = "Facture d’eau", **more) -> Document:
    return paper(SubjectRef("person", person.pk), title, **more)


def listed() -> list[str]:
    return list(orphans.orphans().values_list("title", flat=True))


def test_what_is_an_orphan_and_what_is_not(centre, person):
    dossier = make_dossier(centre, person)
    requested.world()
    waiting = requested.send().request
    jobs.run_pending(raise_errors=True)  # the receipt hangs on a request that is on the list of the clerks
    paper(SubjectRef("dossier", dossier.pk), "Dans son dossier")
    paper(SubjectRef("request", waiting.pk), "D’une demande suivie")
    paper(SubjectRef("organisation", make_organisation().pk), "Convention d’un partenaire")
    assert Document.unscoped.filter(kind="receipt", dossier_id=None).count() == 1
    assert listed() == []
    of_person(person)
    paper(SubjectRef("request", 999_999), "D’une demande disparue")
    assert listed() == ["Facture d’eau", "D’une demande disparue"]
    # The last task of the request goes: nobody would bring its papers home any more
    WorkItem.unscoped.filter(state="open").update(state="cancelled", closed_at=waiting.received_at)
    assert sorted(listed()) == sorted(
        ["Facture d’eau", "D’une demande disparue", "D’une demande suivie", Document.unscoped.get(kind="receipt").title]
    )


def test_one_click_brings_it_into_the_file_of_the_person_and_the_chronicle_says_so(client, centre, person):
    dossier, lost = make_dossier(centre, person), of_person(person)
    client.force_login(centre.worker)
    text = client.get(reverse("documents:orphans")).content.decode()
    assert f'value="dossier:{dossier.pk}"' in text and "Facture d’eau" in text and dossier.number in text
    url = reverse("documents:orphan", args=[lost.uuid])
    assert client.post(url, {"do": "home", "place": f"dossier:{dossier.pk}"}).status_code == 303
    lost.refresh_from_db()
    assert (lost.dossier_id, lost.person_id, lost.subject_type, lost.subject_id) == (dossier.pk, person.pk, "person", person.pk)
    assert listed() == []
    assert [line.verb for line in mutations.history(SubjectRef("document", lost.pk), limit=1)] == ["document.brought_home"]
    assert Entry.unscoped.filter(dossier=dossier, subject_type="document", subject_id=lost.pk).count() == 1
    assert "Facture d’eau" in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    # A colleague who had the page open hears that it is done
    again = client.post(url, {"do": "home", "number": dossier.number})
    assert again.status_code == 409
    assert Entry.unscoped.filter(dossier=dossier, subject_type="document").count() == 1


def test_by_its_number_to_a_file_or_to_a_request_that_somebody_handles(client, centre, person):
    requested.world()
    waiting = requested.send(unit=centre.north).request
    dossier = make_dossier(centre, make_person("Autre", "Nom", "1970-01-01"))
    one, two, three = of_person(person, "Un"), of_person(person, "Deux", kind="income"), of_person(person, "Trois", kind="housing")
    client.force_login(centre.worker)

    def send(document, number):
        return client.post(reverse("documents:orphan", args=[document.uuid]), {"do": "home", "number": number})

    for wrong in ("", "2026-99999", "x" * 60):
        assert send(one, wrong).status_code == 422
    assert len(listed()) == 3
    assert (
        client.post(reverse("documents:orphan", args=[one.uuid]), {"do": "home", "place": "", "number": dossier.number}).status_code == 303
    )
    assert send(two, waiting.number).status_code == 303
    two.refresh_from_db()
    assert (two.subject_type, two.subject_id, two.dossier_id) == ("request", waiting.pk, None)
    assert listed() == ["Trois"]
    # nobody handles it any more: the paper would be as lost there
    WorkItem.unscoped.filter(state="open").update(state="cancelled", closed_at=waiting.received_at)
    assert send(three, waiting.number).status_code == 422
    three.refresh_from_db()
    assert three.subject_type == "person"
    # a request that joined a file leads into that file
    Request.unscoped.filter(pk=waiting.pk).update(dossier=dossier, applicant=person, joined_at=waiting.received_at)
    assert send(three, waiting.number).status_code == 303
    three.refresh_from_db()
    assert three.dossier_id == dossier.pk


def test_an_archived_file_and_a_file_of_another_service_take_nothing(client, centre, person):
    dossier, lost = make_dossier(centre, person), of_person(person)
    client.force_login(centre.stranger)
    url = reverse("documents:orphan", args=[lost.uuid])
    assert client.post(url, {"do": "home", "number": dossier.number}).status_code == 422
    assert client.post(url, {"do": "home", "place": f"dossier:{dossier.pk}"}).status_code == 422
    dossiers.close_dossier(actor=centre.actor("chief"), dossier=dossier, reason="moved")
    dossiers.Dossier.unscoped.filter(pk=dossier.pk).update(archived_on="2026-03-01")
    client.force_login(centre.worker)
    assert client.post(url, {"do": "home", "number": dossier.number}).status_code == 422
    assert listed() == ["Facture d’eau"]


def test_setting_aside_is_a_decision_of_a_chief_or_the_secretary_with_words_and_can_be_taken_back(client, centre, person):
    lost = of_person(person)
    url = reverse("documents:orphan", args=[lost.uuid])
    client.force_login(centre.worker)
    assert 'value="aside"' not in client.get(url).content.decode()
    assert client.post(url, {"do": "aside", "why": "Une publicité, pas un dossier"}).status_code == 422
    assert listed() == ["Facture d’eau"]
    client.force_login(centre.chief)
    assert client.post(url, {"do": "aside", "why": "pub"}).status_code == 422
    assert client.post(url, {"do": "aside", "why": "Une publicité, pas un dossier"}).status_code == 303
    lost.refresh_from_db()
    assert (lost.aside_by_label, lost.aside_why, lost.aside_at is not None) == ("Karim Benali", "Une publicité, pas un dossier", True)
    assert lost.file.path.exists() and listed() == []
    text = client.get(reverse("documents:orphans")).content.decode()
    assert "Une publicité, pas un dossier" in text
    assert client.post(url, {"do": "back"}).status_code == 303
    assert listed() == ["Facture d’eau"]
    verbs = [line.verb for line in mutations.history(SubjectRef("document", lost.pk), limit=2)]
    assert verbs == ["document.taken_back", "document.set_aside"]


def test_who_may_not_see_a_paper_sees_a_number_and_other_functions_no_page(client, centre, person):
    health = of_person(person, "Certificat médical", kind="health")
    of_person(person)
    secretary = an_account("committee_secretary", name="Une Secrétaire")
    for account in (centre.clerk, secretary, centre.worker):
        client.force_login(account)
        text = client.get(reverse("documents:orphans")).content.decode()
        seen = Document.objects.visible_to(as_actor(account)).filter(pk=health.pk).exists()
        assert ("Certificat médical" in text, account == centre.worker) == (seen, seen)
        if not seen:
            assert client.get(reverse("documents:orphan", args=[health.uuid])).status_code == 404
    assert not Document.objects.visible_to(as_actor(secretary)).filter(pk=health.pk).exists()
    for name in ("payer", "lawyer", "auditor", "member", "administrator"):
        client.force_login(getattr(centre, name))
        assert client.get(reverse("documents:orphans")).status_code == 404
        assert client.get(reverse("documents:orphan", args=[health.uuid])).status_code == 404


def test_none_is_said_in_words_and_the_figure_comes_alone(client, centre):
    client.force_login(centre.worker)
    text = client.get(reverse("documents:orphans")).content.decode()
    assert "Aucun papier" in text
    part = client.get(reverse("documents:orphans"), headers={"HX-Request": "true", "HX-Target": "orphan-count"}).content.decode()
    assert '<span class="num">0</span>' in part and "<html" not in part


@pytest.mark.parametrize(("name", "handles"), [("worker", True), ("clerk", True), ("chief", True), ("payer", False), ("lawyer", False)])
def test_the_home_of_those_who_handle_them_leads_there_and_asks_for_the_figure_after_the_page(client, centre, name, handles):
    client.force_login(getattr(centre, name))
    home = client.get(reverse("desk:home")).content.decode()
    assert ('id="orphan-count"' in home) is handles
    if handles:
        link = home.split('id="orphan-count"')[1].split("</a>")[0]
        assert 'hx-trigger="load"' in link and '<span class="num">' not in link
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("desk:home"))
        asked = " ".join(query["sql"] for query in seen.captured_queries)
        assert "documents_document" not in asked, "the home asks the database nothing for it"


def test_a_long_list_is_read_in_pages_with_as_many_queries_as_a_short_one(client, centre, person):
    make_dossier(centre, person)
    client.force_login(centre.worker)
    counts = []
    for upto in (2, 30):
        while Document.unscoped.filter(dossier_id=None).count() < upto:
            of_person(
                person, f"Papier {Document.unscoped.count():02}", data=scanned_pdf(1) + str(upto).encode() * Document.unscoped.count()
            )
        client.get(reverse("documents:orphans"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text = client.get(reverse("documents:orphans")).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 25, counts
    assert "Papier 00" in text and "Papier 24" in text and "Papier 25" not in text
    after = orphans.orphans().values_list("pk", flat=True)[24]
    text = client.get(reverse("documents:orphans"), {"after": after}).content.decode()
    assert "Papier 25" in text and "Papier 24" not in text


def test_an_index_leads_to_the_few_that_no_file_holds(centre, person):
    make_dossier(centre, person)
    of_person(person)
    if connection.vendor == "sqlite":
        plan = orphans.orphans().explain()
        assert "documents_homeless" in plan or "documents_dossier" in plan, plan
        assert "SCAN documents_document\n" not in plan


def test_of_two_who_read_the_same_paper_the_second_to_write_is_told(centre, person):
    """On an engine where two gestures run at once, both may have read it before either wrote."""
    dossier = make_dossier(centre, person)
    of_person(person)
    first, second = orphans.orphans().get(), orphans.orphans().get()
    orphans._write(first, dossier_id=dossier.pk)
    with pytest.raises(Conflict):
        orphans._write(second, aside_at=clock.now(), aside_by_label="Karim Benali", aside_why="Une copie de trop")
    second.refresh_from_db()
    assert (second.dossier_id, second.aside_at) == (dossier.pk, None)
