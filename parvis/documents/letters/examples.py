"""A case of nobody, with which a template is looked at before it is published. Names, days and amounts are invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from parvis.documents.letters.blocks import COMPUTED
from parvis.documents.letters.drafting import _l

EXAMPLE: dict[str, Any] = {
    "request_on": date(2026, 3, 2),
    "from_on": date(2026, 3, 2),
    "informed_on": date(2026, 3, 9),
    "urgent_on": date(2026, 3, 4),
    "period_from": date(2026, 1, 1),
    "period_to": date(2026, 3, 31),
    "pay_by": date(2026, 5, 31),
    "settled_on": date(2026, 9, 15),
    "decided_on": date(2026, 3, 18),
    "payment_day": date(2026, 3, 27),
    "issued_on": date(2026, 3, 20),
    "born_on": date(1987, 3, 27),
    "today": date(2026, 3, 20),
    "decision_number": "CSSS 2026/0211",
    "attestation_number": "AT 2026/0042",
    "reference": "2026-00417",
    "category": "2",
    "amount": Decimal("1314.20"),
    "collected": Decimal("480.00"),
    "rent": Decimal("620.50"),
    "payee": "Aya Benali",
    "name": "Aya Benali",
    "person": "Aya Benali",
    "debtor": "Aya Benali",
    "recipient": "Habitations de Valmont",
    "contact": "Amélie Lambrecht",
    "referent": "Amélie Lambrecht",
    "informed_by": "Amélie Lambrecht",
    "institution": "Caisse des pensions",
    "ground_article": "3, 4°",
    "facts_text": _l(
        "Vous vivez seule et vous ne recevez plus de revenu depuis le 31 janvier 2026.",
        "U woont alleen en hebt sinds 31 januari 2026 geen inkomen meer.",
        "Sie leben allein und haben seit dem 31. Januar 2026 kein Einkommen mehr.",
        "You live alone and have had no income since 31 January 2026.",
    ),
    "ground": _l("vos ressources", "uw bestaansmiddelen", "Ihre Mittel", "your means"),
    "purpose": _l("une garantie locative", "een huurwaarborg", "eine Mietkaution", "a rental deposit"),
    "awaited_right": _l("la pension", "het pensioen", "die Rente", "the pension"),
    "rights": _l("le revenu d’intégration", "het leefloon", "das Eingliederungseinkommen", "the integration income"),
}  # fmt: skip
ROWS = (("Montant de base", "1 314,20 €"), ("Ressources comptées", "0,00 €"), ("Par mois", "1 314,20 €"))


def example_facts(names: Iterable[str], known: Mapping[str, str], definition: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of the example for these names. A field of the centre (``known``: name to its words) says which it is; another stays pending."""
    found = {name: EXAMPLE.get(name) or (f"[{known[name]}]" if name in known else "") for name in names}
    if any(block.get("kind") == COMPUTED for block in definition.get("blocks", ())):
        found["computed"] = {"rows": [{"label": label, "amount": amount} for label, amount in ROWS], "notes": []}
    for block in definition.get("blocks", ()):
        if block.get("when"):
            found.setdefault(block["when"], EXAMPLE.get(block["when"], "…"))
    return found
