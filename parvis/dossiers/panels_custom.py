"""Own data on the pages of a dossier and of a person, the list of persons in the menu, their administration in the menu of the centre."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import Person
from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction, Panel, PersonAspect
from parvis.ui import slots

from . import access, custom
from .models import Dossier


def _own_data(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    actor = request.actor  # type: ignore[attr-defined]
    profile = custom.kind_of(dossier, actor)
    nodes = custom.tree(actor, dossier, day, getattr(request, "known_on", None), profile=profile)
    empty = custom.still_empty(actor, dossier, nodes)
    if not nodes and not empty:
        return None
    context = {"dossier": dossier, "nodes": nodes, "empty": empty, "profile": profile, "day": day}
    return render_to_string("dossiers/custom_panel.html", context, request)


registries.panels.register(
    "dossiers.own_data",
    Panel(
        key="own_data",
        title=_("Data of the file"),
        order=28,
        render=_own_data,
        access=access.can_read_dossiers,
        data_class="identity",
        icon="layers",
        kept=True,
    ),
)


def _own_of_person(request: HttpRequest, person: Person) -> str:
    """A link, which the sections replace: the page of a person asks the database enough."""
    return render_to_string("dossiers/_own_of_person.html", {"person": person}, request)


registries.person_parts.register("dossiers.own_data", _own_of_person)
registries.person_aspects.register("dossiers.PersonFact", PersonAspect("dossiers.PersonFact", _("Own fields"), key=("field", "item")))
registries.menu.register(
    "dossiers.persons",
    MenuEntry("dossiers.persons", _("Persons"), "users", "dossiers:persons", access.can_list_persons, order=21, prefix="/persons/"),
)
for _name, _label in (("fields", _("Own fields")), ("lists", _("Code lists"))):
    registries.palette.register(
        f"dossiers.{_name}", PaletteAction(f"dossiers.{_name}", _label, f"dossiers:{_name}", access.may_define_fields, 330, "table")
    )


def _admin_tab(request: HttpRequest) -> str | None:
    if not access.may_define_fields(request.actor):  # type: ignore[attr-defined]
        return None
    context = {
        "fields": request.path.startswith(reverse("dossiers:fields")),
        "lists": request.path.startswith(reverse("dossiers:lists")),
    }
    return render_to_string("dossiers/custom_admin_tab.html", context, request)


slots.register("admin", "dossiers.fields", _admin_tab, order=30)
