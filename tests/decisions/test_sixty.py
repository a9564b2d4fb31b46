"""A session of sixty cases from the agenda to the signed minutes (C5): what each case asks for, and what the pages cost."""

from dataclasses import replace
from decimal import Decimal

import pypdfium2
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.decisions import api
from parvis.decisions.models import Decision, Minutes
from parvis.kernel import jobs
from tests.decisions import factories as f

CASES = 60
HIDDEN = "Haddadzwart"


def name(number: int) -> str:
    return HIDDEN if number == 7 else f"Client{number:02}"


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).split())


def shown(client, account, url: str) -> str:
    """The page as this person sees it, read with at most 25 queries (the second time: the first fills what a process keeps)."""
    client.force_login(account)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == 200 and len(queries) <= 25, (url, len(queries))
    return answer.content.decode()


def test_sixty_cases_are_decided_one_by_one_and_in_a_batch_and_the_minutes_are_numbered_and_signed(client, centre):
    following = f.make_session(centre, days=21)
    proposals = {n: f.validated(centre, names=("Aya", name(n))) for n in range(1, CASES + 1)}
    session = f.opened(centre, list(proposals.values()))
    items = {n: f.item_of(session, proposal) for n, proposal in proposals.items()}
    assert sorted(item.position for item in items.values()) == list(range(1, CASES + 1))

    api.declare_recusal(actor=centre.lejeune, item=items[7], account_id=centre.account("lejeune").pk, label="Bernard Lejeune")
    agenda = reverse("decisions:agenda", args=[session.uuid])
    case = reverse("decisions:item", args=[session.uuid, items[30].uuid])
    for who in ("secretary", "anciaux", "lejeune"):
        listed, one = shown(client, centre.account(who), agenda), shown(client, centre.account(who), case)
        assert name(1) in listed and name(60) in listed and name(30) in one
        assert (HIDDEN in listed) == (HIDDEN in one) == (who != "lejeune")  # the case shows its neighbours beside it
    assert client.get(reverse("decisions:item", args=[session.uuid, items[7].uuid])).status_code == 404  # the recused member

    def decide(n: int, outcome: str = "granted", **more) -> Decision:
        return api.decide(actor=centre.secretary, item=items[n], outcome=outcome, **more)

    less = [replace(f.once(proposals[1].line_id), amount=Decimal("250.00"))]
    amended = decide(1, "adjusted", provisions=less, reason="Le bailleur a réduit la garantie à deux mois.")
    postponed = decide(2, "postponed", reason="La personne sera entendue.", postpone_to=following)
    voted = decide(3, tally=api.Tally(3, 1, 0))
    abstained = decide(4, tally=api.Tally(3, 0, 1))
    without_him = decide(7, tally=api.Tally(2, 0, 1))
    assert (amended.deviates, postponed.outcome, f.item_of(following, proposals[2]).carried_from_id) == (True, "postponed", items[2].pk)
    assert [(d.present, d.votes_for, d.votes_against, d.votes_abstain) for d in (voted, abstained, without_him)] == [
        (4, 3, 1, 0),
        (4, 3, 0, 1),
        (3, 2, 0, 1),
    ]
    rest = api.unflagged(session)
    assert len(rest) == CASES - 5
    api.decide_batch(actor=centre.secretary, session=session, locks={item.pk: item.lock for item in rest})
    numbers = sorted(Decision.unscoped.values_list("number", flat=True))
    assert numbers == [f"CSSS 2026/{n:04}" for n in range(1, CASES + 1)]
    paid = [provision.amount for _number, provision in f.OnceKind.applied]
    assert sorted(paid) == [Decimal("250.00")] + [Decimal("300.00")] * (CASES - 2)

    api.close_session(actor=centre.secretary, session=session)
    f.run_jobs()
    minutes = Minutes.unscoped.get()
    assert (minutes.number, minutes.state) == ("PV CSSS 2026/001", "draft")
    api.sign_minutes(actor=centre.president, minutes=minutes, role="president")
    api.sign_minutes(actor=centre.secretary, minutes=minutes, role="secretary")
    f.run_jobs()
    jobs.run_pending(kinds={"decisions.render_minutes"}, raise_errors=True)
    minutes.refresh_from_db()
    assert minutes.state == "signed" and (minutes.president_label, minutes.secretary_label) == ("Sophie Marchal", "Nathalie Cuvelier")

    page, paper = reverse("decisions:minutes", args=[minutes.uuid]), reverse("decisions:minutes_pdf", args=[minutes.uuid])
    for who in ("secretary", "lejeune"):
        read = shown(client, centre.account(who), page)
        printed = words(client.get(paper).content)
        for n in range(1, CASES + 1):
            seen = n != 7 or who != "lejeune"
            assert (name(n) in read, name(n) in printed) == (seen, seen), (who, n)
        assert "Sophie Marchal" in printed and "Nathalie Cuvelier" in printed and minutes.number in printed
        assert "250,00 €" in printed and "3 pour, 0 contre, 1 abstention" in printed
