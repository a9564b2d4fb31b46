"""A letter from its template and facts; and the same letter completed once the decision is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.documents.errors import UnknownTemplate
from parvis.documents.letters.blocks import COMPUTED, FREE, PENDING, Block, clean_text
from parvis.documents.letters.envelope import sender
from parvis.documents.models import LetterTemplate
from parvis.kernel import memo
from parvis.ui import formats

LANGUAGES = ("fr", "nl", "de", "en")
FIELD = re.compile(r"\{(\w+)\}")

Label = dict[str, str]


def _l(fr: str, nl: str, de: str, en: str) -> Label:
    return {"fr": fr, "nl": nl, "de": de, "en": en}


CATEGORIES: dict[str, Label] = {
    "1": _l(
        "catégorie 1, personne cohabitante",
        "categorie 1, samenwonende persoon",
        "Kategorie 1, mit anderen zusammenlebende Person",
        "category 1, person living with others",
    ),
    "2": _l(
        "catégorie 2, personne isolée",
        "categorie 2, alleenstaande persoon",
        "Kategorie 2, alleinstehende Person",
        "category 2, person living alone",
    ),
    "3": _l(
        "catégorie 3, personne avec famille à charge",
        "categorie 3, persoon met gezin ten laste",
        "Kategorie 3, Person mit Familie zu Lasten",
        "category 3, person with a family to support",
    ),
}

DECIDERS: dict[str, Label] = {
    "committee": _l(
        "Le comité spécial du service social",
        "Het bijzonder comité voor de sociale dienst",
        "Der Sonderausschuss für den Sozialdienst",
        "The special committee for social services",
    ),
    "president": _l("La présidence du centre", "De voorzitter van het centrum", "Der Vorsitz des Zentrums", "The president of the centre"),
    "council": _l(
        "Le conseil de l’action sociale", "De raad voor maatschappelijk welzijn", "Der Sozialhilferat", "The council for social action"
    ),
}

#: What a letter says when the caller gives nothing else.
DEFAULTS: dict[str, Label] = {
    "salutation": _l("Madame, Monsieur,", "Geachte heer, mevrouw,", "Sehr geehrte Dame, sehr geehrter Herr,", "Dear Sir or Madam,"),
    "decider": DECIDERS["committee"],
    "appeal_term": _l("trois mois", "drie maanden", "drei Monaten", "three months"),
    "payment_day": _l("le dernier jour ouvrable", "op de laatste werkdag", "am letzten Werktag", "on the last working day"),
    "payee": _l("sur votre compte", "op uw rekening", "auf Ihr Konto", "to your account"),
    "service": _l("service social", "sociale dienst", "Sozialdienst", "social service"),
    "rhythm": _l("par mois", "per maand", "pro Monat", "per month"),
    "until": _l("", "", "", ""),
    "note_text": _l("", "", "", ""),
    "facts_text": _l("", "", "", ""),
    "claim_law": _l(
        "la loi du 26 mai 2002, article 24",
        "de wet van 26 mei 2002, artikel 24",
        "dem Gesetz vom 26. Mai 2002, Artikel 24",
        "the law of 26 May 2002, article 24",
    ),
    "heard": _l(
        "Vous ne l’avez pas demandé.", "U hebt hier niet om gevraagd.", "Sie haben nicht darum gebeten.", "You did not ask for it."
    ),
}

TO = _l("à {name}", "aan {name}", "an {name}", "to {name}")
UNTIL = _l(" et jusqu’au {day} inclus", " tot en met {day}", " und bis einschließlich {day}", " until {day} included")


def centre_facts() -> dict[str, Any]:
    """What the instance's settings say of the centre and of the court, and the telephone of the letter head. The court by language, where the
    centre gave its name in another one."""
    instance, phone = settings.PARVIS, sender().phone
    said = {"fr": instance["court"], **{code: instance.get(f"court_{code}") or instance["court"] for code in ("nl", "de")}}
    parts = {code: text.partition(",") for code, text in said.items()}
    return {
        "court": {code: name.strip() for code, (name, _comma, _address) in parts.items()},
        "court_address": {code: address.strip() for code, (_name, _comma, address) in parts.items()},
        "centre": instance["name"],
        "contact_phone": phone,
    }


def fact_text(value: Any, language: str) -> str:
    """A fact as a letter prints it: date in words, amount with its sign, the language's own text of a label."""
    if isinstance(value, Decimal):
        return formats.amount(value, "EUR", language)
    if isinstance(value, date):
        return formats.day(value, "long", language)
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("fr") or "")
    return str(value)


def category_in_words(category: str, language: str) -> str:
    """The category of the integration income as letters print it; empty for another code."""
    found = CATEGORIES.get(category)
    return fact_text(found, language) if found else ""


def _facts(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Facts with the usual ones completed: category in words, last day, decider by its code."""
    known: dict[str, Any] = {**DEFAULTS, **centre_facts(), **{name: value for name, value in facts.items() if value not in (None, "")}}
    if str(known.get("category", "")) in CATEGORIES:
        known["category"] = CATEGORIES[str(known["category"])]
    if isinstance(known["decider"], str) and known["decider"] in DECIDERS:
        known["decider"] = DECIDERS[known["decider"]]
    if facts.get("to_on"):
        known["until"] = UNTIL[language].replace("{day}", fact_text(facts["to_on"], language))
    if isinstance(known["payee"], str):
        known["payee"] = TO[language].replace("{name}", known["payee"])
    computed = facts.get("computed") or {}
    if "amount" not in facts and computed.get("amount"):
        known["amount"] = Decimal(computed["amount"])
    return known


def one_line(value: str) -> str:
    """A fact as one line of plain text; unbreakable spaces stay."""
    return re.sub(r"[ \t\n]+", " ", clean_text(value).replace("*", "")).strip(" ")


def _fill(text: str, facts: Mapping[str, Any], language: str, *, free: bool = False) -> str:
    """Facts put in once. A value is one line of plain text (its stars are taken away), except the text of a free block."""

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name not in facts:
            return f"⟦{name}⟧"
        value = fact_text(facts[name], language)
        if free:
            return clean_text(value)
        lead = " " if value.startswith(" ") else ""
        return lead + one_line(value)

    return FIELD.sub(put, text).strip()


def current_template(key: str) -> LetterTemplate:
    """The newest published version.

    Raises:
        UnknownTemplate: none has this key.
    """
    found = memo.once(("documents.template", key), lambda: LetterTemplate.objects.filter(key=key).order_by("-number").first())
    if found is None:
        raise UnknownTemplate(
            _("There is no letter template “%(key)s”. Load the reference data or publish one.") % {"key": key}, code="unknown_template"
        )
    return found


def _language(language: str) -> str:
    return language if language in LANGUAGES else "fr"


def draft_letter(template_key: str, language: str, facts: Mapping[str, Any], *, number: int | None = None) -> list[Block]:
    """The blocks of a letter in a language. What is not given stays pending.

    ``facts``: dates as ``date``, amounts as ``Decimal``, texts as ``str`` or {"fr", "nl", "de", "en"}; ``computed``: what
    ``rules.api.computed_data`` gives for the same language. Which names a template uses: ``fields_of``.
    """
    template = current_template(template_key) if number is None else LetterTemplate.objects.get(key=template_key, number=number)
    return draft_definition(template.key, template.number, template.definition, language, facts)


def draft_definition(key: str, number: int, definition: Mapping[str, Any], language: str, facts: Mapping[str, Any]) -> list[Block]:
    """The same from a definition at hand, published or not."""
    language = _language(language)
    known = _facts({"asked_for": definition.get("asked_for", {}), **{k: v for k, v in facts.items() if v not in (None, "")}}, language)
    blocks = []
    for item in definition["blocks"]:
        if item.get("when") and not facts.get(item["when"]):
            continue
        kind = item["kind"]
        text = item.get("text", {}).get(language, "")
        data: dict[str, Any] = dict(facts.get("computed") or {}) if kind == COMPUTED else {}
        blocks.append(
            Block(
                key=item["key"],
                kind=kind,
                language=language,
                text=_fill(text, known, language, free=kind == FREE),
                heading=_fill(item.get("heading", {}).get(language, ""), known, language),
                data=data,
                mentions=tuple(item.get("mentions", ())),
            )
        )
    if blocks:
        mark = {"template": key, "number": number, "required": definition.get("required", [])}
        blocks[0] = replace(blocks[0], data={**blocks[0].data, **mark})
    return blocks


def draft_text(text: str, language: str, facts: Mapping[str, Any]) -> list[Block]:
    """A letter of one block written on the spot, its fields filled like those of a template. What is not given stays pending."""
    language = _language(language)
    known = _facts({name: value for name, value in facts.items() if value not in (None, "")}, language)
    return [Block(key="text", kind=FREE, language=language, text=_fill(clean_text(text), known, language))]


def fields_in(text: str) -> list[str]:
    """Names of the fields that a text uses, in their order."""
    return list(dict.fromkeys(FIELD.findall(text)))


def usual_fields() -> frozenset[str]:
    """Names that always have a value: the centre's own facts and the usual words."""
    return frozenset({*DEFAULTS, *centre_facts()})


def templates_for_many() -> list[LetterTemplate]:
    """The newest version of each template made for mailings: no decision, no mandatory mention."""
    newest: dict[str, LetterTemplate] = {}
    for row in LetterTemplate.objects.order_by("key", "number"):
        newest[row.key] = row
    return [row for row in newest.values() if row.definition.get("mailing")]


def redraft_letter(blocks: Sequence[Block], facts: Mapping[str, Any]) -> list[Block]:
    """The same letter with fresh facts and a fresh computation; what was typed in free blocks is kept.

    Blocks of the template's same number; free blocks that the template does not have are kept at their end.
    """
    if not blocks:
        return []
    key = next((str(b.data["template"]) for b in blocks if "template" in b.data), "")
    number = next((int(b.data["number"]) for b in blocks if "number" in b.data), None)
    typed = {block.key: block.text for block in blocks if block.kind == FREE}
    fresh = draft_letter(key, blocks[0].language, facts, number=number)
    return [replace(b, text=typed[b.key]) if b.kind == FREE and typed.get(b.key) else b for b in fresh]


def complete_letter(blocks: Sequence[Block], facts: Mapping[str, Any]) -> list[Block]:
    """The letter with pending facts filled (number and date of the decision, what the committee heard): no other word changes."""
    out = []
    for block in blocks:

        def put(found: re.Match[str], language: str = block.language) -> str:
            value = facts.get(found[1])
            if value in (None, ""):
                return found[0]
            return one_line(fact_text(value, language))

        out.append(replace(block, text=PENDING.sub(put, block.text), heading=PENDING.sub(put, block.heading)))
    return out


def subject_line(blocks: Sequence[Block]) -> str:
    """The subject of the letter, from its template."""
    for block in blocks:
        if "template" in block.data:
            key, number = block.data["template"], block.data["number"]
            # A letter under way is nearly always of the newest version, which the page reads anyway.
            found = memo.once(
                ("documents.template", key), lambda key=key: LetterTemplate.objects.filter(key=key).order_by("-number").first()
            )
            if found is not None and found.number != number:
                found = LetterTemplate.objects.filter(key=key, number=number).first()
            if found is not None:
                return str(found.definition["subject"][block.language])
    return ""


def fields_of(template_key: str) -> dict[str, list[str]]:
    """Facts that a template reads: {"given": must be given, "defaulted": has a usual value, "later": known once decided},
    and the mentions that the letter must carry: "required"."""
    from parvis.documents.letters.mentions import LATER

    definition = current_template(template_key).definition
    names: dict[str, None] = {}
    for item in definition["blocks"]:
        for text in (*item.get("text", {}).values(), *item.get("heading", {}).values()):
            names.update(dict.fromkeys(FIELD.findall(text)))
    usual = {*DEFAULTS, *centre_facts(), "asked_for"}
    return {
        "given": [name for name in names if name not in usual and name not in LATER],
        "defaulted": [name for name in names if name in usual],
        "later": [name for name in names if name in LATER],
        "required": list(definition.get("required", [])),
    }
