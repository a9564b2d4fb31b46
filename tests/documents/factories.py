from __future__ import annotations

import io
from datetime import date
from typing import Any

from PIL import Image

from parvis.documents.api import Block, Envelope, Sender, complete_letter, draft_letter
from parvis.kernel.actor import Actor, Grant, system_actor
from parvis.rules.calculations import compute
from parvis.rules.explain import computed_data
from tests.rules.factories import DAY, parents, rates, wage

WORKER = Actor(kind="agent", account_id=8, label="A. Lambrecht", grants=frozenset({Grant("social_worker", 1)}))
ADMINISTRATOR = Actor(kind="agent", account_id=7, label="Inès Administrator", grants=frozenset({Grant("administrator")}))
SYSTEM = system_actor("tests")

SENDER = Sender("CPAS de Valmont", ("Place du Parvis 3", "4999 Valmont"), "085 00 00 00", "accueil@valmont.example")


class FakeUpload:
    """A file as Django hands it over."""

    def __init__(self, name: str, data: bytes, size: int | None = None) -> None:
        self.name, self.data, self.size = name, data, len(data) if size is None else size

    def read(self, num_bytes: int = -1) -> bytes:
        return self.data if num_bytes < 0 else self.data[:num_bytes]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def scanned_pdf(pages: int = 2) -> bytes:
    """A scan of our own making: pictures of pages, no text."""
    out = io.BytesIO()
    sheets = [Image.new("RGB", (300, 420), colour) for colour in ("white", "ivory", "snow")[:pages]]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


FACTS_DE = "Seit dem 1. Februar 2026 wohnen Sie bei Ihren Eltern in der Gerberstraße 27. Ihre Eltern geben Ihnen **300 Euro im Monat**.\n\n- Erklärung der Eltern gesehen"
FACTS_FR = "Depuis le 1er février 2026, vous vivez seule rue des Tanneurs 27 à Valmont et vous travaillez douze heures par semaine."


def letter(template: str = "ris.grant", language: str = "fr", *, golden: int = 2, decided: bool = True, **facts: Any) -> list[Block]:
    if golden == 1:
        found = compute(day=DAY, category="1", rates=rates(), resources=[parents()])
    else:
        found = compute(day=DAY, category="2", rates=rates(), resources=[wage()], isp=True)
    given: dict[str, Any] = {
        "request_on": date(2026, 2, 13),
        "category": "1" if golden == 1 else "2",
        "from_on": date(2026, 2, 1),
        "computed": computed_data(found.tree, language, found.notes),
        "contact": "Amélie Lambrecht",
        "reference": "2026-00417",
        "facts_text": FACTS_DE if language == "de" else FACTS_FR,
        **facts,
    }
    blocks = draft_letter(template, language, given)
    return complete_letter(blocks, {"decided_on": date(2026, 3, 11), "decision_number": "CSSS 2026/0211"}) if decided else blocks


def envelope(language: str = "fr", **more: Any) -> Envelope:
    values: dict[str, Any] = {
        "recipient": ("Madame Marie-Ange", "Nzeyimana-Vandenbroucke", "Rue des Tanneurs 27, boîte 2", "4999 Valmont"),
        "subject": {"fr": "Votre revenu d’intégration : notre décision", "de": "Ihr Eingliederungseinkommen: unsere Entscheidung"}.get(
            language, "Decision"
        ),
        "on": date(2026, 3, 11),
        "reference": "2026-00417",
        "contact": ("Amélie Lambrecht", "085 00 00 17"),
        "delivery": "registered",
        "place": "Valmont",
        "signatures": (("J. Dumont", "Directeur général"),),
        "sender": SENDER,
    }
    return Envelope(language=language, **(values | more))
