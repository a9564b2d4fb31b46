"""Members, referents, closing, the archive and opening again."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.agenda import api as agenda
from parvis.contacts.api import Person, letter_language, person_card, search_persons
from parvis.identity.api import Account
from parvis.identity.enums import Function
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen
from parvis.ui.origins import name_origins

from .. import access, services
from ..agents.calculations import WEIGHTS
from ..agents.selectors import in_words, label_of, need_of, proposals, speciality_of
from ..forms import EndForm, MemberForm, ReasonForm, ReferentForm
from ..forms_agents import AskForm
from ..forms_life import CloseForm
from ..models import Dossier, Referent
from ..selectors import is_member, main_referent_of, member_views, referents_at
from ._common import crumbs, visible


@screen(access=access.can_open_dossier, parts=("found",))
def members(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who is in the dossier; and a search for the person to add."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    past = asof.view() is not None
    views = member_views(actor, dossier.pk, asof.day(), asof.known_on())
    name_origins(actor, [view.member for view in views])
    there = {view.member.person_id for view in views if view.left_on is None}
    query = "" if past else request.GET.get("q", "").strip()
    found = [(row, why) for row, why in search_persons(actor=actor, query=query, limit=10) if row.pk not in there] if query else []
    people = {person.pk: person for person in Person.objects.visible_to(actor).filter(pk__in=[row.pk for row, _why in found])}
    context = {
        **crumbs(dossier),
        "members": views,
        "query": query,
        "found": [{"row": row, "why": why, "person": people[row.pk]} for row, why in found if row.pk in people],
        "may_write": not past and dossier.status == "open",
    }
    return page(request, "dossiers/members.html", context)


@screen(access=access.can_open_dossier, methods=("GET", "POST"), creates=True)
def member_add(request: HttpRequest, uuid: UUID, person: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    who = _person(actor, person)
    form = MemberForm(request.POST if request.method == "POST" else None)
    context = {**crumbs(dossier), "form": form, "card": person_card(actor, who.pk)}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.add_member(
                    actor=actor, dossier=dossier, person=who, role=form.cleaned_data["role"], valid_from=form.cleaned_data["valid_from"]
                )
                return done(request, "dossiers:members", _("Added to the dossier."), dossier.uuid)
        return invalid(request, "dossiers/member_form.html", context)
    return page(request, "dossiers/member_form.html", context)


@screen(access=access.can_open_dossier, methods=("GET", "POST"), writes=True)
def member_end(request: HttpRequest, uuid: UUID, person: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    who = _person(actor, person)
    if not is_member(dossier.pk, who.pk):
        raise Http404("member")
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    context = {**crumbs(dossier), "form": form, "card": person_card(actor, who.pk)}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.member_leaves(actor=actor, dossier=dossier, person=who, on=form.on)
                return done(request, "dossiers:members", _("Noted. The days before stay as they were."), dossier.uuid)
        return invalid(request, "dossiers/member_end.html", context)
    return page(request, "dossiers/member_end.html", context)


def _meetings(actor: Actor, dossier: Dossier, held: Referent | None, candidates: dict[int, str]) -> dict[str, Any]:
    """The appointments to come of who follows the file now, and which of the candidates are taken at each hour."""
    if held is None:
        return {"meetings": []}
    coming = agenda.coming_with(held.account_id, clock.today(), subject=SubjectRef("dossier", dossier.pk))
    found = agenda.passings(coming, leaving={held.account_id}, heirs={dossier.pk: None})
    others = {pk: name for pk, name in candidates.items() if pk != held.account_id}
    say = _(
        "They go to whoever replaces %(who)s, from that day on. Where the hour is taken already, the colleague has the task to settle it."
    )
    return {"meetings": agenda.in_words(actor, found, others, seen=True), "meetings_say": say % {"who": held.account.display_name}}


@screen(access=access.can_assign, methods=("GET", "POST"), writes=True)
def referent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who follows the dossier: the agents of its service, those who suit it best first, with why; a person chooses (A50, A51)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    asked = AskForm(request.GET or None, initial={"about": speciality_of(dossier.pk), "language": letter_language(dossier.lead_id)})
    said = asked.cleaned_data if asked.is_valid() else asked.initial
    need = need_of(dossier, said["about"], said["language"])
    ranked, agents = proposals(dossier, need)
    found = in_words(need, ranked)
    held = main_referent_of(dossier.pk)
    now = held.account_id if held else None
    form = ReferentForm(
        request.POST if request.method == "POST" else None,
        agents=[(str(one.agent.id), label_of(one)) for one in found],
        initial={
            "version": dossier.version,
            "account": next((str(one.agent.id) for one in found if one.ranked.proposed and one.agent.id != now), ""),
        },
    )
    context = {
        **crumbs(dossier),
        "form": form,
        "asked": asked,
        "proposals": found,
        "chosen": str(form["account"].value() or ""),
        "heads": actor.holds(dossier.unit_id, Function.CHIEF),
        "follows": now,
        "weights": WEIGHTS,
        "referents": referents_at(dossier.pk),
        **_meetings(actor, dossier, held, {one.agent.id: one.agent.name for one in found}),
    }
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    services.choose_referent(
                        actor=actor,
                        dossier=dossier,
                        account=agents[int(form.cleaned_data["account"])],
                        role=form.cleaned_data["role"],
                        valid_from=form.cleaned_data["valid_from"],
                        expected=form.cleaned_data["version"],
                        speciality=said["about"],
                        language=said["language"],
                        note=form.cleaned_data["note"],
                    )
                    return done(request, "dossiers:detail", _("Assigned."), dossier.uuid)
            except Conflict as error:
                return _conflict(request, dossier, error, agents)
        return invalid(request, "dossiers/referent.html", context)
    return page(request, "dossiers/referent.html", context)


def _conflict(request: HttpRequest, dossier: Dossier, error: Conflict, agents: dict[int, Account]) -> HttpResponse:
    dossier.refresh_from_db(fields=["version"])
    held = next((row for row in referents_at(dossier.pk) if row.role == request.POST.get("role")), None)
    return conflict(
        request,
        error,
        who=held.author_label if held else "",
        when=held.recorded_at if held else clock.now(),
        labels={"account": _("Agent")},
        refresh={"version": dossier.version},
        yours={"account": request.POST.get("account", "")},
        theirs={"account": str(held.account_id) if held else ""},
        words={"account": {str(one.pk): one.display_name for one in [*agents.values(), *([held.account] if held else [])]}},
    )


@screen(access=access.can_close, methods=("GET", "POST"), writes=True)
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close it: with what keeps it open, while something does."""
    dossier = visible(request, uuid)
    form = CloseForm(request.POST if request.method == "POST" else None)
    context = {**crumbs(dossier), "form": form}
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.close_dossier(
                actor=request.actor,  # type: ignore[attr-defined]
                dossier=dossier,
                code=form.cleaned_data["code"],
                reason=form.cleaned_data["reason"],
            )
            return done(request, "dossiers:detail", _("The dossier is closed."), dossier.uuid)
    found = services.obstacles(request.actor, dossier) if dossier.status == "open" else []  # type: ignore[attr-defined]
    context["open_count"] = len(found)
    context["obstacles"] = [one for one in found if not one.hidden]
    context["hidden"] = sorted(Counter(str(one.detail) for one in found if one.hidden).items(), reverse=True)
    return invalid(request, "dossiers/close.html", context) if request.method == "POST" else page(request, "dossiers/close.html", context)


@screen(access=access.can_close, methods=("POST",))
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put a closed dossier into the archive."""
    dossier = visible(request, uuid)
    services.archive_dossier(actor=request.actor, dossier=dossier)  # type: ignore[attr-defined]
    return done(request, "dossiers:detail", _("In the archive: out of the lists, found by search."), dossier.uuid)


@screen(access=access.can_close, methods=("GET", "POST"), writes=True)
def reopen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {**crumbs(dossier), "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.reopen_dossier(actor=request.actor, dossier=dossier, reason=form.cleaned_data["reason"])  # type: ignore[attr-defined]
                return done(request, "dossiers:detail", _("The dossier is open again."), dossier.uuid)
        return invalid(request, "dossiers/reason.html", context)
    return page(request, "dossiers/reason.html", context)


def _person(actor: Actor, uuid: UUID) -> Person:
    found = Person.objects.visible_to(actor).filter(uuid=uuid).first()
    if found is None:
        raise Http404("person")
    return found
