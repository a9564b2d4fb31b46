"""The mentions that a decision must carry, or its appeal term does not start (law of 26 May 2002, art. 21; organic law, art. 62bis).

The check works on blocks: a mention is there when a block that carries it has its text and no fact is missing in it. Motives of
fact are read more closely: a refusal made of stock sentences only is no motivation (F4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from parvis.documents.letters import markup
from parvis.documents.letters.blocks import COMPUTED, FREE, Block
from parvis.kernel.textmatch import fold

MENTIONS: dict[str, Any] = {
    "legal_grounds": _("Grounds of law"),
    "factual_grounds": _("Grounds of fact"),
    "facts_of_person": _("Facts of this person, not stock sentences only"),
    "category": _("Category"),
    "amount": _("Amount"),
    "method": _("Method of calculation"),
    "periodicity": _("Periodicity and day of payment"),
    "appeal_court": _("Court of appeal"),
    "appeal_address": _("Address of the court"),
    "appeal_term": _("Term of appeal: three months"),
    "appeal_not_suspensive": _("The appeal does not suspend the decision"),
    "file_reference": _("Reference of the file"),
    "contact_person": _("Contact person and service"),
    "right_to_be_heard": _("Right to be heard"),
    "right_to_explanations": _("Right to explanations and to see the file"),
    "repayable": _("The advance is repayable"),
    "debtor": _("Debtor, period and amount to repay"),
    "no_abbreviations": _("No abbreviation and no code"),
    "decision_data": _("Date and number of the decision"),
}

#: A fact that is missing in the text takes this mention away (others take away all the mentions of their block).
FACT_MENTIONS = {
    "court": ("appeal_court",),
    "court_address": ("appeal_address",),
    "reference": ("file_reference",),
    "contact": ("contact_person",),
    "contact_phone": ("contact_person",),
    "service": ("contact_person",),
    "amount": ("amount",),
    "category": ("category",),
    "payment_day": ("periodicity",),
    "decided_on": ("decision_data",),
    "decision_number": ("decision_data",),
}

#: Known only once it is decided; asked for when ``final``.
LATER = frozenset({"decided_on", "decision_number", "payment_day"})

ABBREVIATIONS = re.compile(
    r"(?<![\w.])(?:(?:RIS|DIS|CPAS|CSSS|OCMW|BCSD|ÖSHZ|PIIS|GPMI|VIHI|ISP|SPI|AMU|DMH|SPP|POD|ONEM|RVA|BCSS|KSZ|ZDSS|NISS|INSZ|SASPE|AR|KB|KE)(?!\w)"
    r"|(?:art|cat|Kat|resp|p\. ?ex|d\. ?h|z\. ?B|bv|m\.a\.w|cf|a\.r|k\.b|Abs|Art)\.)"
)

#: Numbers of decisions and files are names, not codes to be understood.
NUMBERS = re.compile(r"(?<!\w)[A-ZÖ]+ \d{4}/\d+")

#: Sentences that say nothing of the person. Compared without accents, case and punctuation.
STOCK = (
    "vous ne remplissez pas les conditions",
    "vous ne remplissez pas les conditions de la loi",
    "l enquête sociale a montré que vous n êtes pas en état de besoin",
    "vous n êtes pas dans le besoin",
    "vos ressources sont suffisantes",
    "votre demande n est pas fondée",
    "votre situation ne justifie pas une aide",
    "votre dossier a été examiné avec attention",
    "u voldoet niet aan de voorwaarden",
    "u voldoet niet aan de wettelijke voorwaarden",
    "uit het sociaal onderzoek blijkt dat u niet behoeftig bent",
    "uw bestaansmiddelen zijn voldoende",
    "uw aanvraag is niet gegrond",
    "uw dossier werd aandachtig onderzocht",
    "sie erfüllen die bedingungen nicht",
    "sie erfüllen die gesetzlichen bedingungen nicht",
    "die sozialuntersuchung hat ergeben dass sie nicht bedürftig sind",
    "ihre einkünfte sind ausreichend",
    "ihr antrag ist nicht begründet",
    "ihre akte wurde aufmerksam geprüft",
    "you do not meet the conditions",
    "you do not meet the legal conditions",
    "the social inquiry showed that you are not in need",
    "your resources are sufficient",
    "your request is not founded",
    "your file was examined with care",
)

MIN_WORDS = 12


class Mention(NamedTuple):
    """A missing mention. ``detail``: what was found wrong, when there is more to say."""

    key: str
    label: Any
    detail: str = ""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


_STOCK_WORDS = [" ".join(_words(sentence)) for sentence in STOCK]


def own_words(text: str) -> list[str]:
    """Words of the text without its stock sentences."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", markup.plain(text)):
        bare = " ".join(_words(sentence))
        for stock in sorted(_STOCK_WORDS, key=len, reverse=True):
            bare = bare.replace(stock, " ")
        kept += bare.split()
    return kept


def stock_text_only(blocks: Sequence[Block]) -> bool:
    """True when the motives of fact say nothing of this person.

    They say something when, stock sentences apart, at least twelve words are left with a fact that can be checked: a figure
    (date, amount, number) or a name of person or place.
    """
    text = "\n".join(block.text for block in blocks if block.kind == FREE and "factual_grounds" in block.mentions)
    words = own_words(text)
    if len(words) < MIN_WORDS:
        return True
    figures = re.search(r"\d", text)
    if any(block.language == "de" for block in blocks):  # every German noun has a capital: only figures tell
        return not figures
    names = re.search(r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ][\w'’-]{2,}", markup.plain(text))
    return not (figures or names)


def abbreviations(blocks: Sequence[Block]) -> list[str]:
    """Abbreviations and codes found in what the person will read."""
    found: dict[str, None] = {}
    for block in blocks:
        text = f"{block.heading}\n{block.text}"
        if block.kind == COMPUTED:
            text += "\n" + "\n".join(row.get("label", "") for row in block.data.get("rows", ()))
        for match in ABBREVIATIONS.finditer(NUMBERS.sub("", text)):
            found.setdefault(match[0])
    return list(found)


def required_mentions(blocks: Sequence[Block]) -> list[str]:
    """What the template of this letter asks for; the list common to all decisions when the letter names none."""
    for block in blocks:
        if "required" in block.data:
            return list(block.data["required"])
    return [
        "legal_grounds",
        "factual_grounds",
        "appeal_court",
        "appeal_address",
        "appeal_term",
        "appeal_not_suspensive",
        "file_reference",
        "contact_person",
    ]


def _carried(block: Block, final: bool) -> set[str]:
    if block.kind == COMPUTED:
        return set(block.mentions) if block.data.get("rows") or block.data.get("lines") else set()
    if not markup.plain(block.text).strip():
        return set()
    carried = set(block.mentions)
    for fact in block.pending:
        if fact in LATER and not final:
            continue
        carried -= set(FACT_MENTIONS.get(fact, block.mentions))
    return carried


def missing_mentions(blocks: Sequence[Block], *, final: bool = False) -> list[Mention]:
    """The mandatory mentions that are not there, in the order of the template. ``final``: date and number of the decision too."""
    carried: set[str] = set()
    for block in blocks:
        carried |= _carried(block, final)
    required = required_mentions(blocks)
    if final and "decision_data" not in required:
        required = [*required, "decision_data"]
    missing = []
    for key in required:
        if key == "decision_data":
            if final and any(fact in LATER for block in blocks for fact in block.pending):
                missing.append(Mention(key, MENTIONS[key]))
        elif key == "facts_of_person":
            if stock_text_only(blocks):
                missing.append(Mention(key, MENTIONS[key]))
        elif key == "no_abbreviations":
            if found := abbreviations(blocks):
                missing.append(Mention(key, MENTIONS[key], ", ".join(found)))
        elif key not in carried:
            missing.append(Mention(key, MENTIONS.get(key, key)))
    return missing


def check_list(blocks: Sequence[Block], *, final: bool = False) -> list[dict[str, Any]]:
    """Every required mention for ``ui/components/checklist.html``: text, state ok or bad, note."""
    missing = {mention.key: mention for mention in missing_mentions(blocks, final=final)}
    return [
        {
            "key": key,
            "text": MENTIONS.get(key, key),
            "state": "bad" if key in missing else "ok",
            "note": missing[key].detail if key in missing else "",
        }
        for key in required_mentions(blocks)
    ]
