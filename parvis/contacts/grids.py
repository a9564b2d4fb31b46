"""The address book as a list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel.identifiers import format_number
from parvis.kernel.textmatch import sort_key
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log

from .book.selectors import kind_labels, printed_phone
from .enums import ContactLanguage, PartyKind

STATES = [("works", pgettext_lazy("of an organisation", "Open")), ("closed", pgettext_lazy("of an organisation", "Closed"))]


def _kinds(row: Any) -> str:
    return ", ".join(kind_labels(row.kinds))


def _search(rows: Any, text: str) -> Any:
    """Each word typed begins a word of the name, in any order; or the number, phone or e-mail."""
    bare = "".join(text.split())
    digits = "".join(char for char in text if char.isdecimal())
    if "@" in bare:
        return rows.filter(shown_email=bare.lower())
    if len(digits) >= 8 and len(digits) >= len(bare) - 4:
        return rows.filter(Q(number__endswith=digits.lstrip("0")) | Q(shown_phone__endswith=digits[-8:]))
    for word in sort_key(text).split()[:6]:
        rows = rows.filter(Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}") | Q(shown_town_key__startswith=word))
    return rows


record_export = export_log("contacts", "contacts.export", "address_book")


def row_url(row: Any) -> str:
    if row.organisation_id is not None:
        return reverse("contacts:organisation", args=[row.organisation.uuid])
    return reverse("contacts:person", args=[row.person.uuid])


BOOK = Grid(
    key="book",
    name=_("Address book"),
    columns=[
        Column("name", _("Name"), value="display_name", sort="sort_key", main=True, detail="legal_form"),
        Column("kinds", _("Kind of contact"), value=_kinds),
        Column("town", _("Municipality"), value="shown_municipality", sort="shown_town_key", detail="shown_postal_code"),
        Column("phone", _("Phone"), value=lambda row: printed_phone(row.shown_phone), cell="contacts/_phone.html"),
        Column("email", _("E-mail address"), value="shown_email", cell="contacts/_email.html"),
        Column("number", _("Enterprise number"), value=lambda row: format_number("enterprise", row.number)),
        Column(
            "state",
            pgettext_lazy("of an organisation", "State"),
            value=lambda row: dict(STATES)["closed" if row.closed else "works"],
            cell="contacts/_state.html",
        ),
    ],
    filters=[
        Filter("kind", _("Kind of contact"), choices=PartyKind.choices, apply=lambda rows, v: rows.filter(kinds__contains=f",{v},")),
        Filter("town", _("Municipality"), kind="text", apply=lambda rows, v: rows.filter(shown_town_key__startswith=sort_key(v))),
        Filter("language", _("Language of our letters"), choices=ContactLanguage.choices, apply=lambda rows, v: rows.filter(language=v)),
        Filter(
            "state",
            pgettext_lazy("of an organisation", "State"),
            choices=STATES,
            apply=lambda rows, v: rows.filter(closed=v == "closed"),
            default="works",
        ),
    ],
    search=_search,
    default_sort="name",
    row_url=row_url,
    empty_title=_("The address book is empty"),
    empty_text=_("Enter a doctor, a landlord or a school once: every dossier and letter uses it from then on."),
    on_export=record_export,
)
