"""From the text of a cell to a value, with a reason when it cannot be."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.contacts.enums import ResidenceTitle
from parvis.kernel.errors import DomainError
from parvis.kernel.identifiers import bare_of, parse_niss
from parvis.kernel.textmatch import sort_key

from .columns import BY_KEY

_SEXES = {
    "f": "F", "femme": "F", "feminin": "F", "vrouw": "F", "v": "F", "w": "F", "frau": "F", "weiblich": "F", "female": "F", "woman": "F", "2": "F", "mme": "F",
    "m": "M", "h": "M", "homme": "M", "masculin": "M", "man": "M", "mann": "M", "mannlich": "M", "male": "M", "1": "M", "mr": "M",
    "x": "X", "autre": "X", "andere": "X", "divers": "X", "other": "X", "0": "", "inconnu": "", "onbekend": "", "unbekannt": "",
}  # fmt: skip
_LANGUAGES = {
    "fr": "fr", "f": "fr", "francais": "fr", "frans": "fr", "franzosisch": "fr", "french": "fr", "fra": "fr",
    "nl": "nl", "n": "nl", "neerlandais": "nl", "nederlands": "nl", "niederlandisch": "nl", "dutch": "nl", "nld": "nl",
    "de": "de", "d": "de", "allemand": "de", "duits": "de", "deutsch": "de", "german": "de", "deu": "de",
    "en": "en", "e": "en", "anglais": "en", "engels": "en", "englisch": "en", "english": "en", "eng": "en",
}  # fmt: skip
_HOUSEHOLD = {
    "head": "head", "chef": "head", "chef de menage": "head", "personne de reference": "head", "reference": "head", "referentiepersoon": "head", "gezinshoofd": "head", "haushaltsvorstand": "head", "1": "head",
    "partner": "partner", "conjoint": "partner", "conjointe": "partner", "partenaire": "partner", "epoux": "partner", "epouse": "partner", "echtgenoot": "partner", "echtgenote": "partner", "ehepartner": "partner",
    "child": "child", "enfant": "child", "fils": "child", "fille": "child", "kind": "child", "zoon": "child", "dochter": "child",
    "parent": "parent", "pere": "parent", "mere": "parent", "ouder": "parent", "vader": "parent", "moeder": "parent", "elternteil": "parent",
    "other": "other", "autre": "other", "andere": "other", "cohabitant": "other", "samenwonende": "other",
}  # fmt: skip
_DOSSIER = {
    "applicant": "applicant", "demandeur": "applicant", "demandeuse": "applicant", "titulaire": "applicant", "aanvrager": "applicant", "antragsteller": "applicant",
    "partner": "partner", "conjoint": "partner", "conjointe": "partner", "partenaire": "partner", "child": "child", "enfant": "child", "kind": "child",
    "parent": "parent", "ouder": "parent", "elternteil": "parent", "cohabitant": "cohabitant", "samenwonende": "cohabitant", "mitbewohner": "cohabitant",
    "related": "related", "apparente": "related", "autre": "related", "andere": "related",
}  # fmt: skip
_YES = {"1", "oui", "o", "ja", "j", "yes", "y", "true", "vrai", "waar", "wahr", "x"}
_NO = {"", "0", "non", "n", "nee", "nein", "no", "false", "faux"}
_COUNTRIES = {"belgique": "BE", "belgie": "BE", "belgien": "BE", "belgium": "BE", "b": "BE", "france": "FR", "frankrijk": "FR", "allemagne": "DE", "deutschland": "DE", "pays bas": "NL", "nederland": "NL", "luxembourg": "LU", "suisse": "CH", "schweiz": "CH"}  # fmt: skip
_DATES = {"birth_date", "address_from", "household_from", "residence_until"}


@cache
def _residences() -> dict[str, str]:
    """Titles by their code, and by their name in any language, with and without what stands in brackets."""
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for one in ResidenceTitle:
                name = str(one.label)
                found |= {sort_key(text).strip(): one.value for text in (name, name.split("(")[0], one.value.replace("_", " "))}
    return found


class BadValue(Exception):
    """A cell that cannot be what its column says. ``advice`` says what to do."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem, self.advice = problem, advice


def clean(target: str, text: str) -> Any:
    """The value of a cell; None when it is empty.

    Raises:
        BadValue: it cannot be read.
    """
    text = text.strip()
    if target == "protected":
        return _yes_or_no(text)
    if not text:
        return None
    if target in _DATES:
        return day(text)
    if target == "national_number":
        return _niss(text)
    if target == "residence":
        return _word(text, _residences())
    words = {"sex": _SEXES, "language": _LANGUAGES, "household_role": _HOUSEHOLD, "dossier_role": _DOSSIER}.get(target)
    if words is not None:
        return _word(text, words)
    if target == "country":
        return _country(text)
    if len(text) > BY_KEY[target].most:
        most = BY_KEY[target].most
        raise BadValue(_("longer than %(most)s characters") % {"most": most}, _("Shorten it in the old system or in the file."))
    return " ".join(text.split())


def day(text: str) -> dt.date:
    """31/12/1980, 31.12.1980, 31-12-1980, 1980-12-31, 19801231, or the number that Excel stores.

    Raises:
        BadValue: no such day, or one that can be read in two ways.
    """
    text = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", text.strip())
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if match:
        return _date(match[1], match[2], match[3], text)
    match = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text)
    if match:
        return _date(match[3], match[2], match[1], text)
    if re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2})", text):
        raise BadValue(_("the year has two digits only: %(text)s") % {"text": text}, _("Write the year with four digits."))
    if re.fullmatch(r"\d{4,5}(\.0+)?", text):
        number = int(float(text))
        if 1 <= number <= 80_000 and not (1880 <= number <= 2100):
            return dt.date(1899, 12, 30) + dt.timedelta(days=number)
    raise BadValue(_("this is not a date: %(text)s") % {"text": text[:40]}, _("Write it like 31/12/1980 or 1980-12-31, or leave it empty."))


def _date(year: str, month: str, number: str, text: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(number))
    except ValueError:
        raise BadValue(
            _("there is no such day: %(text)s") % {"text": text}, _("Correct the day, or leave it empty when it is not known.")
        ) from None


def _niss(text: str) -> str:
    bare = bare_of(re.sub(r"^(\d{8,11})\.0+$", r"\1", text))  # a spreadsheet makes a figure of it
    if bare.isdecimal() and 8 <= len(bare) < 11:
        bare = bare.zfill(11)  # a spreadsheet takes the zeros before a number away
    try:
        return parse_niss(bare)
    except DomainError as error:
        raise BadValue(str(error), _("Correct it, or leave it empty: the person is then found by name and birth date.")) from None


def _word(text: str, words: dict[str, str]) -> str:
    found = words.get(sort_key(text))
    if found is None:
        raise BadValue(_("not understood: %(text)s") % {"text": text[:40]}, _("Use one of the usual words, or leave it empty."))
    return found


def _yes_or_no(text: str) -> bool:
    word = sort_key(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadValue(_("neither yes nor no: %(text)s") % {"text": text[:40]}, _("Write yes or no. Nobody's protection is guessed."))


def _country(text: str) -> str:
    known = _COUNTRIES.get(sort_key(text))
    if known:
        return known
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper()
    raise BadValue(_("not a country of two letters: %(text)s") % {"text": text[:40]}, _("Write BE, FR, NL, …"))
