"""Whoever is handed an attestation checks it by number and code: genuine or withdrawn, and nothing else; guesses are counted."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pypdf
import pytest
from django.test import Client

from parvis.aid.api import AidError, check_attestation, issue_attestation, withdraw_attestation
from parvis.aid.models import Attestation
from parvis.aid.services.attesting import attestation_pdf
from parvis.dossiers import api as dossiers
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from tests.contacts.factories import make_person
from tests.identity.factories import an_account, as_actor

from . import factories as f

pytestmark = pytest.mark.django_db
MARCH = {"valid_from": date(2026, 3, 1), "valid_to": date(2026, 4, 1)}
PAGE = "/p/attestation/"


@pytest.fixture
def paper(world: Any) -> Attestation:
    centre, _team = world
    right = f.entitlement(f.granted(centre))
    return issue_attestation(
        actor=centre.worker,
        dossier=right.dossier,
        person_id=right.beneficiary_id,
        kind="attestation.ris",
        check_at="https://parvis.example/p/attestation/",
        **MARCH,
    )


def told(client: Client, number: str, code: str) -> tuple[int, str]:
    response = client.post(PAGE, {"number": number, "code": code})
    page = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return response.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_number_and_code_stand_on_the_paper_with_the_address(paper: Attestation) -> None:
    first, again = attestation_pdf(paper), attestation_pdf(paper)
    assert first == again
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(first)).pages)
    assert paper.check_code and re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}", paper.check_code)
    for words in (paper.number, paper.check_code, "parvis.example/p/attestation/", "Vérifier ce document"):
        assert words in text, words
    assert "?number" not in text  # the code as a QR code, the address to be typed without it


def test_the_page_says_genuine_and_nothing_of_the_person(client: Client, paper: Attestation) -> None:
    status, page = told(client, paper.number.lower().replace("-00", "-"), paper.check_code.replace("-", " ").lower())
    assert status == 200
    assert paper.number in page and "2 mars 2026" in page and "Authentique" in page
    for hidden in (paper.person_name, *paper.person_name.split(), "31/03/2026", "31 mars", "intégration", paper.dossier.number):
        assert hidden not in page, hidden
    shown = client.get(PAGE, {"number": paper.number, "code": paper.check_code}).content.decode()
    assert paper.check_code in shown and "Authentique" not in shown  # the address alone tells nothing: the button does


def test_a_wrong_pair_is_not_told_apart_and_is_counted(client: Client, paper: Attestation) -> None:
    wrong = [told(client, *pair) for pair in ((paper.number, "2222-3333-4444"), ("A2026-0999", paper.check_code))]
    assert wrong[0][0] == wrong[1][0] == 422
    assert "aucune attestation" in wrong[0][1] and "aucune attestation" in wrong[1][1]
    for _turn in range(20):
        status, page = told(client, paper.number, "2222-3333-4444")
    assert status == 429 and "Trop de codes" in page
    assert "Authentique" not in told(client, paper.number, paper.check_code)[1]


def test_a_withdrawn_paper_says_so(client: Client, world: Any, paper: Attestation) -> None:
    centre, _team = world
    lines = MutationLine.objects.count()
    with pytest.raises(AidError):
        withdraw_attestation(actor=centre.worker, row=paper, reason=" ")
    stranger = as_actor(an_account("payer", name="Pia Payer"))
    with pytest.raises(NotAllowed):
        withdraw_attestation(actor=stranger, row=paper, reason="Faux")
    found = check_attestation(paper.number, paper.check_code)
    assert found is not None and found.withdrawn_on is None
    assert MutationLine.objects.filter(verb="attestation.withdrawn").count() == 0 and lines
    client.force_login(centre.account("worker"))
    path = f"/aid/attestations/{paper.uuid}/withdraw/"
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "Montant erroné"}).status_code == 303
    assert client.get(path).status_code == 404  # once
    listed = client.get(f"/aid/dossiers/{paper.dossier.uuid}/attest/").content.decode()
    assert "Montant erroné" in listed and "retirée" in listed
    client.logout()
    status, page = told(client, paper.number, paper.check_code)
    assert (status, "Retirée" in page, "Montant" in page, "Authentique" in page) == (200, True, False, False)
    with pytest.raises(AidError):
        withdraw_attestation(actor=centre.worker, row=Attestation.unscoped.get(pk=paper.pk), reason="Encore")


def test_the_page_of_the_person_leads_to_the_file(client: Client, world: Any, paper: Attestation) -> None:
    centre, _team = world
    path, link = f"/persons/{paper.person.uuid}/", f"/aid/persons/{paper.person.uuid}/attest/"
    client.force_login(centre.account("worker"))
    assert link in client.get(path).content.decode()
    assert client.get(link).headers["Location"] == f"/aid/dossiers/{paper.dossier.uuid}/attest/"
    other = dossiers.open_dossier(
        actor=centre.worker, person=make_person("Autre", "Ana", "1990-01-01"), unit=centre.unit, referent=centre.account("worker")
    )
    dossiers.add_member(actor=centre.worker, dossier=other, person=paper.person, role="related", valid_from=date(2026, 3, 1))
    choice = client.get(link).content.decode()
    assert paper.dossier.number in choice and other.number in choice and paper.person_name not in choice
    nobody = make_person("Sans", "Dossier", "1991-01-01")
    assert "Rien à attester" in client.get(f"/aid/persons/{nobody.uuid}/attest/").content.decode()
    client.post("/past/", {"on": "2026-03-01", "known": "then"})
    assert link not in client.get(path).content.decode()
    client.post("/past/end/")
    client.force_login(centre.account("lawyer"))
    assert client.get(link).status_code == 404
