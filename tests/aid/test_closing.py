"""What keeps a dossier open: named to who may see it, counted and not named to anybody else."""

from __future__ import annotations

import re

from django.urls import reverse

from parvis.decisions import api as decisions
from parvis.decisions.models import Proposal
from parvis.dossiers import services as dossiers
from parvis.dossiers.models import Dossier
from parvis.identity.api import actor_for
from parvis.identity.services.rights import set_class_rights
from tests.decisions import factories as made
from tests.identity.factories import a_unit, an_account

from . import factories as f


def _split(actor, dossier):
    found = dossiers.obstacles(actor, dossier)
    return [str(one.title) for one in found if not one.hidden], sum(1 for one in found if one.hidden)


def test_what_lies_outside_the_readers_scope_is_counted_and_not_named(world):
    centre, _team = world
    right = f.entitlement(f.granted(centre))
    dossier = Dossier.unscoped.get(pk=right.dossier_id)
    named, hidden = _split(centre.worker, dossier)
    assert any("Revenu d’intégration" in title for title in named) and any("Paiement ouvert" in title for title in named)
    # Steps that others have in hand: with whom, not what.
    assert hidden == 2 and all(one.detail and not one.url for one in dossiers.obstacles(centre.worker, dossier) if one.hidden)
    stranger = actor_for(an_account("chief", unit=a_unit("AUT"), name="Chef d’ailleurs"))
    assert _split(stranger, dossier) == ([], len(named) + hidden)
    assert all((one.url, one.due_on) == ("", None) for one in dossiers.obstacles(stranger, dossier))


def test_the_proposal_of_a_case_from_which_the_reader_is_recused_is_not_named(world):
    centre, _team = world
    line_id = made.make_line(centre)
    proposal = made.make_proposal(centre, line_id=line_id, provision=f.one_off(line_id))
    proposal = decisions.submit_proposal(actor=centre.worker, proposal=proposal)
    proposal = decisions.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = made.opened(centre, [proposal])
    both = an_account("chief", unit=centre.unit, name="Chef et membre")
    dossier = Dossier.unscoped.get(pk=proposal.dossier_id)
    before, _hidden = _split(actor_for(both), dossier)
    assert any(title == f"Proposition en cours : {proposal.title}" for title in before)
    decisions.add_member(
        actor=made.ROOT, committee=centre.committee, account_id=both.pk, label="Chef et membre", valid_from=made.SINCE, role="member"
    )
    decisions.declare_recusal(actor=centre.secretary, item=made.item_of(session, proposal), account_id=both.pk, label="x", reason="Voisin")
    recused = actor_for(both)
    assert not Proposal.objects.visible_to(recused).filter(pk=proposal.pk).exists()
    after, hidden = _split(recused, dossier)
    # The request stays a request of the service; what was proposed in it is only counted.
    assert not any(title.startswith("Proposition") for title in after) and hidden >= 1 and len(after) + hidden == len(before)


def test_the_page_says_that_there_is_more(world, client):
    centre, _team = world
    right = f.entitlement(f.granted(centre))
    page = reverse("dossiers:close", args=[right.dossier.uuid])
    client.force_login(centre.account("worker"))
    text = client.get(page).content.decode()
    assert "Droit en cours" in text and "votre fonction ne montre pas" not in text and text.count("Une tâche chez ") == 2
    total = re.search(r"(\d+) points sont encore ouverts", text)
    assert total is not None
    set_class_rights(actor=made.ROOT, rights={"money": ["payer"]})
    text = client.get(page).content.decode()
    assert "Droit en cours" not in text and re.search(r"\d+ points que votre fonction ne montre pas", text) and total[0] in text
