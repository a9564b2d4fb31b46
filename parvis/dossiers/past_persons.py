"""The list of persons on a past day: who was in an open file that the reader may see today, with the file, the role and the service of then.

What contexts above and the organisation's own columns say of a person is known of today alone here, and is left out: the page of each person and
its own sections go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import Person, PersonBirth, PersonResidence, display_names
from parvis.contacts.enums import ResidenceTitle
from parvis.identity.api import unit_choices
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView
from parvis.ui.grid import Column, Filter, Grid

from .enums import DossierStatus, MemberRole
from .grids_persons import _logged, _search
from .models import Dossier, DossierMember
from .past import _Units, standing
from .selectors import asking_nothing

_READER = system_actor("dossiers.past")


def persons_listed_then(actor: Actor, view: PastView) -> QuerySet[Any]:
    """Persons of files that were open on the day, with the first file of each then."""
    stood = standing(Dossier.objects.visible_to(actor).filter(destroyed_on__isnull=True), view).filter(status_then=DossierStatus.OPEN)
    rows = DossierMember.objects.visible_to(actor).filter(person=OuterRef("pk"), dossier__in=stood.order_by().values("pk"))
    rows = rows.at(view.day, view.known_on).filter(asking_nothing(actor)).order_by("dossier__number", "pk")
    titles = (
        PersonResidence.objects.visible_to(actor).filter(person=OuterRef("pk")).at(view.day, view.known_on).order_by("-valid_from", "-pk")
    )
    file = standing(Dossier.objects.visible_to(_READER).filter(pk=OuterRef("file_key")), view).order_by()
    return (
        Person.objects.visible_to(actor)
        .filter(Exists(rows.order_by()))
        .annotate(
            file_key=Subquery(rows.values("dossier")[:1]),
            file_number=Subquery(rows.values("dossier__number")[:1]),
            file_role=Subquery(rows.values("role")[:1]),
            residence=Subquery(titles.values("title")[:1]),
            residence_until=Subquery(titles.values("expires_on")[:1]),
        )
        .annotate(unit_then=Subquery(file.values("unit_then")[:1]))
        .select_related("index")
    )


def persons_then(view: PastView) -> Grid:
    """The list, in the order of today's names; no column and no filter that knows only today."""

    def ready(people: Sequence[Any]) -> None:
        ids = [person.pk for person in people]
        names = display_names(ids)
        births = PersonBirth.objects.visible_to(_READER).filter(person__in=ids).at(view.day, view.known_on).order_by("valid_from", "pk")
        born = {row.person_id: row.birth_date for row in births}
        for person in people:
            person.name_then, person.born_then = names.get(person.pk, "?"), born.get(person.pk)

    return Grid(
        key="persons",
        open=False,
        ready=ready,
        name=_("Persons"),
        columns=[
            Column("name", _("Name"), value="name_then", detail=_now_named, sort="index__sort_key", main=True, data_class="identity"),
            Column("birth", _("Born on"), value="born_then", kind="day", data_class="identity"),
            Column("file", _("Dossier"), value="file_number", quiet=True),
            Column("role", _("Role in the dossier"), value=lambda person: MemberRole(person.file_role).label, data_class="identity"),
            Column("unit", _("Service"), value=_Units()),
            Column("residence", _("Residence status"), value=_residence, data_class="legal"),
            Column("residence_until", _("Title valid until"), kind="day", data_class="legal"),
        ],
        filters=[
            Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(unit_then=int(v))),
            Filter("role", _("Role in the dossier"), choices=MemberRole.choices, apply=lambda rows, v: rows.filter(file_role=v)),
        ],
        search=_search,
        default_sort="name",
        row_url=lambda person: reverse("contacts:person", args=[person.uuid]),
        empty_title=_("Nobody on that day"),
        empty_text=_("Nobody was in an open dossier that you may see today."),
        on_export=_logged,
    )


def _now_named(person: Any) -> Any:
    """Today's name, where it is another one."""
    today = getattr(getattr(person, "index", None), "display_name", "")
    return _("today %(name)s") % {"name": today} if today and today != person.name_then else ""


def _residence(person: Any) -> Any:
    return ResidenceTitle(person.residence).label if person.residence else None
