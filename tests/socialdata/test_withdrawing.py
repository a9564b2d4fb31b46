"""An extract that lay in the wrong file: the cell withdraws it with its reason; everybody who had it reads that it is withdrawn."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.decisions import api as decisions
from parvis.documents.api import Document, DocumentError, documents_in_dossier
from parvis.documents.models import StoredFile
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.requests.models import RequestLine
from parvis.socialdata import api
from parvis.workflows.models import WorkItem
from tests.decisions import factories as f
from tests.identity.factories import an_account

from .factories import PURPOSE, a_cell, a_file, an_extract, ask
from .test_committee import supply

pytestmark = [pytest.mark.django_db]
REASON = "Extrait d’une autre personne, joint par erreur"


@pytest.fixture
def answered(centre: Any) -> api.ExtractRequest:
    row = ask(centre.actor("worker"), a_file(centre))
    day = clock.today() - dt.timedelta(days=1)
    return api.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=day, file=an_extract(), file_name="extrait.xml")


def open_steps() -> list[str]:
    return sorted(WorkItem.unscoped.filter(state="open", subject_type="extract_request").values_list("step", flat=True))


def test_the_paper_stays_kept_with_its_reason_and_the_question_waits_again(centre: Any, answered: api.ExtractRequest) -> None:
    document = answered.document
    assert open_steps() == ["read"]
    row = api.withdraw_answer(actor=a_cell(), extract=answered, words=REASON)
    assert (row.state, row.settled_at, row.document_id, row.data_on, row.seen_at) == ("asked", None, None, None, None)
    document.refresh_from_db()
    assert (document.withdrawn_reason, document.withdrawn_by_label) == (REASON, "Inès Marchal")
    assert StoredFile.objects.filter(pk=document.file_id).exists() and document.file.path.exists()
    assert open_steps() == ["answer", "wrong"]
    wrong = WorkItem.unscoped.get(state="open", step="wrong")
    assert wrong.owner_id == centre.worker.pk
    verbs = list(MutationLine.objects.filter(stream=f"dossier:{row.dossier_id}").order_by("pk").values_list("verb", flat=True))
    assert [verb for verb in verbs if "withdrawn" in verb] == ["document.withdrawn", "extract.answer_withdrawn"]
    assert Entry.unscoped.filter(dossier=row.dossier_id, text__contains=REASON).exists()


def test_nobody_reads_it_there_any_more_and_everybody_sees_why(client: Client, centre: Any, answered: api.ExtractRequest) -> None:
    key = answered.document.uuid
    client.force_login(centre.worker)
    assert client.get(f"/documents/{key}/").status_code == 200
    api.withdraw_answer(actor=a_cell(), extract=answered, words=REASON)
    refused = client.get(f"/documents/{key}/", follow=True)
    assert refused.redirect_chain == [(f"/documents/{key}/about/", 302)]
    page = refused.content.decode()
    assert REASON in page and "Rue Haute" not in page and "Inès Marchal" in page
    assert client.post(f"/documents/{key}/about/", {"kind": "other", "person": ""}).status_code == 200
    assert Document.unscoped.get(uuid=key).kind == "register"
    worker = centre.actor("worker")
    assert not Document.objects.visible_to(worker).filter(uuid=key).exists()
    assert not documents_in_dossier(worker, answered.dossier_id).filter(uuid=key).exists()
    listed = client.get(f"/dossiers/{answered.dossier.uuid}/").content.decode()
    assert REASON in listed and f"/documents/{key}/about/" in listed and f'href="/documents/{key}/"' not in listed
    assert REASON in client.get(f"/registers/extracts/{answered.uuid}/").content.decode()
    client.force_login(centre.stranger)
    assert client.get(f"/documents/{key}/").status_code == 404
    assert client.get(f"/documents/{key}/about/").status_code == 404


def test_the_cell_does_it_on_the_page_and_answers_again(client: Client, answered: api.ExtractRequest) -> None:
    client.force_login(an_account("register_cell", name="Paul Hénin"))
    path = f"/registers/extracts/{answered.uuid}/"
    assert "Retirer l’extrait" in client.get(path).content.decode()
    assert client.post(f"{path}withdraw-answer/", {"w-words": ""}).status_code == 422
    answered.refresh_from_db()
    assert answered.state == "answered" and answered.document.withdrawn_at is None
    assert client.post(f"{path}withdraw-answer/", {"w-words": REASON}).status_code == 303
    again = client.get(path).content.decode()
    assert REASON in again and "Retirer l’extrait" not in again and 'name="data_on"' in again
    answered.refresh_from_db()
    with pytest.raises(DocumentError, match="retiré d’ici"):
        api.answer_extract(actor=a_cell(), extract=answered, state="answered", data_on=clock.today(), file=an_extract())
    answered.refresh_from_db()
    assert answered.state == "asked"
    done = api.answer_extract(actor=a_cell(), extract=answered, state="nothing", data_on=clock.today())
    assert done.state == "nothing" and open_steps() == ["read"]


def test_only_the_cell_withdraws_with_a_reason_and_once(client: Client, centre: Any, answered: api.ExtractRequest) -> None:
    with pytest.raises(NotAllowed):
        api.withdraw_answer(actor=centre.actor("worker"), extract=answered, words=REASON)
    with pytest.raises(api.InvalidExtract):
        api.withdraw_answer(actor=a_cell(), extract=answered, words="  ")
    client.force_login(centre.worker)
    assert client.post(f"/registers/extracts/{answered.uuid}/withdraw-answer/", {"w-words": REASON}).status_code == 404
    answered.refresh_from_db()
    assert (answered.state, answered.document.withdrawn_at) == ("answered", None)
    api.withdraw_answer(actor=a_cell(), extract=answered, words=REASON)
    again = a_cell()
    lines = MutationLine.objects.count()
    with pytest.raises(api.AlreadySettled):
        api.withdraw_answer(actor=again, extract=answered, words=REASON)
    assert MutationLine.objects.count() == lines


def test_a_pack_that_froze_it_says_so_and_stays_as_it_was(client: Client) -> None:
    with f.at(2), f.kinds():
        centre = f.make_centre()
        line_id = f.make_line(centre)
        extract = supply(centre, line_id)
        proposal = f.validated(centre, line_id=line_id)
        session = f.opened(centre, [proposal])
        decision = decisions.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
        digest = decision.pack_sha256
        client.force_login(centre.account("secretary"))
        page = reverse("decisions:decision", args=[decision.uuid])
        item = reverse("decisions:item", args=[session.uuid, f.item_of(session, proposal).uuid])
        assert REASON not in client.get(page).content.decode()
        extract.refresh_from_db()
        api.withdraw_answer(actor=a_cell(), extract=extract, words=REASON)
        for path in (page, item):
            told = client.get(path).content.decode()
            assert REASON in told and "Retiré depuis" in told, path
        decision.refresh_from_db()
        assert decision.pack_sha256 == digest
        # And it is no piece of a case that is still open.
        dossier = RequestLine.unscoped.select_related("request__dossier").get(pk=line_id).request.dossier
        assert PURPOSE and not documents_in_dossier(f.ROOT, dossier.pk).filter(kind="register").exists()
