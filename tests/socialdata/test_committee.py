"""C1: the extract that the cell supplied stands among the pieces of the case, in the item and in the frozen pack; missing, it blocks by its name."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from parvis.decisions import api
from parvis.decisions.models import Pack
from parvis.kernel import clock
from parvis.requests import api as requests
from parvis.requests.models import RequestLine
from parvis.socialdata import api as socialdata
from tests.decisions import factories as f

from .factories import PURPOSE, a_cell, an_extract

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def centre(db):
    with f.at(2), f.kinds():
        yield f.make_centre()


def supply(centre, line_id: int) -> socialdata.ExtractRequest:
    dossier = RequestLine.unscoped.select_related("request__dossier__unit").get(pk=line_id).request.dossier
    asked = {"flows": ["address", "household"], "purpose": PURPOSE, "wanted_on": clock.today(), "line_id": line_id}
    row = socialdata.ask_extracts(actor=centre.worker, dossier=dossier, person_ids=[dossier.lead_id], **asked)[0]
    return socialdata.answer_extract(actor=a_cell(), extract=row, state="answered", data_on=clock.today(), file=an_extract())


def test_an_extract_that_the_procedure_asks_for_blocks_by_its_name_until_it_is_there(centre) -> None:
    line_id = f.make_line(centre)
    wanted = [*requests.line_card(line_id).mandatory_pieces, {"key": "register", "label": {"fr": "Extrait de registre"}}]
    RequestLine.unscoped.filter(pk=line_id).update(mandatory_pieces=wanted)
    proposal = f.make_proposal(centre, line_id=line_id)
    with pytest.raises(api.ProposalIncomplete) as caught:
        api.submit_proposal(actor=centre.worker, proposal=proposal)
    assert caught.value.pieces == ["Extrait de registre"]
    supply(centre, line_id)
    assert api.submit_proposal(actor=centre.worker, proposal=proposal).state == "submitted"


def test_the_extract_is_a_piece_of_the_item_and_of_the_frozen_pack(client, centre) -> None:
    line_id = f.make_line(centre)
    extract = supply(centre, line_id)
    proposal = f.validated(centre, line_id=line_id)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    client.force_login(centre.account("president"))
    assert "Extrait de registre" in client.get(reverse("decisions:item", args=[session.uuid, item.uuid])).content.decode()
    decision = api.decide(actor=centre.secretary, item=item, outcome="granted")
    annexes = {one["key"]: one for one in json.loads(api.pack_file(Pack.unscoped.get(decision=decision)))["pack"]["annexes"]}
    assert set(annexes) == {"identity", "report", "register"}
    assert annexes["register"]["sha256"] == extract.document.file.sha256
