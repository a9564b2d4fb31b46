"""``parvis story aid-request``: one path from the request to the bank's answer, and what must hold after it (C1 to C18, F1 to F13)."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader

from parvis.accounting.api import trial_balance
from parvis.accounting.models import PaymentOrder
from parvis.config import cli
from parvis.contacts.api import create_person
from parvis.decisions.models import Notification
from parvis.decisions.verify import verify_pack
from parvis.demo import path
from parvis.demo.path import play_aid_request
from parvis.demo.stage import niss_of
from parvis.documents.models import Document
from parvis.documents.services import orphans
from parvis.kernel import seals
from parvis.kernel.actor import system_actor
from parvis.requests.models import Request
from parvis.rules.api import recompute_from_tree
from parvis.workflows.models import Case, WorkItem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def _text(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages).replace("\xa0", " ")


#: Words of the centre's own language that stood in letters of other languages once.
FRENCH = ("Service social", "Tribunal du travail", "Salaire", "Présidence", "Secrétariat", "Aide ")


@pytest.fixture
def story(tmp_path: Path, settings: Any) -> tuple[dict[str, Any], Path]:
    settings.PARVIS_INSTANCE = tmp_path / "instance"
    settings.MEDIA_ROOT = tmp_path / "instance" / "media"
    settings.PARVIS = {**settings.PARVIS, **cli.DEMO}
    out = tmp_path / "out"
    return play_aid_request(out), out


def test_the_story_pays_the_golden_amount_and_leaves_everything_in_order(
    story: tuple[dict[str, Any], Path], request: pytest.FixtureRequest
) -> None:
    told, out = story
    assert [step["step"] for step in told["steps"]] == [
        "request", "identify", "inquiry", "proposal", "submit", "review", "committee", "notification", "payment", "release", "bank",
    ]  # fmt: skip
    who = {step["step"]: step["actor"] for step in told["steps"]}
    assert len({who[name] for name in ("proposal", "review", "committee", "payment", "release")}) == 5, "each by another person"
    assert all(step["state"] and step["seconds"] >= 0 for step in told["steps"])
    assert [step["state"] for step in told["steps"]][-1] == "paid"
    assert told["amount"] == "1044.51"
    assert told["files"] == [
        "explanation.json",
        "minutes.pdf",
        "notification.pdf",
        "pack.json",
        "payment.xml",
        "proposal.pdf",
        "receipt.pdf",
    ]
    # the letter is in German and explains its amount (A7, E1)
    letter = _text(out / "notification.pdf")
    assert "1.044,51 €" in letter
    assert "15.770,41 €" in letter
    assert "Eingliederungseinkommen" in letter
    assert "drei Monaten" in letter and "Allgemeiner Sozialdienst" in letter and "Nettolohn, Halbzeit" in letter
    assert "Arbeitsgericht Lüttich, place Saint-Lambert 30, 4000 Lüttich" in letter
    assert [word for word in FRENCH if word in letter] == []
    proposal = _text(out / "proposal.pdf")
    assert "Entwurf, nicht zugestellt" in proposal and "1.044,51 €" in proposal and told["decision"] not in proposal
    # the receipt in the person's language, with number, day, service and terms; the minutes in the committee's
    receipt = _text(out / "receipt.pdf")
    assert told["request"] in receipt and "Allgemeiner Sozialdienst" in receipt and "Entscheidung spätestens am" in receipt
    minutes = _text(out / "minutes.pdf")
    assert told["decision"] in minutes and "Revenu d’intégration : 1 044,51 € par mois" in minutes and "Eingliederung" not in minutes
    # the amount can be recomputed from the explanation alone
    explanation = json.loads((out / "explanation.json").read_text(encoding="utf-8"))
    assert recompute_from_tree(explanation["tree"]) == Decimal("1044.51")
    # the pack verifies without the database; one changed byte does not
    assert verify_pack(out / "pack.json") == []
    changed = out / "changed.json"
    changed.write_text((out / "pack.json").read_text(encoding="utf-8").replace("1044.51", "1044.52", 1), encoding="utf-8")
    assert verify_pack(changed) != []
    # the ledger balances and the journal is intact
    balance = trial_balance(actor=system_actor("test"))
    assert balance.debit == balance.credit
    assert balance.debit > 0
    assert seals.verify().problems == []
    # nothing of the case is left in an inbox or queue, and no paper lies between two desks (C9)
    assert Case.objects.filter(live=1).count() == 0 and Case.objects.count() >= 1
    assert list(WorkItem.unscoped.filter(state="open").values_list("screen", "subject_type")) == []
    assert WorkItem.unscoped.count() >= 6
    assert not Notification.unscoped.filter(state="to_send").exists()
    assert not PaymentOrder.unscoped.filter(state__in=("prepared", "released")).exists()
    assert Document.unscoped.count() >= 3 and orphans.orphans().count() == 0

    # In a large register the number invented for the next person may be somebody's: the one after is taken.
    coming = path._unknown()
    create_person(
        actor=system_actor("test"), family_name="Autre", given_names="Zoé", birth_date=coming.birth, national_number=niss_of(coming)
    )
    assert (coming.key, path._unknown().key) == (f"story{Request.unscoped.count() + 1}", f"story{Request.unscoped.count() + 2}")


def test_the_payment_order_is_valid_against_the_iso_schema(story: tuple[dict[str, Any], Path], samples: Path) -> None:
    _, out = story
    schema = etree.XMLSchema(etree.parse(str(samples / "pain" / "xsd" / "pain.001.001.09.xsd")))
    schema.assertValid(etree.parse(str(out / "payment.xml")))
