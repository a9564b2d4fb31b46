"""Acts over all dossiers that the reader may open: who did what for whom, with whom, in how much time. No text: it stands in the dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.contacts.api import display_names, organisation_names
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.textmatch import sort_key
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.templatetags.parvis import author

from .costs import Tariffs
from .enums import WRITTEN_KINDS, EntryKind, KeyEvent
from .selectors import agent_named, agents_of, bounds_of, year_choices

ME = "me"


def _then(row: Any, kind: str) -> str | None:
    """The name of a past day, where the list is one (``named_then``)."""
    return getattr(row, "names_then", {}).get(kind)


def _client(row: Any) -> str:
    if (then := _then(row, "client")) is not None:
        return then
    index = getattr(row.dossier.lead, "index", None)
    return index.display_name if index else "?"


def _concerns(row: Any) -> str:
    if (then := _then(row, "person")) is not None:
        return then
    index = getattr(row.person, "index", None) if row.person_id else None
    return index.display_name if index else ""


def partner_name(row: Any) -> str:
    if (then := _then(row, "partner")) is not None:
        return then
    party = row.organisation if row.organisation_id else row.partner if row.partner_id else None
    if party is None:
        return ""
    shown = getattr(party, "entry", None) if row.organisation_id else getattr(party, "index", None)
    return shown.display_name if shown else "?"


def _year(rows: Any, value: str) -> Any:
    since, until = bounds_of(int(value))
    return rows.filter(happened_at__gte=since, happened_at__lt=until)


def _by(rows: Any, value: str) -> Any:
    return rows.filter(author_id=int(value)) if value.isdecimal() else rows


def _agents(actor: Actor) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in agents_of(actor)]


def _agent_named(actor: Actor, value: str) -> str:
    """Somebody of another service who wrote in a dossier that the reader may open: the page of an act leads here."""
    return agent_named(int(value)) if value.isdecimal() and len(value) < 19 else ""


def _search(rows: Any, text: str) -> Any:
    """The number of the dossier, or the beginning of the client's name."""
    key = sort_key(text)
    wanted = Q(dossier__number__startswith=text.strip())
    # Nothing is left of a name in other letters: every name begins with nothing.
    return rows.filter(wanted | Q(dossier__lead_sort__startswith=key) if key else wanted)


def _link(name: str, args: list[Any], words: str) -> SafeString:
    return format_html('<a class="plain" href="{}">{}</a>', reverse(name, args=args), words)


def _dossier_cell(row: Any, number: str) -> SafeString:
    return _link("dossiers:detail", [row.dossier.uuid], number)


def _partner_cell(row: Any, name: str) -> SafeString | str:
    if getattr(row, "no_way", False):
        return name
    if row.organisation_id:
        return _link("journal:with", ["organisation", row.organisation.uuid], name)
    return _link("journal:with", ["person", row.partner.uuid], name) if row.partner_id else ""


def _author_cell(_row: Any, label: str) -> str:
    return author(label)


COLUMNS = [
    Column("day", _("Day"), value=lambda row: clock.date_of(row.happened_at), kind="day", sort="happened_at"),
    Column("kind", pgettext_lazy("of an act", "Kind"), value=lambda row: EntryKind(row.kind).label, main=True),
    Column("dossier", _("Dossier"), value="dossier.number", detail=_client, cell=_dossier_cell, quiet=True),
    Column("person", _("Whom it concerns"), value=_concerns),
    Column("partner", _("With whom"), value=partner_name, cell=_partner_cell),
    Column("author", _("Agent"), value="author_label", cell=_author_cell),
    Column("minutes", pgettext_lazy("time spent", "Minutes"), value="minutes", kind="number"),
    Column("key", _("Key event"), value=lambda row: KeyEvent(row.key_event).label if row.key_event else "", spare=True),
]
YEAR = Filter("year", _("Year"), choices=lambda actor: year_choices(), apply=_year)
KIND = Filter(
    "kind",
    pgettext_lazy("of an act", "Kind"),
    choices=[(one.value, one.label) for one in WRITTEN_KINDS],
    apply=lambda rows, value: rows.filter(kind=value),
)
AGENT = Filter("agent", _("Agent"), choices=_agents, apply=_by, named=_agent_named)


def with_cost(grid: Grid, tariffs: Tariffs) -> Grid:
    """The list with the cost of each act, for whoever may see money, where the centre has set tariffs (B7)."""
    if not tariffs:
        return grid
    cost = Column("cost", _("Cost"), value=partial(_cost, tariffs), kind="amount", data_class="money")
    at = [column.key for column in grid.columns].index("minutes") + 1
    return replace(grid, columns=[*grid.columns[:at], cost, *grid.columns[at:]])


def named_then(grid: Grid, actor: Actor) -> Grid:
    """On a past day, persons and partners under the names that they had; read for a page of rows, or of a file, at once."""
    view = asof.view()
    if view is None:
        return grid

    def ready(rows: Sequence[Any]) -> None:
        persons = {pk for row in rows for pk in (row.dossier.lead_id, row.person_id, row.partner_id) if pk}
        names = display_names(persons)
        parties = {row.organisation_id for row in rows if row.organisation_id}
        houses = organisation_names(actor, parties, view.day, view.known_on) if parties else {}
        for row in rows:
            partner = names.get(row.partner_id, "?") if row.partner_id else ""
            row.names_then = {
                "client": names.get(row.dossier.lead_id, "?"),
                "person": names.get(row.person_id, "?") if row.person_id else "",
                "partner": houses.get(row.organisation_id, "?") if row.organisation_id else partner,
            }

    return replace(grid, ready=ready, open=False)


def _cost(tariffs: Tariffs, row: Any) -> Any:
    return tariffs.amount(row.kind, clock.date_of(row.happened_at), row.minutes)


def row_url(row: Any) -> str:
    return reverse("journal:entry", args=[row.uuid])


ACTS = Grid(
    key="acts",
    name=_("Acts"),
    columns=COLUMNS,
    filters=[YEAR, AGENT, KIND],
    search=_search,
    default_sort="-day",
    row_url=row_url,
    empty_title=_("No act in this period"),
    empty_text=_("Change the year or the agent, or add to the journal of a dossier."),
)
CONTACTS = Grid(
    key="partner",
    name=_("Contacts with one partner"),
    columns=COLUMNS,
    filters=[YEAR, AGENT, KIND],
    search=_search,
    default_sort="-day",
    row_url=row_url,
    empty_title=_("No contact noted with this partner"),
    empty_text=_("Choose the partner under “With whom” when you note a call or a letter: it then stands here."),
)
