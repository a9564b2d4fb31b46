"""What each page costs: the same number of queries with one row and with three, never above 25 (measured, not estimated)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.decisions import api
from parvis.decisions.models import Decision, Proposal
from tests.decisions import factories as f

NAMES = (("Aya", "Benali"), ("Noé", "Lemmens"), ("Lina", "Dupont"))
LIMIT = 25


@pytest.fixture
def cost(client, centre) -> Callable[[str, str], int]:
    """Queries of the second opening by this person: the first fills what a process keeps for good."""

    def measure(who: str, url: str) -> int:
        client.force_login(centre.account(who))
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    return measure


def _proposal_with(centre, rows: int) -> Proposal:
    """A case with so many grants, pieces, situation lines and opinions."""
    line_id = f.make_line(centre, names=NAMES[rows - 1])
    grants = [f.month(line_id, key=f"m{n}") for n in range(rows)] + [f.once(line_id, key=f"g{n}") for n in range(1, rows)]
    proposal = f.make_proposal(centre, line_id=line_id, provision=grants[0])
    latest = api.latest(proposal)
    api.save_version(actor=centre.worker, proposal=proposal, own={"facts": f.FACTS}, provisions=grants, base_no=latest.no)
    for n in range(rows):
        f.attach(proposal.dossier, f"Pièce {n}", ("income", "housing", "bank")[n])
        opinion = api.ask_opinion(actor=centre.chief, proposal=proposal, question=f"Question {n} ?")
        api.give_opinion(actor=centre.lawyer, opinion=opinion, value="favourable", text="Oui.")
    return Proposal.unscoped.get(pk=proposal.pk)


def test_the_proposal(centre, cost):
    one, three = _proposal_with(centre, 1), _proposal_with(centre, 3)
    counts = [cost("worker", reverse("decisions:proposal", args=[p.uuid])) for p in (one, three)]
    assert counts[0] == counts[1] <= LIMIT


def test_the_proposal_after_a_first_decision(centre, cost):
    """What changed since is compared; it costs no more with a longer history."""
    urls = []
    for rows in (1, 3):
        line_id = f.make_line(centre, names=NAMES[rows - 1])
        for _n in range(rows):
            proposal = f.validated(centre, line_id=line_id, provision=f.month(line_id))
            session = f.opened(centre, [proposal], days=7 + _n + 10 * rows)
            api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
            api.close_session(actor=centre.secretary, session=session)
        urls.append(reverse("decisions:proposal", args=[f.make_proposal(centre, line_id=line_id, provision=f.month(line_id)).uuid]))
    counts = [cost("worker", url) for url in urls]
    assert counts[0] == counts[1] <= LIMIT


def _session(centre, rows: int, days: int):
    return f.opened(centre, [f.validated(centre, names=NAMES[n]) for n in range(rows)], days=days)


def test_the_agenda(centre, cost):
    counts = [cost("secretary", reverse("decisions:agenda", args=[_session(centre, rows, 7 * rows).uuid])) for rows in (1, 3)]
    assert counts[0] == counts[1] <= LIMIT


def test_a_case_in_committee(centre, cost):
    for who in ("secretary", "anciaux"):
        counts = []
        for rows in (1, 3):
            session = _session(centre, rows, 7 * rows + (who == "anciaux"))
            item = api.AgendaItem.unscoped.filter(session=session).order_by("position")[0]
            counts.append(cost(who, reverse("decisions:item", args=[session.uuid, item.uuid])))
        assert counts[0] == counts[1] <= LIMIT


def test_a_decision(centre, cost):
    urls = []
    for rows in (1, 3):
        line_id = f.make_line(centre, names=NAMES[rows - 1])
        proposal = f.make_proposal(centre, line_id=line_id)
        latest = api.latest(proposal)
        grants = [f.once(line_id, key=f"g{n}") for n in range(rows)]
        api.save_version(actor=centre.worker, proposal=proposal, own={"facts": f.FACTS}, provisions=grants, base_no=latest.no)
        proposal = api.submit_proposal(actor=centre.worker, proposal=proposal)
        proposal = api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
        session = f.opened(centre, [proposal], days=7 * rows)
        decision = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
        urls.append(reverse("decisions:decision", args=[decision.uuid]))
    counts = [cost("worker", url) for url in urls]
    assert counts[0] == counts[1] <= LIMIT


def test_the_lists(centre, cost):
    def counts() -> list[int]:
        return [
            cost("worker", reverse("decisions:proposals")),
            cost("secretary", reverse("decisions:sessions")),
            cost("secretary", reverse("decisions:decisions")),
        ]

    f.decided(centre, names=NAMES[0])
    f.make_proposal(centre, names=NAMES[0])
    one = counts()
    for n in (1, 2):
        proposal = f.validated(centre, names=NAMES[n])
        session = f.opened(centre, [proposal], days=7 + n)
        api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
        f.make_proposal(centre, names=NAMES[n])
    assert Decision.unscoped.count() == 3
    assert one == counts()
    assert max(one) <= LIMIT
