"""C12: the worker asks, the cell answers in the tool; both are written down, and the times are shown without a name."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.documents.api import Document, UploadRefused, accept_upload, documents_in_dossier
from parvis.dossiers import api as dossiers
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.scope import may_see
from parvis.socialdata import api, calculations, selectors
from parvis.socialdata.models import ExtractRequest
from parvis.workflows.models import WorkItem
from tests.identity.factories import as_actor

from .factories import PURPOSE, a_cell, an_extract, an_upload, ask

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def open_items(key: str) -> list[WorkItem]:
    return list(WorkItem.unscoped.filter(state="open", step=key))


def verbs(dossier) -> list[str]:
    rows = MutationLine.objects.filter(stream=f"dossier:{dossier.pk}").order_by("pk")
    return [row.verb for row in rows if row.verb.startswith(("extract", "register"))]


def test_a_question_is_a_task_of_the_cell_with_its_day(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    item = open_items("answer")[0]
    assert (item.queue, item.owner_id, item.unit_id, item.due_on, item.subject) == ("register_cell", None, None, row.wanted_on, row.ref)
    assert (row.state, row.flows, row.purpose, row.asked_by_id) == ("asked", ["address", "household"], PURPOSE, centre.worker.pk)
    assert WorkItem.objects.visible_to(a_cell()).filter(pk=item.pk).exists()
    assert not WorkItem.objects.visible_to(centre.actor("clerk")).filter(pk=item.pk).exists()
    assert verbs(dossier) == ["extract.ask"]
    assert Entry.unscoped.filter(dossier=dossier, subject_type="extract_request").count() == 1


def test_the_answer_is_a_typed_paper_of_the_dossier_and_comes_back_to_the_asker(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    day = clock.today() - dt.timedelta(days=1)
    api.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=day, file=an_extract(), file_name="extrait.xml")
    fresh = ExtractRequest.unscoped.select_related("document").get(pk=row.pk)
    assert (fresh.state, fresh.data_on, fresh.settled_by_label) == ("answered", day, "Inès Marchal")
    paper = fresh.document
    assert (paper.kind, paper.kind_label, paper.data_class, paper.on) == ("register", "Extrait de registre", "identity", day)
    assert (paper.dossier_id, paper.person_id, paper.file.extension) == (dossier.pk, dossier.lead_id, "xml")
    assert list(documents_in_dossier(centre.actor("worker"), dossier.pk)) == [paper]
    assert open_items("answer") == []
    task = open_items("read")[0]
    assert (task.owner_id, task.queue, task.subject) == (centre.worker.pk, "social_worker", row.ref)
    assert verbs(dossier) == ["extract.ask", "extract.answer"]
    api.note_seen(actor=centre.actor("worker"), extract=fresh)
    api.note_seen(actor=centre.actor("worker"), extract=fresh)
    assert open_items("read") == []
    assert verbs(dossier) == ["extract.ask", "extract.answer", "extract.seen"]


def test_an_extract_about_money_is_closed_to_those_who_see_identity_only(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier, flows=["identity", "work"])
    api.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=clock.today(), file=an_extract())
    paper = Document.unscoped.get()
    assert paper.data_class == "money"
    assert not Document.objects.visible_to(centre.actor("clerk")).filter(pk=paper.pk).exists()
    assert Document.objects.visible_to(centre.actor("payer")).filter(pk=paper.pk).exists()


@pytest.mark.parametrize(
    ("flows", "data_class"), [(["identity", "residence"], "legal"), (["address", "centres"], "social"), (["residence", "tax"], "legal")]
)
def test_an_extract_is_shut_as_the_same_facts_are_here(centre, dossier, flows, data_class) -> None:
    """Residence is a legal matter (A21) and the help of another centre a social one: neither is the counter's or the payer's."""
    row = ask(centre.actor("worker"), dossier, flows=flows)
    api.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=clock.today(), file=an_extract())
    paper = Document.unscoped.get()
    assert paper.data_class == data_class
    seen = {who: Document.objects.visible_to(centre.actor(who)).filter(pk=paper.pk).exists() for who in ("worker", "clerk", "payer")}
    assert seen == {"worker": True, "clerk": False, "payer": False}


def test_the_cell_sees_questions_and_neither_dossiers_nor_papers(centre, dossier) -> None:
    cell = a_cell()
    row = ask(centre.actor("worker"), dossier)
    assert list(ExtractRequest.objects.visible_to(cell)) == [row]
    api.answer_extract(actor=cell, extract=row, state="answered", data_on=clock.today(), file=an_extract())
    assert not dossiers.Dossier.objects.visible_to(cell).exists()
    assert not Document.objects.visible_to(cell).exists()
    assert not Entry.objects.visible_to(cell).exists()
    assert [name for name in ("identity", "social", "health", "money", "legal", "security") if may_see(cell, name)] == ["identity"]


def test_after_ninety_days_the_cell_no_longer_sees_what_it_answered(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    cell = a_cell()
    api.answer_extract(actor=cell, extract=row, state="nothing", data_on=clock.today())
    assert ExtractRequest.objects.visible_to(cell).exists()
    ExtractRequest.unscoped.update(settled_at=clock.now() - dt.timedelta(days=91))
    assert not ExtractRequest.objects.visible_to(cell).exists()
    assert ExtractRequest.objects.visible_to(centre.actor("worker")).exists()


@pytest.mark.parametrize("who", ["clerk", "payer", "lawyer", "auditor", "stranger", "member", "administrator"])
def test_who_does_not_inquire_asks_nothing(centre, dossier, who) -> None:
    with pytest.raises(NotAllowed):
        ask(centre.actor(who), dossier)
    assert not ExtractRequest.unscoped.exists() and open_items("answer") == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"person_ids": []}, "persons"),
        ({"person_ids": [999_999]}, "persons"),
        ({"flows": []}, "flows"),
        ({"flows": ["everything"]}, "flows"),
        ({"purpose": "   voir  "}, "purpose"),
        ({"wanted_on": dt.date(2020, 1, 1)}, "wanted_on"),
        ({"line_id": 4711}, "line"),
    ],
)
def test_a_question_needs_whom_what_why_and_when(centre, dossier, wrong, field) -> None:
    with pytest.raises(api.InvalidExtract) as refused:
        ask(centre.actor("worker"), dossier, **wrong)
    assert refused.value.field == field
    assert not ExtractRequest.unscoped.exists()


def test_nothing_is_asked_for_a_closed_dossier(centre, dossier) -> None:
    dossiers.close_dossier(actor=centre.actor("worker"), dossier=dossier, code="moved", reason="")
    with pytest.raises(dossiers.DossierIsClosed):
        ask(centre.actor("worker"), dossiers.Dossier.unscoped.get(pk=dossier.pk))
    assert not ExtractRequest.unscoped.exists()


def test_what_was_asked_of_late_is_said_before_it_is_asked_again(centre, dossier) -> None:
    ask(centre.actor("worker"), dossier)
    ExtractRequest.unscoped.update(asked_at=clock.now() - dt.timedelta(days=3))
    with pytest.raises(api.AskedAlready) as refused:
        ask(centre.actor("colleague"), dossier, flows=["household", "tax"])
    assert refused.value.found == [
        "Marie-Ange Nzeyimana-Vandenbroucke : demandé il y a 3 jours par Amélie Lambrecht, pas encore de réponse (Adresse et historique, Ménage et historique)"
    ]
    assert ExtractRequest.unscoped.count() == 1
    ask(centre.actor("colleague"), dossier, flows=["tax"])  # another question
    ask(centre.actor("colleague"), dossier, again=True)
    assert ExtractRequest.unscoped.count() == 3


@pytest.mark.parametrize(("age", "fresh"), [(89, True), (91, False)])
def test_an_answer_stays_fresh_for_ninety_days(centre, dossier, age, fresh) -> None:
    row = ask(centre.actor("worker"), dossier)
    day = clock.today() - dt.timedelta(days=age)
    api.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=day, file=an_extract())
    if not fresh:
        return ask(centre.actor("worker"), dossier) and None
    with pytest.raises(api.AskedAlready) as refused:
        ask(centre.actor("worker"), dossier)
    assert f"la réponse du {day:%d/%m/%Y} est encore récente" in refused.value.found[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"state": "answered", "data_on": dt.date(2020, 1, 1)}, "file"),
        ({"state": "nothing"}, "data_on"),
        ({"state": "nothing", "data_on": dt.date(2999, 1, 1)}, "data_on"),
        ({"state": "refused", "words": "  "}, "words"),
        ({"state": "withdrawn", "words": "non"}, "state"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(centre, dossier, wrong, field) -> None:
    row = ask(centre.actor("worker"), dossier)
    with pytest.raises(api.InvalidExtract) as refused:
        api.answer_extract(actor=a_cell(), extract=row, **wrong)
    assert refused.value.field == field
    assert ExtractRequest.unscoped.get().state == "asked" and len(open_items("answer")) == 1


def test_only_the_cell_answers_and_only_once(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    for who in ("worker", "chief", "clerk", "administrator"):
        with pytest.raises(NotAllowed):
            api.answer_extract(actor=centre.actor(who), extract=row, state="nothing", data_on=clock.today())
    api.answer_extract(actor=a_cell(), extract=row, state="refused", words="Hors finalité")
    with pytest.raises(api.AlreadySettled) as late:
        api.answer_extract(actor=a_cell(), extract=row, state="nothing", data_on=clock.today())
    assert late.value.who == "Inès Marchal"
    fresh = ExtractRequest.unscoped.get()
    assert (fresh.state, fresh.words, fresh.data_on, fresh.document) == ("refused", "Hors finalité", None, None)


def test_a_withdrawn_question_leaves_the_cell(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    with pytest.raises(NotAllowed):
        api.withdraw_extract(actor=centre.actor("stranger"), extract=row, words="inutile")
    with pytest.raises(api.InvalidExtract):
        api.withdraw_extract(actor=centre.actor("worker"), extract=row, words=" ")
    assert len(open_items("answer")) == 1
    api.withdraw_extract(actor=centre.actor("worker"), extract=row, words="La personne l’a apporté")
    assert open_items("answer") == [] and ExtractRequest.unscoped.get().state == "withdrawn"
    with pytest.raises(api.AlreadySettled):
        api.answer_extract(actor=a_cell(), extract=row, state="nothing", data_on=clock.today())
    assert verbs(dossier) == ["extract.ask", "extract.withdraw"]


def test_who_has_left_gets_no_task_and_the_service_does(centre, dossier) -> None:
    row = ask(centre.actor("worker"), dossier)
    type(centre.worker).objects.filter(pk=centre.worker.pk).update(is_active=False)
    api.answer_extract(actor=a_cell(), extract=row, state="nothing", data_on=clock.today())
    task = open_items("read")[0]
    assert (task.owner_id, task.queue, task.unit_id) == (None, "social_worker", dossier.unit_id)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "active"),
        (b"<?xml version='1.0'?><a><b></a>", "damaged"),
        (b"<html><script>alert(1)</script></html>", "kind"),
    ],
)
def test_an_xml_that_brings_something_in_or_is_broken_is_refused(content, code) -> None:
    with pytest.raises(UploadRefused) as refused:
        accept_upload(an_upload(content=content), kinds=("pdf", "xml"))
    assert refused.value.code == code


def test_mean_and_median_are_those_of_the_answers() -> None:
    hours = [dt.timedelta(hours=n) for n in (2, 4, 30)]
    found = calculations.times(hours)
    assert found == calculations.Times(3, dt.timedelta(hours=12), dt.timedelta(hours=4))
    assert calculations.times([]) is None
    months = calculations.by_month([(dt.date(2026, 10, 3), hours[0]), (dt.date(2026, 11, 30), hours[1]), (dt.date(2026, 11, 1), hours[2])])
    assert [(month, one.count, one.mean) for month, one in months] == [
        (dt.date(2026, 11, 1), 2, dt.timedelta(hours=17)),
        (dt.date(2026, 10, 1), 1, dt.timedelta(hours=2)),
    ]
    assert calculations.ages([0, 1, 2, 3, 7, 8, 40]) == [1, 2, 2, 2]


def test_the_overview_counts_answers_and_what_waits_and_forgets_what_was_withdrawn(centre, dossier) -> None:
    worker, cell = centre.actor("worker"), a_cell()
    first, second, third, _waits = (ask(worker, dossier, again=True) for _ in range(4))
    api.answer_extract(actor=cell, extract=first, state="nothing", data_on=clock.today())
    api.answer_extract(actor=cell, extract=second, state="refused", words="Hors finalité")
    api.withdraw_extract(actor=worker, extract=third, words="inutile")
    now = clock.now()
    ExtractRequest.unscoped.filter(pk=first.pk).update(asked_at=now - dt.timedelta(hours=10), settled_at=now)
    ExtractRequest.unscoped.filter(pk=second.pk).update(asked_at=now - dt.timedelta(hours=20), settled_at=now)
    found = selectors.overview()
    assert found.all == calculations.Times(2, dt.timedelta(hours=15), dt.timedelta(hours=15))
    assert (found.waiting, found.late, found.ages) == (1, 0, [1, 0, 0, 0])
    assert as_actor(centre.chief).has("chief")
