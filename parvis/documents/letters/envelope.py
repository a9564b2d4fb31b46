"""What stands around the blocks of a letter: sender, recipient, references, date. The same for page, PDF and office files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from parvis.ui import formats

Label = dict[str, str]

WORDS: dict[str, Label] = {
    "reference": {"fr": "Référence", "nl": "Kenmerk", "de": "Aktenzeichen", "en": "Reference"},
    "contact": {"fr": "Contact", "nl": "Contact", "de": "Kontakt", "en": "Contact"},
    "registered": {"fr": "Recommandé", "nl": "Aangetekend", "de": "Einschreiben", "en": "Registered"},
    "receipt": {
        "fr": "Avec accusé de réception",
        "nl": "Met ontvangstbewijs",
        "de": "Mit Empfangsbestätigung",
        "en": "With acknowledgement of receipt",
    },
    "counter": {
        "fr": "Remis contre accusé de réception",
        "nl": "Overhandigd tegen ontvangstbewijs",
        "de": "Gegen Empfangsbestätigung übergeben",
        "en": "Handed over against receipt",
    },
    "check": {"fr": "Vérifier ce document", "nl": "Dit document controleren", "de": "Dieses Dokument prüfen", "en": "Check this document"},
    "check_code": {"fr": "code", "nl": "code", "de": "Code", "en": "code"},
    "page": {"fr": "page", "nl": "bladzijde", "de": "Seite", "en": "page"},
    "of": {"fr": "sur", "nl": "van", "de": "von", "en": "of"},
    "phone": {"fr": "téléphone", "nl": "telefoon", "de": "Telefon", "en": "telephone"},
    "pending": {"fr": "à compléter", "nl": "aan te vullen", "de": "noch zu ergänzen", "en": "to be completed"},
    "draft": {
        "fr": "Projet, non notifié",
        "nl": "Ontwerp, niet ter kennis gebracht",
        "de": "Entwurf, nicht zugestellt",
        "en": "Draft, not notified",
    },
    "computed": {
        "fr": "Calculé : se met à jour avec le budget, ne se retape pas",
        "nl": "Berekend: volgt de gegevens, wordt niet getypt",
        "de": "Berechnet: folgt den Angaben, wird nicht getippt",
        "en": "Computed: follows the facts, is not typed",
    },
    # Of a letter that is finished, or read as it was.
    "was_computed": {"fr": "Calculé", "nl": "Berekend", "de": "Berechnet", "en": "Computed"},
}

#: Names of facts in words, for what is still pending on the page.
FACT_WORDS: dict[str, Label] = {
    "decided_on": {
        "fr": "date de la décision",
        "nl": "datum van de beslissing",
        "de": "Datum der Entscheidung",
        "en": "date of the decision",
    },
    "decision_number": {
        "fr": "numéro de la décision",
        "nl": "nummer van de beslissing",
        "de": "Nummer der Entscheidung",
        "en": "number of the decision",
    },
    "request_on": {"fr": "date de la demande", "nl": "datum van de aanvraag", "de": "Datum des Antrags", "en": "date of the request"},
    "from_on": {"fr": "date de début", "nl": "begindatum", "de": "Anfangsdatum", "en": "first day"},
    "amount": {"fr": "montant", "nl": "bedrag", "de": "Betrag", "en": "amount"},
    "category": {"fr": "catégorie", "nl": "categorie", "de": "Kategorie", "en": "category"},
    "contact": {"fr": "personne de contact", "nl": "contactpersoon", "de": "Kontaktperson", "en": "contact person"},
    "contact_phone": {"fr": "téléphone", "nl": "telefoon", "de": "Telefon", "en": "telephone"},
    "reference": {"fr": "référence", "nl": "kenmerk", "de": "Aktenzeichen", "en": "reference"},
    "purpose": {"fr": "objet de l’aide", "nl": "doel van de hulp", "de": "Zweck der Hilfe", "en": "purpose of the aid"},
    "payee": {"fr": "bénéficiaire du paiement", "nl": "begunstigde van de betaling", "de": "Zahlungsempfänger", "en": "payee"},
    "payment_day": {"fr": "jour du paiement", "nl": "dag van betaling", "de": "Zahlungstag", "en": "day of payment"},
    "ground": {"fr": "motif", "nl": "reden", "de": "Grund", "en": "ground"},
    "ground_article": {"fr": "article de loi", "nl": "wetsartikel", "de": "Gesetzesartikel", "en": "article of law"},
    "heard": {"fr": "audition", "nl": "hoorzitting", "de": "Anhörung", "en": "hearing"},
    "court": {"fr": "tribunal", "nl": "rechtbank", "de": "Gericht", "en": "court"},
    "court_address": {
        "fr": "adresse du tribunal",
        "nl": "adres van de rechtbank",
        "de": "Adresse des Gerichts",
        "en": "address of the court",
    },
    "debtor": {"fr": "débiteur", "nl": "schuldenaar", "de": "Schuldner", "en": "debtor"},
    "awaited_right": {"fr": "droit attendu", "nl": "verwacht recht", "de": "erwarteter Anspruch", "en": "awaited right"},
    "institution": {"fr": "institution", "nl": "instelling", "de": "Einrichtung", "en": "institution"},
    "urgent_on": {
        "fr": "date de la décision urgente",
        "nl": "datum van de dringende beslissing",
        "de": "Datum der dringenden Entscheidung",
        "en": "date of the urgent decision",
    },
    "period_from": {"fr": "début de la période", "nl": "begin van de periode", "de": "Beginn des Zeitraums", "en": "start of the period"},
    "period_to": {"fr": "fin de la période", "nl": "einde van de periode", "de": "Ende des Zeitraums", "en": "end of the period"},
    "pay_by": {"fr": "date limite", "nl": "uiterste datum", "de": "Frist", "en": "last day"},
}


def word(name: str, language: str) -> str:
    texts = WORDS[name]
    return texts.get(language, texts["fr"])


def fact_word(name: str, language: str) -> str:
    texts = FACT_WORDS.get(name)
    return texts.get(language, texts["fr"]) if texts else name.replace("_", " ")


@dataclass(frozen=True)
class Sender:
    """The centre, as its letter head says it. ``logo``: the name of its picture (``head.logo_of``); ``head``: the version, 0 from settings."""

    name: str
    lines: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    logo: str = ""
    head: int = 0

    def to_json(self) -> dict[str, Any]:
        own = {"head": self.head, **({"logo": self.logo} if self.logo else {})} if self.head else {}
        return {**own, "name": self.name, "lines": list(self.lines), "phone": self.phone, "email": self.email}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Sender:
        return cls(data["name"], tuple(data["lines"]), data["phone"], data["email"], data.get("logo", ""), data.get("head", 0))


def sender() -> Sender:
    """The letter head in force; as long as none was published, the instance's settings."""
    from parvis.documents.letters.head import head_in_force

    head = head_in_force()
    return (
        settings_sender() if head is None else Sender(head.name, tuple(head.lines), head.phone, head.email, head.logo_sha256, head.number)
    )


def settings_sender() -> Sender:
    """What the settings of the instance say, until a head is published."""
    instance = settings.PARVIS
    return Sender(
        instance["name"], (instance["street"], f"{instance['postcode']} {instance['town']}"), instance["phone"], instance["email"]
    )


@dataclass(frozen=True)
class Envelope:
    """``recipient``: name and address, a line each. ``delivery``: registered, receipt, counter or empty. ``on``: date of the letter."""

    language: str
    recipient: tuple[str, ...] = ()
    subject: str = ""
    on: date | None = None
    reference: str = ""
    contact: tuple[str, ...] = ()
    delivery: str = ""
    place: str = ""
    service: str = ""
    signatures: tuple[tuple[str, str], ...] = ()
    draft: bool = False
    sender: Sender = field(default_factory=sender)
    #: Code and address with which whoever is handed the paper checks it; empty on letters.
    check: tuple[str, str] | None = None

    @property
    def dateline(self) -> str:
        if self.on is None:
            return ""
        place = self.place or settings.PARVIS["town"]
        shown = formats.day(self.on, "long", self.language)
        return {"fr": f"{place}, le {shown}", "nl": f"{place}, {shown}", "de": f"{place}, den {shown}"}.get(
            self.language, f"{place}, {shown}"
        )

    @property
    def title(self) -> str:
        return f"{word(self.delivery, self.language)}. {self.subject}" if self.delivery else self.subject

    def to_json(self) -> dict[str, Any]:
        own = {"check": list(self.check)} if self.check else {}
        return {
            **own,
            "language": self.language,
            "recipient": list(self.recipient),
            "subject": self.subject,
            "title": self.title,
            "on": self.on.isoformat() if self.on else None,
            "dateline": self.dateline,
            "reference": self.reference,
            "contact": list(self.contact),
            "delivery": self.delivery,
            "place": self.place,
            "service": self.service,
            "signatures": [list(pair) for pair in self.signatures],
            "draft": self.draft,
            "sender": self.sender.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Envelope:
        return cls(
            language=data["language"],
            recipient=tuple(data["recipient"]),
            subject=data["subject"],
            on=date.fromisoformat(data["on"]) if data.get("on") else None,
            reference=data["reference"],
            contact=tuple(data["contact"]),
            delivery=data["delivery"],
            place=data["place"],
            service=data["service"],
            signatures=tuple((name, role) for name, role in data["signatures"]),
            draft=data["draft"],
            sender=Sender.from_json(data["sender"]),
            check=(data["check"][0], data["check"][1]) if data.get("check") else None,
        )
