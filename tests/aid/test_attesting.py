"""Attestations: two clicks at the counter; refused for the days that no decision in force covers; one number, one copy in the file."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date

import pypdf
import pytest
from django.urls import reverse

from parvis.aid import attestations
from parvis.aid.api import AidError, issue_attestation
from parvis.aid.calculations import uncovered
from parvis.aid.models import Attestation, DueLine, Entitlement
from parvis.aid.services.attesting import attestation_pdf
from parvis.documents.api import LetterTemplate, publish_template
from parvis.documents.models import Document
from parvis.documents.services.templates import reference
from parvis.identity.api import actor_for
from parvis.identity.models import Account
from parvis.journal.models import Entry
from parvis.kernel import jobs, mutations
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import IdempotencyKey, ReadLine, Sequence
from parvis.kernel.periods import Period
from tests.decisions import factories as made
from tests.identity.factories import a_unit, an_account

from . import factories as f

MARCH = {"valid_from": date(2026, 3, 1), "valid_to": date(2026, 4, 1)}


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def right(world):
    centre, _team = world
    return f.entitlement(f.granted(centre))


@pytest.fixture
def clerk(world):
    return world[0].clerk


def issue(clerk, right, **more):
    values = {"dossier": right.dossier, "person_id": right.beneficiary_id, "kind": "attestation.ris"} | MARCH | more
    return issue_attestation(actor=clerk, **values)


def days(*pairs):
    return [Period(date(2026, 3, one), date(2026, 3, other)) for one, other in pairs]


def test_days_that_nothing_covers():
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert uncovered(march, []) == [march]
    assert uncovered(march, [march]) == [] and uncovered(march, [Period(date(2026, 1, 1))]) == []
    assert uncovered(march, days((5, 10), (8, 12), (20, 31))) == days((1, 5), (12, 20))
    assert uncovered(march, [Period(date(2026, 1, 1), date(2026, 3, 1)), *days((1, 2)), Period(date(2026, 3, 31))]) == days((2, 31))


def test_a_clerk_hands_it_over_and_the_copy_is_in_the_file(world, right, clerk):
    paper = issue(clerk, right, recipient="La société de logement")
    assert (paper.number, paper.issued_on, paper.issued_by_label, paper.language) == ("A2026-0001", date(2026, 3, 2), "Sofia Ricci", "fr")
    jobs.run_pending(raise_errors=True)
    paper.refresh_from_db()
    copy = Document.unscoped.get(pk=paper.document_id)
    assert (copy.kind, copy.data_class, copy.dossier_id, copy.origin, copy.file.sha256) == (
        "attestation", "money", right.dossier_id, "produced", paper.sha256,
    )  # fmt: skip
    assert attestation_pdf(paper) == copy.file.path.read_bytes()
    text = words(attestation_pdf(paper))
    for part in (
        "Attestation de revenu d’intégration",
        "A2026-0001",
        "Aya Benali",
        "27 mars 1987",
        "du 1er mars 2026 au 31 mars 2026 inclus",
        "catégorie 2, personne isolée",
        right.decision.number,
        "La société de logement",
        "loi du 26 mai 2002",
    ):
        assert part in text.replace("\xa0", " "), (part, text)
    assert "1 314,20 € par mois" in re.sub(r"[\u202f\xa0]", " ", text)
    assert "⟦" not in text and "[" not in text
    verbs = [line.verb for line in mutations.history(paper.ref, limit=5)]
    assert sorted(verbs) == ["attestation.issued", "attestation.kept"]
    assert Entry.unscoped.filter(dossier=right.dossier, subject_type="attestation", subject_id=paper.pk).count() == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "heeft op een leefloon"),
        ("de", "Anspruch auf ein Eingliederungseinkommen hat"),
        ("en", "is entitled by decision to an integration income"),
    ],
)
def test_it_speaks_the_language_of_the_person(world, language, said):
    centre, _team = world
    right = f.entitlement(f.granted(centre, line_id=made.make_line(centre, language=language)))
    paper = issue(centre.clerk, right)
    text = words(attestation_pdf(paper))
    assert said in text and "⟦" not in text, text


def test_refused_for_the_days_that_no_decision_covers_and_no_number_is_lost(world, right, clerk):
    Entitlement.unscoped.filter(pk=right.pk).update(valid_from=date(2026, 3, 15))
    with pytest.raises(AidError) as refusal:
        issue(clerk, right)
    assert refusal.value.code == "uncovered" and "01/03/2026" in str(refusal.value) and "14/03/2026" in str(refusal.value)
    with pytest.raises(AidError) as refusal:
        issue(clerk, right, valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))
    assert refusal.value.code == "uncovered"
    with pytest.raises(AidError) as refusal:
        issue(clerk, right, kind="attestation.equivalent")
    assert refusal.value.code == "uncovered"
    with pytest.raises(AidError) as refusal:
        issue(clerk, right, valid_from=date(2026, 4, 1), valid_to=date(2026, 5, 1))
    assert refusal.value.code == "future"
    with pytest.raises(AidError) as refusal:
        issue(clerk, right, kind="ris.grant")
    assert refusal.value.code == "kind"
    assert not Attestation.unscoped.exists() and not Sequence.objects.filter(series="aid.attestation").exists()
    assert issue(clerk, right, valid_from=date(2026, 3, 15)).number == "A2026-0001"


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_a_month_that_is_held_or_not_paid_is_not_attested(right, clerk, state):
    DueLine.unscoped.filter(entitlement=right, month=date(2026, 3, 1)).update(state=state)
    with pytest.raises(AidError) as refusal:
        issue(clerk, right)
    assert refusal.value.code == "uncovered" and not Attestation.unscoped.exists()


def test_two_decisions_that_follow_one_another_cover_the_period_together(world, right, clerk):
    centre, _team = world
    with made.at(20):
        f.granted(centre, line_id=right.line_id, category="1", from_on=date(2026, 3, 16))
        right.refresh_from_db()
        assert (right.state, right.valid_to) == ("replaced", date(2026, 3, 16))
        paper = issue(clerk, right)
        text = words(attestation_pdf(paper)).replace("\xa0", " ")
    assert "du 1er mars 2026 au 15 mars 2026" in text and "du 16 mars 2026 au 31 mars 2026" in text and "catégorie 1" in text


def test_a_decision_that_was_taken_over_from_its_first_day_is_not_attested_beside_the_new_one(world, right, clerk):
    centre, _team = world
    with made.at(20):
        new = f.entitlement(f.granted(centre, line_id=right.line_id, category="1", from_on=date(2026, 3, 1)))
        right.refresh_from_db()
        assert (right.state, new.replaces_id, new.valid_from) == ("replaced", right.pk, right.valid_from)
        text = words(attestation_pdf(issue(clerk, right))).replace("\xa0", " ")
    assert new.decision.number in text and right.decision.number not in text and text.count("par mois") == 1


def test_nothing_is_attested_about_a_specimen(right, clerk, monkeypatch):
    from parvis.contacts.models import Identifier

    Identifier.unscoped.filter(person=right.beneficiary_id).delete()
    Identifier.unscoped.create(
        person_id=right.beneficiary_id,
        kind="specimen",
        value="00000000000",
        valid_from=date(2020, 1, 1),
        live=1,
        recorded_at=right.created_at,
    )
    with pytest.raises(AidError) as refusal:
        issue(clerk, right)
    assert refusal.value.code == "specimen" and not Attestation.unscoped.exists()


def test_only_who_stands_at_the_counter_or_follows_the_person(world, right):
    centre, team = world
    elsewhere = actor_for(an_account("clerk", unit=a_unit("LOIN")))
    for actor in (team.payer, team.accountant, team.auditor, centre.president, elsewhere):
        with pytest.raises(NotAllowed):
            issue(actor, right)
    assert not Attestation.unscoped.exists()
    assert issue(centre.worker, right).number == "A2026-0001"


def test_a_centre_publishes_a_kind_of_its_own(world, right, clerk):
    definition = {**reference()["attestation.ris"], "title": {code: "Transport" for code in ("fr", "nl", "de", "en")}}
    publish_template(actor=made.ROOT, key="attestation.transport", definition=definition)
    assert "attestation.transport" in [kind.key for kind in attestations.kinds()]
    assert issue(clerk, right, kind="attestation.transport").template_key == "attestation.transport"
    assert LetterTemplate.objects.filter(key="attestation.transport").count() == 1


# On screen --------------------------------------------------------------------------------------------------------------
def signed_in(client, actor):
    client.force_login(Account.objects.get(pk=actor.account_id))
    return client


def the_form(html: str) -> dict[str, str]:
    form = re.search(r'<form class="card" method="post" target="_blank".*?</form>', html, re.S)
    assert form is not None, html[:500]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            fields[name[1]] = value[1] if value else ""
    return fields


def test_two_clicks_from_the_dossier_of_a_clerk_and_a_double_click_makes_one(client, right, clerk):
    signed_in(client, clerk)
    link = reverse("aid:attest", args=[right.dossier.uuid])
    assert f'href="{link}"' in client.get(reverse("dossiers:detail", args=[right.dossier.uuid])).content.decode()  # click one
    fields = the_form(client.get(link).content.decode())
    assert (fields["first_day"], fields["last_day"]) == ("2026-03-01", "2026-03-31")
    first, second = client.post(link, fields), client.post(link, fields)  # click two, twice
    assert first.status_code == second.status_code == 303 and first["Location"] == second["Location"]
    paper = Attestation.unscoped.get()
    pdf = client.get(first["Location"])
    assert pdf["Content-Type"] == "application/pdf" and pdf.content[:4] == b"%PDF" and paper.number in words(pdf.content)
    again = client.post(link, fields | {"recipient": "Autre chose"})  # the page stays open: other words are another paper
    assert again["Location"] != first["Location"] and Attestation.unscoped.count() == 2
    jobs.run_pending(raise_errors=True)
    assert client.get(first["Location"]).content == pdf.content
    # The clerk does not read the money of the file by another door.
    assert client.get(reverse("aid:entitlement", args=[right.uuid])).status_code == 404
    assert "A2026-0001" in client.get(reverse("aid:attestations")).content.decode()


def test_clicked_again_while_the_first_is_under_way_makes_no_second_paper(client, right, clerk):
    signed_in(client, clerk)
    link = reverse("aid:attest", args=[right.dossier.uuid])
    fields = the_form(client.get(link).content.decode())
    assert client.post(link, fields).status_code == 303
    IdempotencyKey.objects.filter(screen="aid.attest").update(location="")  # as it stands until the first one has answered
    again = client.post(link, fields)
    assert again.status_code == 422 and "déjà en cours" in again.content.decode()
    assert Attestation.unscoped.count() == 1


def test_the_page_says_which_days_are_missing_and_offers_the_others(client, right, clerk):
    Entitlement.unscoped.filter(pk=right.pk).update(valid_from=date(2026, 3, 15))
    signed_in(client, clerk)
    link = reverse("aid:attest", args=[right.dossier.uuid])
    html = client.get(link).content.decode()
    assert "Aucune décision en vigueur ne couvre ces jours : 01/03/2026 au 14/03/2026." in html
    assert "?from=2026-03-15&amp;to=2026-03-31" in html
    refused = client.post(link, the_form(html))
    assert refused.status_code == 422 and not Attestation.unscoped.exists()
    assert "01/03/2026 au 14/03/2026" in refused.content.decode()
    fields = the_form(client.get(link + "?from=2026-03-15&to=2026-03-31").content.decode())
    assert client.post(link, fields).status_code == 303 and Attestation.unscoped.get().valid_from == date(2026, 3, 15)


def test_from_the_search_by_the_name_of_the_person(client, right, clerk):
    signed_in(client, clerk)
    link = reverse("aid:attest", args=[right.dossier.uuid])
    assert link in client.get(reverse("desk:palette"), {"q": "benali"}).content.decode()


@pytest.mark.parametrize("ending", ["docx", "odt"])
def test_the_same_paper_for_an_office_suite_is_a_marked_copy(client, right, clerk, tmp_path, ending):
    paper = issue(clerk, right)
    signed_in(client, clerk)
    assert (
        reverse("aid:attestation", args=[paper.uuid]) + f"?as={ending}"
        in client.get(reverse("aid:attest", args=[right.dossier.uuid])).content.decode()
    )
    answer = client.get(reverse("aid:attestation", args=[paper.uuid]), {"as": ending})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"] == f'attachment; filename="{paper.number}.{ending}"'
    parts = zipfile.ZipFile(io.BytesIO(answer.content))
    assert parts.testzip() is None
    held = " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist() if name.endswith(".xml"))
    assert "1\xa0314,20\xa0€" in held.replace("\u202f", "\xa0") and "Aya Benali" in held and clerk.label in held
    assert reads(paper) == 1
    if shutil.which("soffice") is None:
        return
    (tmp_path / f"paper.{ending}").write_bytes(answer.content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / f"paper.{ending}")]
    subprocess.run(command, check=True, timeout=120)
    shown, kept = words((tmp_path / "paper.pdf").read_bytes()), words(attestation_pdf(paper))
    for part in ("A2026-0001", "Aya Benali", "27 mars 1987", "1 314,20 € par mois", right.decision.number, "Copie prise par"):
        assert part in re.sub(r"[\u202f\xa0]", " ", shown), (part, shown)
    pages = len(pypdf.PdfReader(tmp_path / "paper.pdf").pages)
    assert f"page {pages} sur {pages}" in shown and "page 1 sur 1" in kept


def reads(paper) -> int:
    return ReadLine.objects.filter(subject_type="attestation", subject_id=paper.pk).count()


def test_nobody_outside_the_service_opens_page_paper_or_line_of_the_register(client, right, clerk):
    paper = issue(clerk, right)
    elsewhere = actor_for(an_account("clerk", unit=a_unit("LOIN")))
    signed_in(client, elsewhere)
    assert client.get(reverse("aid:attest", args=[right.dossier.uuid])).status_code == 404
    assert client.get(reverse("aid:attestation", args=[paper.uuid])).status_code == 404
    assert paper.number not in client.get(reverse("aid:attestations")).content.decode()
    assert reverse("aid:attest", args=[right.dossier.uuid]) not in client.get(reverse("desk:palette"), {"q": "benali"}).content.decode()


def test_the_register_leaves_as_a_list(client, right, clerk):
    issue(clerk, right)
    signed_in(client, clerk)
    answer = client.get(reverse("aid:attestations"), {"export": "csv"})
    assert answer.status_code in (200, 303), answer.status_code
