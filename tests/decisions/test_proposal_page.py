"""The proposal page: where it leads, what it begins with, what it keeps while one types; a further decision has terms of its own."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from parvis.aid.provisions import Ris
from parvis.decisions import api
from parvis.decisions.models import Proposal, ProposalVersion
from parvis.decisions.selectors import latest_version
from parvis.dossiers import api as dossiers
from parvis.kernel import registries
from parvis.requests import api as requests
from parvis.requests.models import Clock
from tests.contacts.factories import make_person
from tests.decisions import factories as f
from tests.decisions.test_pages import form_of


def test_it_leads_to_the_dossier_and_to_the_request(client, centre):
    proposal = f.make_proposal(centre)
    card = requests.line_card(proposal.line_id)
    client.force_login(centre.account("worker"))
    page = client.get(reverse("decisions:proposal", args=[proposal.uuid])).content.decode()
    for target in (reverse("dossiers:detail", args=[proposal.dossier.uuid]), reverse("requests:detail", args=[card.request_uuid])):
        assert f'<a href="{target}">' in page


def _household(centre, line_id: int, role: str, born: str) -> None:
    other = make_person("Benali", "Noé", born)
    dossier = dossiers.Dossier.objects.visible_to(f.ROOT).get(pk=requests.line_card(line_id).dossier_id)
    dossiers.add_member(actor=f.ROOT, dossier=dossier, person=other, role=role, valid_from=date(2026, 1, 1))


def test_the_category_is_that_of_the_household_on_the_day_and_says_why(client, centre):
    registries.provisions._items["aid.ris"] = Ris()
    for names, household, expected, why in (
        (("Aya", "Benali"), [], "2", "Ménage au 02/03/2026 : personne d’autre n’y vit."),
        (("Lina", "Lemmens"), [("child", "2015-04-01")], "3", "Ménage au 02/03/2026 : enfant mineur, Noé Benali."),
        (("Tom", "Dupont"), [("parent", "1960-04-01")], "1", "Ménage au 02/03/2026 : vit avec Noé Benali."),
        (("Eva", "Peeters"), [("child", "2001-04-01")], "1", "Ménage au 02/03/2026 : vit avec Noé Benali."),
    ):
        line_id = f.make_line(centre, names=names)
        for role, born in household:
            _household(centre, line_id, role, born)
        proposal = api.draft_proposal(actor=centre.worker, line_id=line_id)
        assert api.latest(proposal).provisions[0]["details"]["category"] == expected
        client.force_login(centre.account("worker"))
        page = client.get(reverse("decisions:proposal", args=[proposal.uuid])).content.decode()
        assert why in page.replace("\xa0", " ").replace("\u202f", " ")


def test_grants_are_kept_while_one_types_and_a_half_typed_one_does_not_lose_the_text(client, centre):
    line_id = f.make_line(centre)
    proposal = f.make_proposal(centre, line_id=line_id, provision=f.month(line_id, "2"))
    url = reverse("decisions:proposal", args=[proposal.uuid])
    client.force_login(centre.account("worker"))
    answer = client.post(url, form_of(proposal, **{"p0-d_category": "1"}), headers={"X-Autosave": "1"})
    kept = latest_version(centre.worker, proposal)
    assert answer.status_code == 200 and kept.provisions[0]["details"]["category"] == "1"
    (shown,) = answer.json()["shown"].items()
    assert shown[0] == "amount-" + kept.provisions[0]["key"] and shown[1].replace("\xa0", " ") == "876,13 €"

    words = f.FACTS + " Elle cherche un logement moins cher."
    answer = client.post(url, form_of(proposal, **{"p0-from_on": "", "b-facts": words}), headers={"X-Autosave": "1"})
    last = latest_version(centre.worker, proposal)
    granted = [{**row, "calculation_id": None} for row in last.provisions]
    assert answer.status_code == 422 and granted == [{**row, "calculation_id": None} for row in kept.provisions]
    assert any(block["text"] == words for block in last.blocks)
    assert ProposalVersion.unscoped.filter(proposal=proposal).count() == last.no - 1


def test_a_further_decision_starts_its_own_notify_and_pay_terms(centre):
    line_id = f.make_line(centre)
    with f.at(2):
        first = f.decided(centre, line_id=line_id)
        for kind in ("notify", "pay"):
            requests.meet_clock(actor=f.ROOT, line_id=line_id, kind=kind)
    with f.at(20, month=4):
        proposal = f.validated(centre, line_id=line_id)
        session = f.opened(centre, [proposal], days=1)
        second = api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    assert second.replaces == first and Proposal.unscoped.filter(line_id=line_id).count() == 2
    rows = list(
        Clock.unscoped.filter(line_id=line_id, kind__in=("notify", "pay"))
        .order_by("kind", "pk")
        .values_list("kind", "started_by", "started_on", "met_on", "live")
    )
    early, late = date(2026, 3, 2), date(2026, 4, 20)
    assert rows == [
        (kind, number, day, met, live)
        for kind in ("notify", "pay")
        for number, day, met, live in ((first.number, early, early, None), (second.number, late, None, 1))
    ]


def test_a_term_that_was_not_met_goes_on(centre):
    line_id = f.make_line(centre)
    first = f.decided(centre, line_id=line_id)
    assert requests.renew_clock(actor=f.ROOT, line_id=line_id, kind="pay", started_by="CSSS 2026/0099").started_by == first.number
    assert Clock.unscoped.filter(line_id=line_id, kind="pay").count() == 1
