"""Columns of a file of entries: vehicles, debts, placements; one line each, of one section that repeats."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .columns import DOSSIER, OWN, PERSON, TARGETS, Target
from .values import BadValue, clean, day

_KEY, _NISS = (next(one for one in TARGETS if one.key == key) for key in ("key", "national_number"))
_FILE = next(one for one in TARGETS if one.key == "dossier_key")

ENTRIES: tuple[Target, ...] = (
    Target("dossier_key", DOSSIER, gettext_lazy("Number of the dossier, here or in the old system"), _FILE.names, 100),
    Target("key", PERSON, _KEY.label, _KEY.names, 100),
    _NISS,
    Target("entry_key", OWN, gettext_lazy("Number of the entry in the old system"), (
        "no ligne", "numero ligne", "id ligne", "no entree", "id entree", "lijn nr", "lijnnummer", "id lijn", "zeile nr", "zeilennummer", "id zeile", "entry", "entry id", "entry number", "row id", "line id",
    ), 80),
    Target("entry_from", OWN, gettext_lazy("First day of the entry"), (
        "du", "depuis", "date debut", "debut", "a partir du", "van", "vanaf", "begin", "begindatum", "ab", "von", "seit", "beginn", "from", "since", "start", "valid from",
    ), 30),
    Target("entry_to", OWN, gettext_lazy("Last day of the entry"), (
        "au", "jusqu au", "date fin", "fin", "tot", "tot en met", "einde", "einddatum", "bis", "ende", "to", "until", "end", "valid to",
    ), 30),
)  # fmt: skip
BY_KEY = {one.key: one for one in ENTRIES}


def clean_entry(target: str, text: str) -> Any:
    """The value of a cell that is no own field; None when it is empty.

    Raises:
        BadValue: it cannot be read.
    """
    text = " ".join(text.split())
    if not text:
        return None
    if target in ("entry_from", "entry_to"):
        return day(text)
    if target in ("key", "national_number", "dossier_key"):
        return clean(target, text)
    if len(text) > BY_KEY[target].most:
        most = BY_KEY[target].most
        raise BadValue(_("longer than %(most)s characters") % {"most": most}, _("Shorten it in the old system or in the file."))
    return text
