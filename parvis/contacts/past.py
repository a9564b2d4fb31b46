"""The address book as it stood on a past day: who was in it, under which name, reached how. A protected address of today stays closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView
from parvis.kernel.identifiers import format_number
from parvis.kernel.textmatch import sort_key
from parvis.ui.grid import Column, Filter, Grid

from .book.selectors import book, organisation_cards
from .enums import PartyKind, PointKind
from .grids import BOOK, STATES, record_export, row_url
from .models import (
    Address,
    BookEntry,
    ContactPoint,
    Merge,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonCapacity,
    PersonName,
)
from .selectors import display_names, shown_point

#: Of entries that the reader's own scope has shown already.
_READER = system_actor("contacts.past")
OFFICES = ("seat", "site", "postal", "billing")
HOMES = ("domicile", "residence", "postal", "reference")
MOST_GONE = 50


@dataclass(frozen=True)
class Gone:
    """A line of the address book of that day that is in none today."""

    name: str
    kinds: str
    url: str


def _at(model: Any, view: PastView) -> QuerySet[Any]:
    return model.objects.visible_to(_READER).at(view.day, view.known_on)  # type: ignore[no-any-return]


def _named(view: PastView) -> QuerySet[Any]:
    """Names that had begun by the day, the one of the day last."""
    rows = OrganisationName.objects.visible_to(_READER).known(view.known_on).filter(valid_from__lte=view.day)
    return rows.order_by("valid_from", "pk")  # type: ignore[no-any-return]


def listed_then(actor: Actor, view: PastView) -> QuerySet[BookEntry]:
    """Entries of today that were in the book that day, with what was known of each (``…_then``), in a fixed number of queries."""
    of_organisation = {"organisation": OuterRef("organisation")}
    rows = book(actor).filter(
        Exists(_named(view).filter(**of_organisation).order_by()) | Exists(_at(PersonCapacity, view).filter(person=OuterRef("person")))
    )
    rows = rows.annotate(closed_then=Exists(_at(OrganisationProfile, view).filter(closed=True, **of_organisation)))
    office = {
        "names": _named(view),
        "kinds": _at(OrganisationKind, view).order_by("kind", "pk"),
        "numbers": _at(OrganisationNumber, view).order_by("kind", "pk"),
        "addresses": _at(OrganisationAddress, view).order_by("pk"),
        "points": _at(OrganisationPoint, view).order_by("pk"),
    }
    own_names = (
        PersonName.objects.visible_to(_READER).exclude(kind="alias").at(view.day, view.known_on).order_by("-kind", "valid_from", "pk")
    )
    own = {
        "names": own_names,
        "capacities": _at(PersonCapacity, view).order_by("kind", "pk"),
        "addresses": _at(Address, view).order_by("pk"),
        "points": _at(ContactPoint, view).order_by("pk"),
    }
    found: QuerySet[BookEntry] = rows.prefetch_related(
        *(Prefetch(f"organisation__{name}", queryset=those, to_attr=f"{name}_then") for name, those in office.items()),
        *(Prefetch(f"person__{name}", queryset=those, to_attr=f"{name}_then") for name, those in own.items()),
    )
    return found


def _name(row: Any) -> str:
    if row.organisation is not None:
        names = row.organisation.names_then
        return str(names[-1].name) if names else row.display_name
    names = row.person.names_then
    return str(names[0].full) if names else row.display_name


def _beside_name(row: Any) -> Any:
    """Today's name, where it is another one; else the legal form."""
    if row.display_name != _name(row):
        return _("today %(name)s") % {"name": row.display_name}
    return row.organisation.names_then[-1].legal_form if row.organisation is not None and row.organisation.names_then else ""


def _kinds(row: Any) -> str:
    held = row.organisation.kinds_then if row.organisation is not None else row.person.capacities_then
    return ", ".join(str(one.get_kind_display()) for one in held)


def _place(row: Any) -> Any:
    if row.protected:
        return None
    party, order = (row.organisation, OFFICES) if row.organisation is not None else (row.person, HOMES)
    held = {one.kind: one for one in party.addresses_then}
    return next((held[kind] for kind in order if kind in held), None)


def _point(kind: str) -> Any:
    def shown(row: Any) -> str:
        held = (row.organisation or row.person).points_then
        return next((shown_point(one) for one in held if one.kind == kind), "") if not row.protected else ""

    return shown


def _number(row: Any) -> str:
    held = row.organisation.numbers_then if row.organisation is not None else []
    first = next((one for one in held if one.kind == "enterprise"), held[0] if held else None)
    return format_number("enterprise", first.value) if first is not None else ""


def _search(rows: Any, text: str, view: PastView) -> Any:
    """By the words of today's name or of the one of that day; by number, phone or e-mail of that day."""
    bare = "".join(text.split())
    digits = "".join(char for char in text if char.isdecimal())

    def reached(**by: str) -> Q:
        office = _at(OrganisationPoint, view).filter(organisation=OuterRef("organisation"), **by)
        return Q(Exists(office)) | Q(Exists(_at(ContactPoint, view).filter(person=OuterRef("person"), **by)), protected=False)

    if "@" in bare:
        return rows.filter(reached(value=bare.lower()))
    if len(digits) >= 8 and len(digits) >= len(bare) - 4:
        numbers = _at(OrganisationNumber, view).filter(organisation=OuterRef("organisation"), value__endswith=digits.lstrip("0"))
        return rows.filter(Q(Exists(numbers)) | reached(value__endswith=digits[-8:]))
    today = Q()
    for word in sort_key(text).split()[:6]:
        today &= Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}")
    then = _named(view).filter(organisation=OuterRef("organisation"), name__icontains=text.strip()).order_by()
    return rows.filter(today | Q(Exists(then)))


def _of_kind(rows: Any, value: str, view: PastView) -> Any:
    offices = _at(OrganisationKind, view).filter(kind=value, organisation=OuterRef("organisation"))
    return rows.filter(Exists(offices) | Exists(_at(PersonCapacity, view).filter(kind=value, person=OuterRef("person"))))


def book_then(view: PastView) -> Grid:
    """The list on a past day, in the order of today's names; no column and no filter that knows only today."""
    return Grid(
        key="book",
        open=False,
        name=BOOK.name,
        columns=[
            Column("name", _("Name"), value=_name, sort="sort_key", main=True, detail=_beside_name),
            Column("kinds", _("Kind of contact"), value=_kinds),
            Column(
                "town",
                _("Municipality"),
                value=lambda row: getattr(_place(row), "municipality", ""),
                detail=lambda row: getattr(_place(row), "postal_code", ""),
            ),
            Column("phone", _("Phone"), value=_point(PointKind.PHONE), cell="contacts/_phone.html"),
            Column("email", _("E-mail address"), value=_point(PointKind.EMAIL), cell="contacts/_email.html"),
            Column("number", _("Enterprise number"), value=_number),
            Column(
                "state",
                pgettext_lazy("of an organisation", "State"),
                value=lambda row: dict(STATES)["closed" if row.closed_then else "works"],
                cell="contacts/_state_then.html",
            ),
        ],
        filters=[
            Filter("kind", _("Kind of contact"), choices=PartyKind.choices, apply=lambda rows, v: _of_kind(rows, v, view)),
            Filter(
                "state",
                pgettext_lazy("of an organisation", "State"),
                choices=STATES,
                apply=lambda rows, v: rows.filter(closed_then=v == "closed"),
                default="works",
            ),
        ],
        search=lambda rows, text: _search(rows, text, view),
        default_sort="name",
        row_url=row_url,
        empty_title=_("Nobody was in the address book that day"),
        empty_text=_("Entries appear from the day on which they hold."),
        on_export=record_export,
    )


def gone_since(actor: Actor, view: PastView) -> list[Gone]:
    """Who was in the book that day and is in it no more, the first ones: merged into another entry since, or no longer a contact."""
    named = Exists(_named(view).filter(organisation=OuterRef("pk")).order_by())
    capable = Exists(_at(PersonCapacity, view).filter(person=OuterRef("pk")))
    merged_later = Merge.objects.visible_to(_READER).filter(live=1, merged_at__gte=view.until, merged_id=OuterRef("pk"))
    alone = Q(merged_into__isnull=True)

    def stood(party: str) -> Q:
        # As known now, both are one and the same; as known then, they still were two.
        return alone if view.known_on is None else alone | Q(Exists(merged_later.filter(party=party)))

    offices = Organisation.objects.visible_to(actor).filter(named, stood("organisation"), entry__isnull=True).order_by("pk")
    people = Person.objects.visible_to(actor).filter(capable, stood("person"), book_entry__isnull=True).order_by("pk")
    office_ids, person_rows = list(offices.values_list("pk", flat=True)[:MOST_GONE]), list(people[:MOST_GONE])
    gone = [
        Gone(card.name, ", ".join(card.kinds), reverse("contacts:organisation", args=[card.uuid]))
        for card in organisation_cards(actor, office_ids, view.day, view.known_on).values()
    ]
    if person_rows:
        names = display_names(person.pk for person in person_rows)
        held: dict[int, list[str]] = {}
        for row in _at(PersonCapacity, view).filter(person__in=[person.pk for person in person_rows]).order_by("kind", "pk"):
            held.setdefault(row.person_id, []).append(str(row.get_kind_display()))
        for person in person_rows:
            url = reverse("contacts:person", args=[person.uuid])
            gone.append(Gone(names.get(person.pk, "?"), ", ".join(held.get(person.pk, [])), url))
    return sorted(gone, key=lambda one: (sort_key(one.name), one.url))
