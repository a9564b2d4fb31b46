"""The list of dossiers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.contacts.api import search_person_ids
from parvis.identity.api import Account, agents_with, unit_choices
from parvis.identity.enums import Function
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.ui import formats
from parvis.ui.bulk import Action
from parvis.ui.drawing import chip
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log
from parvis.ui.templatetags.parvis import icon

from .access import can_give_many
from .enums import DossierStatus, ReferentRole
from .models import Dossier, Referent
from .selectors import followed_by, main_referents, memberships_of, with_rent_over


def listed(actor: Actor) -> QuerySet[Dossier]:
    """Visible dossiers with what the list prints of them, in a fixed number of queries."""
    return (
        Dossier.objects.visible_to(actor)
        .select_related("unit", "lead__index")
        .annotate(**{name: note.value() for name, note in registries.dossier_notes.items()})
        .prefetch_related(Prefetch("referents", queryset=main_referents(), to_attr="main_referents"))
    )


def referent_name(dossier: Dossier) -> str:
    rows: list[Referent] = getattr(dossier, "main_referents", [])
    return str(rows[0].account) if rows else ""


def _search(rows: QuerySet[Dossier], text: str) -> QuerySet[Dossier]:
    """By number, or by the name of somebody in it, with the tolerance of the search box."""
    bare = text.strip()
    if bare[:4].isdecimal() and "-" in bare:
        return rows.filter(number__gte=bare, number__lt=bare + ":")  # ":" comes after every digit
    # Who may see which dossier is the scope of ``rows``; names only narrow it.
    found = search_person_ids(actor=system_actor("dossier-list"), query=bare, limit=100)
    return rows.filter(Exists(memberships_of(found).filter(dossier=OuterRef("pk"))))


def _by_status(rows: QuerySet[Dossier], value: str) -> QuerySet[Dossier]:
    """Closed ones are those outside the archive: what is archived leaves the lists, and what is destroyed leaves them all."""
    rows = rows.filter(destroyed_on__isnull=True)
    if value == "archived":
        return rows.filter(archived_on__isnull=False)
    return rows.filter(status=value, archived_on__isnull=True)


def _by_referent(rows: QuerySet[Dossier], value: str) -> QuerySet[Dossier]:
    if value == "none":
        return rows.exclude(pk__in=main_referents().order_by().values("dossier_id"))
    return rows.filter(pk__in=followed_by(int(value)))


def _urgent_until(dossier: Dossier) -> Any:
    """Last day of an urgent mark, where a context above keeps them."""
    return getattr(dossier, "urgent_until", None)


def _urgent_cell(_row: Dossier, until: Any) -> SafeString | str:
    return format_html('<span class="chip chip--warn">{}{}</span>', icon("bolt"), formats.day(until)) if until else ""


def _status(row: Dossier) -> str:
    return str(DossierStatus(row.status).label)


def _status_cell(row: Dossier, value: str) -> SafeString:
    """As ``dossiers/_status.html``."""
    if row.archived_on:
        return chip(_now("in the archive"), kind="hold", icon="archive")
    return chip(value, kind="ok", icon="folder") if row.status == DossierStatus.OPEN else chip(value, icon="archive")


def _by_urgency(rows: QuerySet[Dossier], _value: str) -> QuerySet[Dossier]:
    notes = registries.dossier_notes
    return rows.filter(pk__in=notes.get("urgent_until").holders()) if "urgent_until" in notes else rows.none()


def _by_rent(rows: QuerySet[Dossier], value: str) -> QuerySet[Dossier]:
    try:
        amount = Decimal("".join(value.split()).replace(",", "."))
    except InvalidOperation:
        return rows.none()
    return with_rent_over(rows, amount) if amount.is_finite() else rows.none()


def _referent_choices(actor: Actor) -> list[tuple[str, Any]]:
    mine = [(str(actor.account_id), _("Me"))] if actor.account_id else []
    own = sorted(unit for unit in actor.units if unit is not None)
    if own:
        agents = {row.pk: row.display_name for unit in own for row in agents_with(Function.SOCIAL_WORKER, unit)}
    else:  # one look per agent, not one row per dossier
        has = Referent.objects.visible_to(actor).filter(role=ReferentRole.MAIN, account=OuterRef("pk")).at(clock.today())
        agents = dict(Account.objects.filter(Exists(has)).order_by("display_name", "pk").values_list("pk", "display_name")[:100])
    agents.pop(actor.account_id or 0, None)
    rows = sorted(agents.items(), key=lambda one: (one[1], one[0]))[:100]
    return [*mine, *[(str(pk), name) for pk, name in rows], ("none", _("Nobody"))]


_logged = export_log("dossiers", "dossiers.export", "dossier_list")


DOSSIERS = Grid(
    key="dossiers",
    name=_("Dossiers"),
    columns=[
        Column("number", _("Number"), sort="number", main=True),
        Column("lead", _("Name"), value="lead.index.display_name", sort="lead_sort", data_class="identity"),
        Column("birth", _("Born on"), value="lead.index.birth_date", kind="day", sort="lead__index__birth_date", data_class="identity"),
        Column("unit", _("Service"), value="unit.name"),
        Column("referent", _("Referent"), value=referent_name),
        Column("status", pgettext_lazy("of a dossier", "Status"), cell=_status_cell, value=_status),
        Column("urgent", _("Urgent until"), value=_urgent_until, cell=_urgent_cell, data_class="identity"),
        Column("opened_on", _("Opened on"), kind="day", sort="opened_on"),
    ],
    filters=[
        Filter(
            "status",
            pgettext_lazy("of a dossier", "Status"),
            choices=[*DossierStatus.choices, ("archived", _("in the archive"))],
            apply=_by_status,
            default="open",
        ),
        Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(unit=int(v))),
        Filter("urgent", pgettext_lazy("a dossier", "Urgent"), choices=[("yes", _("urgent today"))], apply=_by_urgency),
        Filter("referent", _("Referent"), choices=_referent_choices, apply=_by_referent),
        Filter("rent", _("Rent over (a month)"), kind="text", apply=_by_rent, data_class="money"),
    ],
    search=_search,
    default_sort="-number",
    row_url=lambda dossier: reverse("dossiers:detail", args=[dossier.uuid]),
    empty_title=_("No dossier yet"),
    empty_text=_("A dossier is opened when a request is joined to a person."),
    on_export=_logged,
    actions=[Action("give", _("Give to a colleague…"), "dossiers:give", access=can_give_many, icon="swap")],
)
