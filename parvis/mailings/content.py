"""The text of a mailing: which fields it may name, what is wrong with it, and the letter that it makes."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.enums import ContactLanguage
from parvis.documents.api import (
    Block,
    Envelope,
    LetterTemplate,
    draft_letter,
    draft_text,
    fields_in,
    fields_of,
    subject_line,
    usual_fields,
)
from parvis.dossiers.api import own_template_classes, own_template_fields
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see

from .enums import Source
from .models import Mailing

COMMON: dict[str, Any] = {
    "name": gettext_lazy("name of the recipient"),
    "salutation": gettext_lazy("Dear Sir or Madam, in the recipient’s language"),
    "today": gettext_lazy("day of the letter"),
    "centre": gettext_lazy("name of the centre"),
    "contact": gettext_lazy("your name"),
    "contact_phone": gettext_lazy("phone of the centre"),
}
OF_DOSSIERS: dict[str, Any] = {
    "reference": gettext_lazy("number of the dossier"),
    "referent": gettext_lazy("who follows the dossier"),
    "rent": gettext_lazy("rent a month"),
}
CLASSES = {"rent": "money"}
#: What a text that stands in an e-mail may name: nothing of a dossier.
HARMLESS = frozenset(COMMON)
HEAVIEST = ("health", "legal", "money")
BRACES = re.compile(r"\{([^{}\n]*)\}")


def fields_for(actor: Actor, source: str) -> dict[str, str]:
    """Names that this writer may use for these recipients, with what they mean. Of the own fields only those of open classes of data."""
    found = {name: str(words) for name, words in COMMON.items()}
    if source == Source.DOSSIERS:
        found |= {name: str(words) for name, words in OF_DOSSIERS.items() if may_see(actor, CLASSES.get(name, "identity"))}
        found |= own_template_fields(actor)
    return found


def faults(texts: Mapping[str, Mapping[str, str]], known: Mapping[str, str]) -> list[str]:
    """What is wrong in texts written on the spot, by language and line."""
    out = []
    for language, written in texts.items():
        spoken = str(ContactLanguage(language).label)
        lines = [(_("%(language)s, subject") % {"language": spoken}, written.get("subject", ""))]
        lines += [
            (_("%(language)s, line %(line)d") % {"language": spoken, "line": number}, line)
            for number, line in enumerate(written.get("text", "").splitlines(), 1)
        ]
        for where, line in lines:
            out += [_("%(name)s: %(fault)s") % {"name": where, "fault": fault} for fault in _line_faults(line, known)]
    return out


def _line_faults(line: str, known: Mapping[str, str]) -> list[str]:
    out = []
    for found in BRACES.finditer(line):
        name = found[1].strip()
        if found[1] in known:
            continue
        near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
        said = _("{%(name)s} is not a field.") % {"name": found[1]}
        out.append(f"{said} {_('Did you mean {%(name)s}?') % {'name': near[0]}}" if near else said)
    if "{" in BRACES.sub("", line) or "}" in BRACES.sub("", line):
        out.append(_("a brace { or } has no partner."))
    return out


@dataclass(frozen=True)
class Content:
    """What is sent: a template, or texts by language. ``used``: fields that must have a value."""

    template: LetterTemplate | None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    main: str = "fr"
    used: tuple[str, ...] = ()

    @property
    def languages(self) -> list[str]:
        return list(ContactLanguage.values) if self.template is not None else list(self.texts)

    def language_for(self, wanted: str) -> tuple[str, bool]:
        """The language of a letter, and whether it is not the recipient's."""
        return (wanted, False) if wanted in self.languages else (self.main, True)

    def blocks(self, language: str, facts: Mapping[str, Any]) -> tuple[str, list[Block]]:
        """Subject and blocks."""
        if self.template is not None:
            blocks = draft_letter(self.template.key, language, facts, number=self.template.number)
            return subject_line(blocks), blocks
        written = self.texts[language]
        subject = draft_text(written["subject"], language, facts)[0].text
        return subject, draft_text(written["text"], language, facts)


def content_of(mailing: Mailing) -> Content:
    if mailing.template is not None:
        known = fields_of(mailing.template.key)
        return Content(mailing.template, main=mailing.main_language, used=tuple(known["given"]))
    texts = {language: one for language, one in mailing.texts.items() if one.get("text", "").strip()}
    used: dict[str, None] = {}
    for one in texts.values():
        used |= dict.fromkeys(fields_in(f"{one.get('subject', '')}\n{one['text']}"))
    return Content(None, texts, mailing.main_language, tuple(name for name in used if name not in usual_fields()))


def is_ready(mailing: Mailing) -> bool:
    """Something is written to be looked at."""
    return mailing.template is not None or bool(mailing.texts.get(mailing.main_language, {}).get("text", "").strip())


def data_class(actor: Actor, used: tuple[str, ...]) -> str:
    """Class of data of the letters: that of the most closed field in it."""
    classes = {**own_template_classes(actor), **CLASSES}
    found = {classes[name] for name in used if name in classes}
    return next((one for one in HEAVIEST if one in found), "social")


def envelope(
    mailing: Mailing, *, language: str, name: str, lines: tuple[str, ...], subject: str, reference: str, on: dt.date, hand: bool
) -> Envelope:
    return Envelope(
        language=language,
        recipient=(name, *lines),
        subject=subject,
        on=on,
        reference=reference,
        contact=(mailing.author_label,),
        delivery="counter" if hand else "",
    )


#: The e-mail to somebody whose letter may not stand in it: that there is one, and nothing else.
NOTICE = {
    "fr": (
        "Une lettre vous attend : {centre}",
        "Madame, Monsieur,\n\nUne lettre de {centre} part aujourd’hui vers vous par la poste. Pour protéger votre vie privée, cet e-mail ne dit pas ce "
        "qu’elle contient.\n\nUne question ? Appelez le {phone}.\n\n{centre}",
    ),
    "nl": (
        "Er is een brief voor u: {centre}",
        "Geachte heer, mevrouw,\n\nEen brief van {centre} vertrekt vandaag met de post naar u. Om uw privacy te beschermen zegt deze e-mail niet wat erin "
        "staat.\n\nEen vraag? Bel {phone}.\n\n{centre}",
    ),
    "de": (
        "Ein Brief für Sie: {centre}",
        "Sehr geehrte Dame, sehr geehrter Herr,\n\nein Brief von {centre} geht heute mit der Post an Sie. Zum Schutz Ihrer Privatsphäre sagt diese E-Mail "
        "nicht, was darin steht.\n\nFragen? Rufen Sie uns an: {phone}.\n\n{centre}",
    ),
    "en": (
        "A letter for you: {centre}",
        "Dear Sir or Madam,\n\nA letter from {centre} leaves for you today by post. To protect your privacy, this e-mail does not say what is in it."
        "\n\nA question? Call {phone}.\n\n{centre}",
    ),
}


def plain(blocks: list[Block]) -> str:
    """The letter as the text of an e-mail: no stars."""
    return "\n\n".join(part for block in blocks for part in (block.heading, block.text.replace("**", "")) if part)
