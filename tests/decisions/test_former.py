"""A file that went to another service takes its requests, proposals and decisions along. The service of before reads what was asked for as long
as the rule lets it, and neither proposal nor decision; who wrote a proposal has no more than that (B57, B26)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.decisions.models import Decision, Pack, Proposal, ProposalVersion
from parvis.dossiers import api as dossiers
from parvis.dossiers.models import Dossier
from parvis.dossiers.services import grants
from parvis.identity.api import add_agent_to_sector, create_sector, update_sector
from parvis.identity.models import Account
from parvis.kernel import clock
from parvis.requests.models import Request, RequestLine
from tests.api.factories import a_program
from tests.identity.factories import SYSTEM, a_unit, an_account, as_actor

from .factories import Centre, decided, make_line, make_proposal, run_jobs

pytestmark = pytest.mark.django_db
ALL = {"page", "receipt", "list", "part", "export", "search", "palette", "count", "API", "API of the file", "paper"}


@dataclass
class Case:
    dossier: Dossier
    request: Request
    decision: Decision
    proposal: Proposal


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def case(centre: Centre) -> Case:
    decision = decided(centre)
    run_jobs()
    proposal = Proposal.unscoped.get(pk=decision.proposal_id)
    request = Request.unscoped.get(lines__pk=proposal.line_id)
    RequestLine.unscoped.filter(request=request).exclude(pk=proposal.line_id).update(stage="decided")
    return Case(Dossier.unscoped.select_related("unit").get(pk=proposal.dossier_id), request, decision, proposal)


@pytest.fixture
def head() -> Account:
    return an_account("chief", unit=a_unit("SUD"), name="Nadia Wouters")


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def give(centre: Centre, dossier: Dossier, head: Account, **left: Any) -> None:
    unit = next(one.unit for one in head.grants.all())
    offered = dossiers.offer_transfer(actor=centre.worker, dossier=dossier, unit=unit, reason="Déménage au sud")
    dossiers.accept_transfer(actor=as_actor(head), transfer=offered, **left)


def body(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace") if answer.status_code == 200 else ""


def requests_shown(account: Account, case: Case) -> set[str]:
    """The ways that show the request: page, part, search, count, export, program and file."""
    client, program, row = browser(account), a_program(account), case.request
    detail = reverse("requests:detail", args=[row.uuid])
    part = {"HX-Request": "true", "HX-Target": "requests"}
    ways = {
        "page": client.get(detail).status_code == 200,
        "receipt": client.get(reverse("requests:receipt", args=[row.uuid])).status_code == 200,
        "list": detail in body(client, reverse("requests:index")),
        "part": detail in body(client, reverse("requests:index"), **part),
        "export": row.number in body(client, reverse("requests:index") + "?export=csv"),
        "search": detail in body(client, f"/search/?q={row.number}"),
        "palette": detail in body(client, f"/palette/?q={row.number}"),
        "count": Request.objects.visible_to(as_actor(account)).filter(pk=row.pk).count() == 1,
        "API": row.number in program.get("requests").content.decode(),
        "API of the file": row.number in program.get(f"requests?dossier={case.dossier.number}").content.decode(),
        "paper": any(client.get(reverse("documents:download", args=[one.uuid])).status_code == 200 for one in papers(case)),
    }
    return {name for name, shown in ways.items() if shown}


def papers(case: Case) -> list[Any]:
    from parvis.documents.models import Document

    return list(Document.unscoped.filter(subject_type="request", subject_id=case.request.pk))


def decisions_shown(account: Account, case: Case) -> set[str]:
    client, program, actor = browser(account), a_program(account), as_actor(account)
    pages = {
        "decision": reverse("decisions:decision", args=[case.decision.uuid]),
        "pack": reverse("decisions:pack", args=[case.decision.uuid]),
        "letter": reverse("decisions:letter_pdf", args=[case.decision.uuid]),
        "proposal": reverse("decisions:proposal", args=[case.proposal.uuid]),
        "versions": reverse("decisions:versions", args=[case.proposal.uuid]),
    }
    found = {name for name, url in pages.items() if client.get(url).status_code == 200}
    number = case.decision.number
    told = {
        "list": number in body(client, reverse("decisions:decisions")),
        "proposals": str(case.proposal.uuid) in body(client, reverse("decisions:proposals") + "?state=decided"),
        "search": pages["decision"] in body(client, f"/search/?q={number}"),
        "API": number in program.get("decisions").content.decode(),
        "count": Decision.objects.visible_to(actor).exists() or Proposal.objects.visible_to(actor).exists(),
        "frozen": Pack.objects.visible_to(actor).exists() or ProposalVersion.objects.visible_to(actor).exists(),
    }
    return found | {name for name, shown in told.items() if shown}


def test_what_was_asked_for_is_read_as_long_as_the_rule_says(centre: Centre, case: Case, head: Account) -> None:
    worker = centre.account("worker")
    assert requests_shown(worker, case) == ALL
    give(centre, case.dossier, head)
    assert Request.unscoped.get(pk=case.request.pk).unit.code == "SUD"
    assert requests_shown(worker, case) == ALL, "ninety days of what is social"
    assert requests_shown(head, case) == ALL, "the new service reads what was decided before it came"
    with clock.travel(clock.now() + dt.timedelta(days=90)):
        assert requests_shown(worker, case) == set()
        assert requests_shown(head, case) == ALL


def test_where_nothing_social_was_left_nothing_is_read(centre: Centre, case: Case, head: Account) -> None:
    give(centre, case.dossier, head, read_classes=[])
    assert dossiers.Dossier.objects.visible_to(centre.worker).filter(pk=case.dossier.pk).exists(), "who it is, and no more"
    assert requests_shown(centre.account("worker"), case) == set()


def test_a_request_that_waits_is_the_new_service_s_alone(centre: Centre, head: Account) -> None:
    line = RequestLine.unscoped.select_related("request__dossier__unit").get(pk=make_line(centre))
    url = reverse("requests:detail", args=[line.request.uuid])
    assert browser(centre.account("worker")).get(url).status_code == 200
    give(centre, line.request.dossier, head)
    assert browser(centre.account("worker")).get(url).status_code == 404
    assert browser(head).get(url).status_code == 200


def test_the_service_of_before_changes_nothing_of_a_request(centre: Centre, case: Case, head: Account) -> None:
    give(centre, case.dossier, head)
    client, args = browser(centre.account("worker")), [case.request.uuid]
    text = client.get(reverse("requests:detail", args=args)).content.decode()
    for name in ("requests:take_over", "requests:correct", "requests:add_aid"):
        assert reverse(name, args=args) not in text, name
        assert client.get(reverse(name, args=args)).status_code == 404, name
        assert client.post(reverse(name, args=args), {"keys": "x", "aid": "x"}).status_code == 404, name
    assert client.post(reverse("requests:identify", args=args), {"q": "a"}).status_code == 404


def test_neither_proposal_nor_decision_stays_with_the_service_of_before(centre: Centre, case: Case, head: Account) -> None:
    worker = centre.account("worker")
    before = decisions_shown(worker, case)
    assert before >= {"decision", "pack", "letter", "proposal", "versions", "list", "search", "API", "count", "frozen"}
    give(centre, case.dossier, head)
    assert decisions_shown(worker, case) == set(), "not even to who wrote it"
    assert decisions_shown(head, case) >= {"decision", "pack", "letter", "proposal", "list", "search", "API"}


def test_a_reserved_sector_shuts_a_proposal_to_its_author_too(centre: Centre) -> None:
    """Who wrote it and follows the file no more has no need to know."""
    proposal = make_proposal(centre)
    dossier = Dossier.unscoped.get(pk=proposal.dossier_id)
    worker, url = centre.account("worker"), reverse("decisions:proposal", args=[proposal.uuid])
    youth = create_sector(actor=SYSTEM, code="JEUN", name="Jeunesse")
    add_agent_to_sector(actor=SYSTEM, account=centre.account("chief"), sector=youth)
    grants.set_sectors(actor=centre.chief, dossier=dossier, sectors=[youth])
    update_sector(actor=SYSTEM, sector=youth, name={"fr": "Jeunesse"}, reserved=True)
    assert browser(worker).get(url).status_code == 200, "its referent, whatever the sector"
    from parvis.dossiers.models import Referent

    row = Referent.unscoped.get(dossier=dossier, account=worker, live=1)
    with clock.travel(clock.now() + dt.timedelta(days=1)):
        dossiers.end_referent(actor=centre.chief, referent=row, on=clock.today())
        assert Proposal.objects.visible_to(as_actor(worker)).count() == 0
        for way in (browser(worker).get, browser(worker).post):
            assert way(url).status_code == 404
        assert str(proposal.uuid) not in browser(worker).get(reverse("decisions:proposals")).content.decode()
        assert browser(centre.account("chief")).get(url).status_code == 200
