"""A recused member sees nothing of the case: list, count, previous and next, pack, decision, search, minutes, PDF."""

import json
import re

import pypdfium2
import pytest
from django.urls import reverse

from parvis.decisions import api, selectors
from parvis.decisions.models import AgendaItem, Decision, MemberPack, Minutes, Notification, Proposal
from parvis.decisions.search import search
from parvis.kernel import registries
from tests.api.factories import a_program
from tests.decisions import factories as f

HIDDEN = ("Ines", "Haddadzwart")


@pytest.fixture
def story(centre):
    """Three cases; Bernard Lejeune is recused in the second; two are decided, the session is closed."""
    first = f.validated(centre, names=("Aya", "Benali"))
    second = f.validated(centre, names=HIDDEN, facts=f.FACTS + " Elle loue chez Lejeune.")
    third = f.validated(centre, names=("Paul", "Collard"))
    session = f.opened(centre, [first, second, third])
    secret = f.item_of(session, second)
    api.declare_recusal(actor=centre.lejeune, item=secret, account_id=centre.account("lejeune").pk, label="Bernard Lejeune")
    return {"session": session, "first": first, "second": second, "third": third, "secret": secret}


def words(story) -> list[str]:
    """What would give the case away."""
    second, secret = story["second"], story["secret"]
    found = ["Haddadzwart", "Ines", str(second.uuid), str(secret.uuid), second.dossier.number]
    decision = Decision.unscoped.filter(proposal=second).first()
    return found + ([decision.number, str(decision.uuid)] if decision else [])


def expect_nothing(text: str, story) -> None:
    for word in words(story):
        assert word not in text, f"{word!r} leaks"


def pages(session) -> list[str]:
    return [
        reverse("decisions:sessions"),
        reverse("decisions:session", args=[session.uuid]),
        reverse("decisions:agenda", args=[session.uuid]),
        reverse("decisions:decisions"),
        reverse("decisions:decisions") + "?q=CSSS",
        reverse("decisions:decisions") + "?show=to-notify",
    ]


def closed(centre, story):
    session = story["session"]
    for name in ("first", "second", "third"):
        api.decide(actor=centre.secretary, item=f.item_of(session, story[name]), outcome="granted")
    api.close_session(actor=centre.secretary, session=session)
    f.run_jobs()
    return Minutes.unscoped.get()


def test_open_session_every_page(client, centre, story):
    client.force_login(centre.account("lejeune"))
    session = story["session"]
    for url in pages(session):
        response = client.get(url)
        assert response.status_code == 200, url
        expect_nothing(response.content.decode(), story)
    for name in ("first", "third"):
        response = client.get(reverse("decisions:item", args=[session.uuid, f.item_of(session, story[name]).uuid]))
        assert response.status_code == 200
        expect_nothing(response.content.decode(), story)


def test_the_cases_own_addresses_do_not_exist_for_him(client, centre, story):
    closed(centre, story)
    client.force_login(centre.account("lejeune"))
    session, secret, second = story["session"], story["secret"], story["second"]
    decision = Decision.unscoped.get(proposal=second)
    for url in (
        reverse("decisions:item", args=[session.uuid, secret.uuid]),
        reverse("decisions:recuse", args=[secret.uuid]),
        reverse("decisions:decision", args=[decision.uuid]),
        reverse("decisions:pack", args=[decision.uuid]),
        reverse("decisions:letter_pdf", args=[decision.uuid]),
        reverse("decisions:proposal", args=[second.uuid]),
        reverse("decisions:versions", args=[second.uuid]),
    ):
        assert client.get(url).status_code == 404, url
    assert client.post(reverse("decisions:recuse", args=[secret.uuid])).status_code == 404


def test_counts_and_places_leave_no_gap(centre, story):
    mine, whole = selectors.agenda(centre.lejeune, story["session"]), selectors.agenda(centre.anciaux, story["session"])
    assert (mine.total, whole.total) == (2, 3)
    assert [row.place for row in mine.rows] == [1, 2]
    assert [row.name for row in mine.rows] == ["Aya Benali", "Paul Collard"]
    (card,) = selectors.sessions_for(centre.lejeune)
    assert (card.items, card.left) == (2, 2)


def test_previous_and_next_jump_over_it(centre, story):
    session = story["session"]
    first, third = f.item_of(session, story["first"]), f.item_of(session, story["third"])
    assert selectors.agenda(centre.lejeune, session, first).following.item.pk == third.pk
    assert selectors.agenda(centre.lejeune, session, third).previous.item.pk == first.pk
    assert selectors.agenda(centre.anciaux, session, first).following.item.pk == story["secret"].pk


@pytest.mark.parametrize("model", [Proposal, AgendaItem, Decision, Notification])
def test_no_row_reaches_him_by_any_model(centre, story, model):
    closed(centre, story)
    path = {Proposal: "pk", AgendaItem: "proposal_id", Decision: "proposal_id", Notification: "decision__proposal_id"}[model]
    seen = set(model.objects.visible_to(centre.lejeune).values_list(path, flat=True))
    assert story["second"].pk not in seen
    if model in (AgendaItem, Decision):
        assert seen == {story["first"].pk, story["third"].pk}


def test_neither_member_pack_nor_opinion_nor_version(centre, story):
    assert not MemberPack.objects.visible_to(centre.lejeune).filter(item=story["secret"]).exists()
    assert selectors.member_pack(centre.lejeune, story["secret"]) is None
    assert selectors.member_pack(centre.anciaux, story["secret"])["person"]["name"] == "Ines Haddadzwart"


def test_search_does_not_find_it(centre, story):
    closed(centre, story)
    number = Decision.unscoped.get(proposal=story["second"]).number
    assert search(centre.lejeune, number, 10) == []
    assert [hit.title.split(" · ")[1] for hit in search(centre.anciaux, number, 10)] == ["Ines Haddadzwart"]
    everything = [
        hit
        for source in registries.search_sources.all()
        if source.access(centre.lejeune)
        for hit in source.search(centre.lejeune, "Haddadzwart", 10)
    ]
    assert everything == []


def test_minutes_page_and_pdf_have_no_trace(client, centre, story):
    minutes = closed(centre, story)
    client.force_login(centre.account("lejeune"))
    page = client.get(reverse("decisions:minutes", args=[minutes.uuid]))
    assert page.status_code == 200 and "Paul Collard" in page.content.decode()
    expect_nothing(page.content.decode(), story)
    answer = client.get(reverse("decisions:minutes_pdf", args=[minutes.uuid]))
    text = " ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(answer.content))
    assert "Collard" in text
    expect_nothing(text, story)
    client.force_login(centre.account("anciaux"))
    answer = client.get(reverse("decisions:minutes_pdf", args=[minutes.uuid]))
    text = " ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(answer.content))
    assert "Haddadzwart" in text and "Bernard Lejeune" in text


def test_the_minutes_document_is_no_side_door(client, centre, story):
    minutes = closed(centre, story)
    from parvis.documents.models import Document

    document = Document.unscoped.get(pk=minutes.document_id or Minutes.unscoped.get().document_id)
    for who in ("lejeune", "anciaux", "worker", "secretary"):
        assert not Document.objects.visible_to(getattr(centre, who)).filter(pk=document.pk).exists()


def test_recusal_wins_over_every_other_right(centre, story):
    from dataclasses import replace

    mighty = replace(centre.lejeune, grants=centre.lejeune.grants | centre.secretary.grants | centre.chief.grants | centre.auditor.grants)
    for model in (Proposal, AgendaItem):
        seen = set(model.objects.visible_to(mighty).values_list("pk" if model is Proposal else "proposal_id", flat=True))
        assert seen == {story["first"].pk, story["third"].pk}


def test_the_others_see_all_three_and_know_who_left(client, centre, story):
    client.force_login(centre.account("secretary"))
    text = client.get(reverse("decisions:item", args=[story["session"].uuid, story["secret"].uuid])).content.decode()
    assert "Haddadzwart" in text
    assert re.search(r"Bernard Lejeune.*?Conflit", text, re.S)


def test_the_case_of_a_member_who_is_not_recused_elsewhere_keeps_its_quorum(centre, story):
    decision = api.decide(actor=centre.secretary, item=story["secret"], outcome="granted")
    assert decision.present == 3
    pack = json.loads(decision.pack.content) if hasattr(decision, "pack") else None
    assert pack is None or pack["recusals"] == ["Bernard Lejeune"]


def test_a_program_of_his_reads_nothing_of_the_case(centre, story):
    closed(centre, story)
    every, his = a_program(centre.account("secretary")), a_program(centre.account("lejeune"))
    assert len(every.json("decisions")["items"]) == 3
    told = his.json("decisions")
    assert len(told["items"]) == 2
    expect_nothing(str(told), story)
    assert his.get("search", q="Haddadzwart").json()["items"] == []
    assert his.get("decisions", dossier=story["second"].dossier.number).status_code == 404
