"""The list of persons: those of the files that the reader sees, with the organisation's own columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import Person, PersonResidence, search_person_ids
from parvis.contacts.enums import ResidenceTitle
from parvis.identity.api import unit_choices
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.registries import PersonNote
from parvis.kernel.scope import may_see
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log

from .enums import MemberRole
from .models import DossierMember
from .selectors import asking_nothing

SOON = dt.timedelta(days=60)


def _files(actor: Actor) -> QuerySet[Any]:
    """Memberships of today in open files that the reader sees and that ask for no reason first."""
    rows = DossierMember.objects.visible_to(actor).filter(dossier__status="open", person=OuterRef("pk")).at(clock.today())
    return rows.filter(asking_nothing(actor)).order_by("dossier__number", "pk")


def listed_persons(actor: Actor) -> QuerySet[Any]:
    """Persons of these files, with the first file of each."""
    files = _files(actor)
    titles = PersonResidence.objects.visible_to(actor).filter(person=OuterRef("pk")).at(clock.today()).order_by("-valid_from", "-pk")
    return (
        Person.objects.visible_to(actor)
        .filter(Exists(files.order_by()))
        .annotate(
            file_number=Subquery(files.values("dossier__number")[:1]),
            file_unit=Subquery(files.values("dossier__unit")[:1]),
            file_service=Subquery(files.values("dossier__unit__name")[:1]),
            file_role=Subquery(files.values("role")[:1]),
            residence=Subquery(titles.values("title")[:1]),
            residence_until=Subquery(titles.values("expires_on")[:1]),
        )
        .select_related("index")
    )


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    # Who may see which person is the scope of ``rows``; names only narrow it.
    found = search_person_ids(actor=system_actor("person-list"), query=text.strip(), limit=100)
    return rows.filter(pk__in=found)


def _role(person: Any) -> Any:
    return MemberRole(person.file_role).label if person.file_role else None


def _residence(person: Any) -> Any:
    return ResidenceTitle(person.residence).label if person.residence else None


def _expiring(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = clock.today()
    if value == "expired":
        return rows.filter(residence_until__lt=today)
    return rows.filter(residence_until__gte=today, residence_until__lte=today + SOON)


NOTHING = "-"


def with_notes(grid: Grid, rows: QuerySet[Any], actor: Actor) -> tuple[Grid, QuerySet[Any]]:
    """The list with what contexts above say of a person; a class of data that the reader does not see is not even asked for."""
    notes = [(f"note_{name}", note) for name, note in registries.person_notes.items() if may_see(actor, note.data_class)]
    if not notes:
        return grid, rows
    rows = rows.annotate(**{name: note.value(actor) for name, note in notes})
    columns = [Column(name, note.label, value=_said(name, note), data_class=note.data_class) for name, note in notes]
    filters = [
        Filter(name, note.label, choices=[*note.choices(), (NOTHING, _("nothing noted"))], apply=_noted(name), data_class=note.data_class)
        for name, note in notes
    ]
    return replace(grid, columns=[*grid.columns, *columns], filters=[*grid.filters, *filters]), rows


def _said(name: str, note: PersonNote) -> Any:
    words = dict(note.choices())
    return lambda person: words.get(getattr(person, name))


def _noted(name: str) -> Any:
    return lambda rows, value: rows.filter(**({f"{name}__isnull": True} if value == NOTHING else {name: value}))


_logged = export_log("dossiers", "dossiers.persons_export", "person_list")

PERSONS = Grid(
    key="persons",
    name=_("Persons"),
    columns=[
        Column("name", _("Name"), value="index.display_name", sort="index__sort_key", main=True, data_class="identity"),
        Column("birth", _("Born on"), value="index.birth_date", kind="day", sort="index__birth_date", data_class="identity"),
        Column("file", _("Dossier"), value="file_number", quiet=True),
        Column("role", _("Role in the dossier"), value=_role, data_class="identity"),
        Column("unit", _("Service"), value="file_service"),
        Column("residence", _("Residence status"), value=_residence, data_class="legal"),
        Column("residence_until", _("Title valid until"), kind="day", sort="residence_until", data_class="legal"),
    ],
    filters=[
        Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(file_unit=int(v))),
        Filter("role", _("Role in the dossier"), choices=MemberRole.choices, apply=lambda rows, v: rows.filter(file_role=v)),
        Filter(
            "residence",
            _("Residence status"),
            choices=[*ResidenceTitle.choices, ("-", _("nothing noted"))],
            apply=lambda rows, v: rows.filter(residence__isnull=True) if v == "-" else rows.filter(residence=v),
        ),
        Filter(
            "expired",
            _("Residence title"),
            choices=[("expired", _("expired")), ("soon", _("expires within two months"))],
            apply=_expiring,
            data_class="legal",
        ),
    ],
    search=_search,
    default_sort="name",
    row_url=lambda person: reverse("contacts:person", args=[person.uuid]),
    empty_title=_("Nobody yet"),
    empty_text=_("Whoever is in an open dossier of your service stands here."),
    on_export=_logged,
)
