"""One entry in full; acts over all dossiers; all contacts with one partner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from parvis.contacts.api import (
    Organisation,
    Person,
    display_names,
    hidden_person_ids,
    organisation_cards,
    organisation_names,
    resolve_organisation,
    resolve_person,
)
from parvis.documents import api as documents
from parvis.dossiers.api import guarded_files
from parvis.kernel import asof, clock, lately, wordindex
from parvis.kernel.actor import Actor
from parvis.kernel.links import link
from parvis.kernel.subject import SubjectRef
from parvis.ui.grid import GridPage
from parvis.ui.http import page, screen

from .. import access, services
from ..costs import Tariffs, tariffs_for
from ..grids import ACTS, CONTACTS, named_then, with_cost
from ..models import Entry
from ..selectors import KindSum, acts_of, contacts_with, days_of, end_of, mentions_of, readings_of, steps_of, sums_by_kind, up_to_view
from ._common import name_of, read

MANY_ACTS = 5_000


@screen(access=access.can_read_journal)
def entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One entry with what it leads to: the client, the agent, the partner, the service delivered, its files and corrections (B7)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Entry.objects.visible_to(actor).select_related("dossier__unit", "dossier__lead__index", "corrects")
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404("entry")
    read(request, found.dossier)
    view = asof.view()
    if view is not None and (found.happened_at >= end_of(view.day) or (view.known_on is not None and found.recorded_at >= view.known_on)):
        return page(request, "journal/entry_not_yet.html", {"dossier": found.dossier, "lead_name": name_of(found.dossier), "view": view})
    services.note_opened(actor=actor, entries=[found])
    terms = wordindex.terms_of(request.GET.get("q", "")[:120])
    corrections = list(up_to_view(Entry.objects.visible_to(actor).filter(corrects=found)).order_by("happened_at", "pk")[:20])
    files = documents.documents_of(actor, SubjectRef("journal_entry", found.pk))
    earlier = Entry.objects.visible_to(actor).filter(pk=found.corrects_id).first() if found.corrects_id else None
    context = {
        "dossier": found.dossier,
        "lead_name": name_of(found.dossier),
        "line": days_of(
            [found],
            actor,
            # What followed of it, and who read it, is told of today.
            readings=readings_of(actor, [found]) if view is None else None,
            steps=steps_of([found]) if view is None else None,
        )[0][1][0],
        "pieces": wordindex.marked(found.text, wordindex.patterns_of(terms)),
        "persons": _persons(actor, found),
        "partner": _partner(actor, found),
        "service": _service(actor, found),
        "agent_url": _acts_url(found),
        "cost": tariffs_for(actor).cost(found),
        "mentions": mentions_of(found),
        "files": files if view is None else documents.documents_then(files, view),
        "corrections": corrections,
        "earlier": earlier,
    }
    return page(request, "journal/entry.html", context)


def _persons(actor: Actor, found: Entry) -> list[tuple[str, str]]:
    """Whom it concerns: the person named, else the applicant, each with the page of the person."""
    wanted = found.person_id or found.dossier.lead_id
    uuid = Person.objects.visible_to(actor).filter(pk=wanted).values_list("uuid", flat=True).first()
    return [(name, reverse("contacts:person", args=[uuid]) if uuid else "") for name in display_names([wanted]).values()]


def _partner(actor: Actor, found: Entry) -> tuple[str, str] | None:
    """With whom, under the entry of the address book that holds today; a bare name where there is no page to go to."""
    if found.organisation_id:
        kept = resolve_organisation(found.organisation_id)
        card = organisation_cards(actor, [kept], asof.day(), asof.known_on()).get(kept)
        return (card.name, reverse("journal:with", args=["organisation", card.uuid])) if card else None
    if found.partner_id:
        partner = Person.objects.visible_to(actor).select_related("index").filter(pk=resolve_person(found.partner_id)).first()
        if partner is None:
            return None
        hidden = bool(hidden_person_ids([partner.pk]))
        name = display_names([partner.pk]).get(partner.pk, "?") if asof.view() is not None else partner.index.display_name
        return (name, "" if hidden else reverse("journal:with", args=["person", partner.uuid]))
    return None


def _service(actor: Actor, found: Entry) -> tuple[str, str] | None:
    """What the act was about (a request, a decision, an aid), where this reader may open it."""
    if not found.subject_type or found.subject_id is None:
        return None
    subject = SubjectRef(found.subject_type, found.subject_id)
    name, url = link(actor, subject)
    return (name, url) if url else None


def _acts_url(found: Entry) -> str:
    if found.author_id is None:
        return ""
    year = clock.date_of(found.happened_at).year
    return f"{reverse('journal:activity')}?agent={found.author_id}&year={year}&q={found.dossier.number}"


@screen(access=access.can_read_journal, parts={"acts": "ui/components/grid.html"})
def activity(request: HttpRequest) -> HttpResponse:
    """All acts of one agent on one client in a year, or any other choice, with their time, in one list and as a file (B24)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if "agent" not in request.GET and "view" not in request.GET and access.can_write_entry(actor):
        params = request.GET.copy()
        params["agent"] = str(actor.account_id)  # one's own, until another choice is made
        request.GET = params  # type: ignore[assignment]
    tariffs = tariffs_for(actor)
    grid = named_then(with_cost(ACTS, tariffs), actor).read(_with_year(request), acts_of(actor))
    return _answer(request, grid, tariffs, "journal/activity.html", {"left": guarded_files(actor)})


@screen(access=access.can_read_journal, parts={"partner": "ui/components/grid.html"})
def with_partner(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """All contacts with one organisation or person of the address book (A27)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    model = {"organisation": Organisation, "person": Person}.get(kind)
    party = model.objects.visible_to(actor).filter(uuid=uuid).first() if model is not None else None
    if party is not None and party.merged_into_id is not None:  # lists keep the partner as it was noted: the way goes on from there
        onward = resolve_organisation(party.pk) if kind == "organisation" else resolve_person(party.pk)
        party = model.objects.visible_to(actor).filter(pk=onward, merged_into=None).first()
        if party is not None and not (kind == "person" and hidden_person_ids([party.pk])):
            return HttpResponseRedirect(reverse("journal:with", args=[kind, party.uuid]))
    if party is None or (kind == "person" and hidden_person_ids([party.pk])):
        raise Http404("partner")
    if kind == "organisation":
        name = organisation_names(actor, [party.pk], asof.day(), asof.known_on()).get(party.pk, "?")
    else:
        name = display_names([party.pk]).get(party.pk, "?")
    tariffs = tariffs_for(actor)
    grid = named_then(with_cost(CONTACTS, tariffs), actor).read(_with_year(request), contacts_with(actor, SubjectRef(kind, party.pk)))
    back = reverse(f"contacts:{kind}", args=[party.uuid])
    return _answer(request, grid, tariffs, "journal/partner.html", {"name": name, "back": back, "left": guarded_files(actor)})


def _with_year(request: HttpRequest) -> HttpRequest:
    """This year, unless the address says another one or none."""
    if "year" not in request.GET and "view" not in request.GET:
        params = request.GET.copy()
        params["year"] = str(asof.day().year)
        request.GET = params  # type: ignore[assignment]
    return request


def _many(sums: list[KindSum]) -> bool:
    return sum(row.acts for row in sums) >= MANY_ACTS


def _answer(request: HttpRequest, grid: GridPage, tariffs: Tariffs, template: str, context: dict[str, Any]) -> HttpResponse:
    exported = grid.export()
    if exported is not None:
        return exported
    bounded = bool({"year", "agent"} & set(grid.values)) or template == "journal/partner.html"
    # The sums over the thousands of acts of a whole centre are up to a minute old, those of one agent never.
    key = ("journal.sums", request.actor, grid.here, tariffs, asof.view())  # type: ignore[attr-defined]
    sums = lately.told(key, lambda: sums_by_kind(grid.rows, tariffs), large=_many) if bounded else []
    if bounded:
        grid.total = sum(row.acts for row in sums)  # the same rows, counted already
    partners = {row.partner.merged_into_id or row.partner_id for row in grid.shown if row.partner_id}
    hidden = hidden_person_ids(partners) if partners else set()
    for row in grid.shown:
        row.no_way = row.partner_id is not None and (row.partner.merged_into_id or row.partner_id) in hidden
    totals = {
        "acts": sum(row.acts for row in sums),
        "minutes": sum(row.minutes for row in sums),
        "cost": sum((row.cost for row in sums if row.cost is not None), Decimal("0.00")) if tariffs else None,
    }
    return page(request, template, context | {"grid": grid, "sums": sums, "totals": totals, "bounded": bounded})
