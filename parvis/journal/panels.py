"""The journal on the dossier page, on the home and in the bar of every page: latest entries, the form, what is urgent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier, only_reads
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import DossierNote, HomeCell, PaletteAction, Panel, PersonHolder, Screen, SubjectCard
from parvis.kernel.subject import SubjectRef
from parvis.ui import past, slots

from . import access, services
from .models import Entry
from .selectors import (
    chronicle,
    days_of,
    dossiers_of_turns,
    latest,
    partner_uses,
    turn_by,
    urgent_mark,
    urgent_now,
    urgent_then,
    urgent_today,
)

LATEST = 6
URGENT_SHOWN = 5
#: From this age on, in days, the page of a dossier shows its years at a glance: what is younger stands in the journal.
GLANCE_FROM = 730


def _known(request: HttpRequest) -> bool:
    """Is the page read as it was known on a past day?"""
    return getattr(request, "known_on", None) is not None


def _latest(request: HttpRequest, dossier: Dossier, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if day == clock.today() and not _known(request):
        found = latest(actor, dossier.pk, LATEST)
    else:
        until = day if day != clock.today() else None
        found = chronicle(actor, dossier, limit=LATEST, until=until, known_on=getattr(request, "known_on", None))
    services.note_opened(actor=actor, entries=found.entries)
    context: dict[str, Any] = {
        "dossier": dossier,
        "days": days_of(found.entries, actor),
        "more": bool(found.following),
        "day": day,
        "past": day != clock.today(),
        "may_mark": access.can_write_entry(actor) and day == clock.today() and not _known(request) and not only_reads(actor, dossier),
    }
    return render_to_string("journal/_panel.html", context, request)


def _life(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    """The years at a glance, once there are some. Asked for when the page stands: the page itself reads nothing for it."""
    if _known(request) or (day - dossier.opened_on).days < GLANCE_FROM:
        return None
    return render_to_string("journal/_panel_life.html", {"dossier": dossier, "day": day, "past": day != clock.today()}, request)


def _add(request: HttpRequest, dossier: Dossier, day: dt.date) -> str:
    from .views._common import blank_form

    return render_to_string("journal/_panel_add.html", {"dossier": dossier, "form": blank_form(request, dossier)}, request)


def _urgent(request: HttpRequest, dossier: Dossier, day: dt.date) -> str | None:
    """Above everything else; who has it on the screen is written down."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mark = urgent_mark(actor, dossier.pk) if day == clock.today() and not _known(request) else None
    if mark is None:
        return None
    services.see_urgent(actor=actor, marks=[mark])
    return render_to_string("journal/_urgent.html", {"dossier": dossier, "mark": mark}, request)


def _urgent_cell(request: HttpRequest) -> str | None:
    from .views._common import name_of

    actor: Actor = request.actor  # type: ignore[attr-defined]
    marks = urgent_now(actor, URGENT_SHOWN)
    if not marks:
        return None
    services.see_urgent(actor=actor, marks=marks)
    return render_to_string(
        "journal/_cell_urgent.html", {"rows": [{"mark": mark, "name": name_of(mark.dossier)} for mark in marks]}, request
    )


def _urgent_cell_then(request: HttpRequest, view: PastView) -> str | None:
    """As it stood on a past day. Nobody has it on the screen as something that is urgent now."""
    marks = urgent_then(request.actor, view, URGENT_SHOWN)  # type: ignore[attr-defined]
    names = display_names(mark.dossier.lead_id for mark in marks)
    rows = [{"mark": mark, "name": names.get(mark.dossier.lead_id, "?")} for mark in marks]
    return render_to_string("journal/_cell_urgent_then.html", {"rows": rows, "today": view.day}, request) if rows else None


def _bar(request: HttpRequest) -> str | None:
    """N from anywhere. On a dossier it is set; beside a dossier that has its own form, that one answers to the key."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not access.can_write_entry(actor) or past.of(request) is not None:
        return None
    match = request.resolver_match
    here = match.kwargs.get("uuid") if match is not None and "dossiers" in request.path.split("/")[:2] else None
    try:
        url = reverse("journal:new") + (f"?dossier={here}" if here else "")
    except NoReverseMatch:  # a site without the journal's addresses has no such key
        return None
    own = match is not None and match.view_name in {"dossiers:detail", "journal:add", "journal:new"}
    return render_to_string("journal/_bar.html", {"url": url, "key": not own}, request)


def _with_party(request: HttpRequest) -> str | None:
    """All contacts with this organisation or person, from its page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    match = request.resolver_match
    if match is None or "uuid" not in match.kwargs or not access.can_read_journal(actor):
        return None
    try:
        url = reverse("journal:with", args=["person" if match.view_name == "contacts:person" else "organisation", match.kwargs["uuid"]])
    except NoReverseMatch:
        return None
    return render_to_string("journal/_with.html", {"url": url}, request)


def _action_url(subject: SubjectRef) -> str:
    turn = turn_by(pk=subject.id)
    return reverse("journal:action", args=[turn.uuid]) if turn else ""


def _turn_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = dossiers_of_turns([one.id for one in subjects]).items()
    return _dossier_cards(actor, {SubjectRef("journal_turn", pk): dossier for pk, dossier in rows}, "dossiers:detail")


def _entry_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = Entry.objects.visible_to(actor).filter(pk__in=[one.id for one in subjects]).values_list("pk", "dossier_id")
    return _dossier_cards(actor, {SubjectRef("journal_entry", pk): dossier for pk, dossier in rows}, "journal:index")


def _dossier_cards(actor: Actor, wanted: dict[SubjectRef, int], page: str) -> dict[SubjectRef, SubjectCard]:
    """The dossier, for whoever may open it; whoever only has the task sees that it exists."""
    found = Dossier.objects.visible_to(actor).select_related("lead__index").in_bulk(list(set(wanted.values())))
    cards = {}
    for ref, number in wanted.items():
        dossier = found.get(number)
        if dossier is not None:
            index = getattr(dossier.lead, "index", None)
            url = reverse(page, args=[dossier.uuid]) + (f"#e{ref.id}" if ref.type == "journal_entry" else "")
            cards[ref] = SubjectCard(index.display_name if index else dossier.number, dossier.number, url)
    return cards


registries.panels.register(
    "journal.urgent",
    Panel(
        key="urgent",
        title=pgettext_lazy("a dossier", "Urgent"),
        order=1,
        render=_urgent,
        access=access.can_read_journal,
        data_class="identity",
        icon="bolt",
        nav=False,
        beside=True,
    ),
)
registries.panels.register(
    "journal.life",
    Panel(
        key="life",
        title=_("At a glance"),
        order=24,
        render=_life,
        access=access.can_read_journal,
        data_class="identity",
        icon="timeline",
        kept=True,
    ),
)
registries.panels.register(
    "journal.latest",
    Panel(
        key="journal",
        title=_("Journal"),
        order=80,
        render=_latest,
        access=access.can_read_journal,
        data_class="identity",
        icon="note",
        kept=True,
        beside=True,
    ),
)
registries.panels.register(
    "journal.add",
    Panel(
        key="note",
        title=pgettext_lazy("to add to a dossier", "Note"),
        order=10,
        render=_add,
        access=access.can_write_entry,
        data_class="identity",
        icon="note",
        column="side",
        nav=False,
        shortcut="n",
    ),
)
registries.home_cells.register(
    "journal.urgent",
    HomeCell(
        key="urgent", title=_("Urgent dossiers"), order=1, render=_urgent_cell, access=access.can_read_journal, then=_urgent_cell_then
    ),
)
registries.palette.register(
    "journal.new",
    PaletteAction(
        key="journal.new", label=_("Add to the journal"), url_name="journal:new", access=access.can_write_entry, icon="note", order=5
    ),
)
registries.palette.register(
    "journal.activity",
    PaletteAction(
        key="journal.activity",
        label=_("Acts of agents, over all dossiers"),
        url_name="journal:activity",
        access=access.can_read_journal,
        icon="clock",
        order=23,
    ),
)
registries.palette.register(
    "journal.urgencies",
    PaletteAction(
        key="journal.urgencies",
        label=_("Urgent dossiers"),
        url_name="journal:urgencies",
        access=access.can_read_journal,
        icon="bolt",
        order=22,
    ),
)
registries.palette.register(
    "journal.texts",
    PaletteAction(
        key="journal.texts",
        label=_("Texts of the centre for the journal"),
        url_name="journal:texts",
        access=access.can_keep_texts,
        icon="text",
        order=60,
    ),
)
registries.screens.register("journal.action", Screen(key="journal.action", title=_("Next step"), url=_action_url))
registries.subject_cards.register("journal_turn", _turn_cards)
registries.subject_cards.register("journal_entry", _entry_cards)
slots.register("party", "journal.with", _with_party, order=10)
slots.register("bar", "journal.new", _bar, order=10)


# A column and a filter of the list of dossiers (B6).
def _urgent_until() -> Any:
    """Last day of the mark that stands today."""
    return Subquery(urgent_today().filter(dossier=OuterRef("pk")).order_by("pk").values("last_on")[:1])


registries.dossier_notes.register("urgent_until", DossierNote(_urgent_until, lambda: urgent_today().order_by().values("dossier")))

# What becomes of these when two files of one person are merged.
registries.person_holders.register("journal.Entry.person", PersonHolder("journal.Entry", "person", _("Chronicle")))
registries.person_holders.register("journal.Entry.partner", PersonHolder("journal.Entry", "partner", _("Contacts in the chronicle")))
registries.partner_uses.register("journal", partner_uses)
