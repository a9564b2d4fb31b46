"""Sessions: list, preparation, presence, closing, minutes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.documents import api as documents
from parvis.dossiers.api import part_of
from parvis.kernel import asof, clock
from parvis.kernel.errors import Conflict, DomainError
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import Request, done, page, reading, screen

from .. import access, forms, neighbours, printing, selectors
from ..enums import ItemState, MinutesState, SessionState
from ..models import AgendaItem, Committee, Minutes, Session
from ..past import signed_then
from ..services import deciding, sessions
from ..services import minutes as writing
from .then import session_then


def find_session(request: Request, uuid: Any) -> Session:
    return get_object_or_404(Session.objects.visible_to(request.actor).select_related("committee"), uuid=uuid)


def read_item(request: Request, item: AgendaItem) -> None:
    """What the agenda puts before a body is no look-up of one's own, and asks nobody why; who is a person on file here says it all the same,
    or steps back (recusal)."""
    within = part_of(item.proposal.dossier_id) if request.actor.person_id is not None else None
    reading(request, SubjectRef("proposal", item.proposal_id), screen=request.screen.name, within=within)


def find_item(request: Request, uuid: Any) -> AgendaItem:
    rows = AgendaItem.objects.visible_to(request.actor).select_related(
        "session__committee", "proposal__dossier", "proposal__line", "ratifies"
    )
    return get_object_or_404(rows, uuid=uuid)


def place_of(session: Session, actor: Any) -> str:
    """Planned: preparation; sent, open or closed: committee mode, for those who sit in it."""
    name = "agenda" if session.state == SessionState.PLANNED or not access.may_see_committee(actor) else "session"
    return reverse(f"decisions:{name}", args=[session.uuid])


@screen(access=access.may_see_sessions, name="decisions.sessions")
def index(request: Request) -> HttpResponse:
    actor = request.actor
    view = asof.view()
    cards = selectors.sessions_then(actor, view) if view else selectors.sessions_for(actor)
    return page(
        request,
        "decisions/sessions.html",
        {
            "coming": sorted((c for c in cards if c.session.state != SessionState.CLOSED), key=lambda c: c.session.starts_at),
            "past": [c for c in cards if c.session.state == SessionState.CLOSED],
            "waiting": selectors.count_waiting(actor) if view is None and access.may_run_sessions(actor) else 0,
            "may_run": view is None and access.may_run_sessions(actor),
            "sits": access.may_see_committee(actor),
        },
    )


@screen(access=access.may_run_sessions, methods=("GET", "POST"), creates=True, name="decisions.new_session")
def new(request: Request) -> HttpResponse:
    committee = Committee.objects.filter(active=True).order_by("key", "pk").first()
    last = Session.objects.visible_to(request.actor).filter(committee=committee).order_by("-starts_at", "-pk").first()
    usual = {"at": last.starts_at.astimezone(clock.zone()).time(), "place": last.place} if last is not None else {"at": "14:00"}
    form = forms.SessionForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid() and committee is not None:
        starts = datetime.combine(form.cleaned_data["on"], form.cleaned_data["at"], tzinfo=clock.zone())
        try:
            session = sessions.create_session(actor=request.actor, committee=committee, starts_at=starts, place=form.cleaned_data["place"])
            return done(request, "decisions:agenda", _("The session is planned."), session.uuid)
        except DomainError as error:
            forms.put(form, error)
    return page(request, "decisions/session_new.html", {"form": form, "committee": committee}, status=422 if form.errors else 200)


@screen(access=access.may_see_sessions, name="decisions.agenda")
def agenda(request: Request, uuid: Any) -> HttpResponse:
    """The agenda as a list: preparation for the secretariat, reading for the others. Prints well."""
    session = find_session(request, uuid)
    if (view := asof.view()) is not None:
        return session_then(request, session, view)
    return page(request, "decisions/agenda.html", agenda_context(request, session))


def agenda_context(request: Request, session: Session, **more: Any) -> dict[str, Any]:
    actor = request.actor
    view = selectors.agenda(actor, session)
    may_run = access.may_run_sessions(actor)
    clocks = neighbours.clocks([row.item.proposal.line_id for row in view.rows])
    for row in view.rows:
        row.clock = next((c for c in clocks.get(row.item.proposal.line_id, []) if c.kind == "decide"), None)  # type: ignore[attr-defined]
    if session.state == SessionState.PLANNED:
        view.rows.sort(key=lambda r: (r.item.late, (r.clock.due_on if r.clock else date.max), r.item.pk))  # type: ignore[attr-defined]
        for place, row in enumerate(view.rows, start=1):
            row.place = place
    ready = session.state == SessionState.FROZEN or (session.state == SessionState.OPEN and view.rows and not view.pending)
    others = [s for s in selectors.open_sessions(actor) if s.pk != session.pk]
    return {
        "session": session,
        "view": view,
        "may_run": may_run,
        "first": may_run and ready,
        "sits": access.may_see_committee(actor),
        "waiting": selectors.count_waiting(actor, session) if may_run and session.state != SessionState.CLOSED else 0,
        "minutes": Minutes.objects.visible_to(actor).filter(session=session).first(),
        "others": others,
        "members": sessions.members_on(session.committee, clock.date_of(session.starts_at)),
        **more,
    }


@screen(access=access.may_run_sessions, methods=("POST",), name="decisions.session_step")
def step(request: Request, uuid: Any, step: str) -> HttpResponse:
    """fill, freeze, open, close: one gesture each."""
    session = find_session(request, uuid)
    actor = request.actor
    try:
        if step == "fill":
            added = sessions.schedule_waiting(actor=actor, session=session, proposals=list(selectors.waiting_for(actor, session)))
            text = ngettext("%(n)s case put on the agenda.", "%(n)s cases put on the agenda.", len(added)) % {"n": len(added)}
            return done(request, "decisions:agenda", text, session.uuid)
        if step == "freeze":
            sessions.freeze_session(actor=actor, session=session)
            return done(request, "decisions:agenda", _("The agenda is sent: each member's pack is frozen."), session.uuid)
        if step == "open":
            sessions.open_session(actor=actor, session=session)
            return done(request, "decisions:session", _("The session is open."), session.uuid)
        target = _session_named(actor, request.POST.get("to", ""))
        sessions.close_session(actor=actor, session=session, carry_to=target, reason=request.POST.get("reason", ""))
        return done(request, "decisions:agenda", _("The session is closed. The minutes are written."), session.uuid)
    except Conflict:
        raise
    except DomainError as error:
        session.refresh_from_db()
        return page(request, "decisions/agenda.html", agenda_context(request, session, refused=error), status=422)


def _session_named(actor: Any, text: str) -> Session | None:
    try:
        return Session.objects.visible_to(actor).filter(uuid=UUID(text)).first() if text else None
    except ValueError:
        raise Http404("session") from None


@screen(access=access.may_run_sessions, methods=("POST",), name="decisions.presence")
def presence(request: Request, uuid: Any) -> HttpResponse:
    session = find_session(request, uuid)
    here = [int(v) for v in request.POST.getlist("present") if v.isdecimal()]
    excused = [int(v) for v in request.POST.getlist("excused") if v.isdecimal() and int(v) not in here]
    sessions.set_presence(actor=request.actor, session=session, account_ids=here, excused=excused)
    back = request.POST.get("back") == "session"
    return done(request, "decisions:session" if back else "decisions:agenda", _("Presence noted."), session.uuid)


@screen(access=access.may_run_sessions, methods=("POST",), name="decisions.list_kind")
def list_kind(request: Request, uuid: Any) -> HttpResponse:
    item = find_item(request, uuid)
    read_item(request, item)
    sessions.set_list_kind(actor=request.actor, item=item, list_kind=request.POST.get("list_kind", ""))
    return done(request, "decisions:agenda", None, item.session.uuid)


@screen(access=access.may_see_committee, methods=("GET", "POST"), name="decisions.recuse")
def recuse(request: Request, uuid: Any) -> HttpResponse:
    """A member declares a conflict, before reading: the page names the case and nothing more."""
    item = find_item(request, uuid)
    session = item.session
    if request.method == "POST":
        account, label = request.actor.account_id, request.actor.label
        chosen = request.POST.get("member", "")
        if chosen.isdecimal() and access.may_run_sessions(request.actor):
            found = next((p for p in selectors.agenda(request.actor, session).presences if p.account_id == int(chosen)), None)
            if found is not None:
                account, label = found.account_id, found.label
        if account is not None:
            sessions.declare_recusal(actor=request.actor, item=item, account_id=account, label=label, reason=request.POST.get("reason", ""))
        mine = account == request.actor.account_id
        text = _("Noted. This case is no longer on your screen.") if mine else _("Noted for %(who)s.") % {"who": label}
        if mine:
            return done(request, place_of(session, request.actor), text)
        return done(request, reverse("decisions:item", args=[session.uuid, item.uuid]), text)
    return page(
        request,
        "decisions/recuse.html",
        {
            "item": item,
            "session": session,
            "name": neighbours.person_name(request.actor, item.proposal.person_id),
            "presences": selectors.agenda(request.actor, session).presences if access.may_run_sessions(request.actor) else [],
        },
    )


@screen(access=access.may_run_sessions, methods=("GET", "POST"), name="decisions.carry")
def carry(request: Request, uuid: Any) -> HttpResponse:
    """To another session, which decides nothing."""
    item = find_item(request, uuid)
    others = [s for s in selectors.open_sessions(request.actor) if s.pk != item.session_id]
    form = forms.CarryForm(request.POST or None, sessions=others)
    if request.method == "POST" and form.is_valid():
        target = next(s for s in others if str(s.uuid) == form.cleaned_data["to"])
        sessions.carry_over(actor=request.actor, item=item, to=target, reason=form.cleaned_data["reason"])
        return done(
            request, place_of(item.session, request.actor), _("Carried over to %(when)s.") % {"when": formats.moment(target.starts_at)}
        )
    return page(
        request,
        "decisions/carry.html",
        {
            "item": item,
            "session": item.session,
            "form": form,
            "others": others,
            "name": neighbours.person_name(request.actor, item.proposal.person_id),
        },
        status=422 if form.errors else 200,
    )


@screen(access=access.may_decide, methods=("GET", "POST"), name="decisions.batch")
def batch(request: Request, uuid: Any) -> HttpResponse:
    """Every unflagged case, previewed, then decided as proposed in one gesture. No undo: letters and payments start at once."""
    session = find_session(request, uuid)
    allowed = {item.pk for item in deciding.unflagged(session)} if session.state == SessionState.OPEN else set()
    rows = [row for row in selectors.item_rows(request.actor, session) if row.item.pk in allowed]
    if request.method == "POST":
        locks = {}
        shown = {str(row.item.pk): row.item.pk for row in rows}
        for value in request.POST.getlist("item"):
            pk, _colon, lock = value.partition(":")
            if lock.isdecimal():
                locks[shown.get(pk, -1)] = int(lock)
        try:
            made = deciding.decide_batch(actor=request.actor, session=session, locks=locks)
            text = ngettext("%(n)s case decided as proposed.", "%(n)s cases decided as proposed.", len(made)) % {"n": len(made)}
            return done(request, "decisions:session", text, session.uuid)
        except DomainError as error:
            return page(request, "decisions/batch.html", {"session": session, "rows": rows, "refused": error}, status=error.status)
    left = [row for row in selectors.item_rows(request.actor, session) if row.state == ItemState.PENDING and row.item.pk not in allowed]
    return page(request, "decisions/batch.html", {"session": session, "rows": rows, "left": left})


@screen(access=access.may_see_committee, name="decisions.minutes")
def minutes(request: Request, uuid: Any) -> HttpResponse:
    """The minutes, without the reader's own conflicts of interest."""
    found = get_object_or_404(Minutes.objects.visible_to(request.actor).select_related("session__committee", "document"), uuid=uuid)
    actor = request.actor
    view = asof.view()
    if view is not None and not signed_then(found, view):
        return page(request, "decisions/not_yet.html", {"title": _("Minutes"), "minutes": True, "day": view.day})
    signs = view is None and found.state == MinutesState.DRAFT
    return page(
        request,
        "decisions/minutes.html",
        {
            "minutes": found,
            "session": found.session,
            "content": selectors.minutes_for(actor, found),
            "draft": found.state == MinutesState.DRAFT,
            "may_sign_president": signs and not found.president_signed_at and access.may_sign_as_president(actor, found.session),
            "may_sign_secretary": signs and not found.secretary_signed_at and access.may_sign_as_secretary(actor, found.session),
        },
    )


@screen(access=access.may_see_committee, methods=("POST",), name="decisions.sign_minutes")
def sign(request: Request, uuid: Any) -> HttpResponse:
    found = get_object_or_404(Minutes.objects.visible_to(request.actor), uuid=uuid)
    writing.sign_minutes(actor=request.actor, minutes=found, role=request.POST.get("role", ""))
    return done(request, "decisions:minutes", _("Signed."), found.uuid)


def _signed(found: Minutes) -> list[tuple[str, str]] | None:
    if found.state != MinutesState.SIGNED:
        return None
    return [(found.president_label, "president"), (found.secretary_label, "secretary")]


@screen(access=access.may_see_committee, name="decisions.minutes_pdf")
def minutes_pdf(request: Request, uuid: Any) -> HttpResponse:
    """The PDF as this reader may have it: the kept one, or one without the reader's own conflicts."""
    found = get_object_or_404(Minutes.objects.visible_to(request.actor).select_related("session__committee", "document__file"), uuid=uuid)
    view = asof.view()
    if view is not None and not signed_then(found, view):
        raise Http404("minutes")
    content = selectors.minutes_for(request.actor, found)
    hidden = selectors.recused_proposals(request.actor)
    whole = not any(
        True for pk in hidden if AgendaItem.objects.visible_to(selectors.READER).filter(session=found.session, proposal=pk).exists()
    )
    data = (
        documents.read_bytes(found.document.file)
        if whole and found.document
        else printing.minutes_pdf(content, on=clock.date_of(found.session.starts_at), signed=_signed(found))
    )
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.number.replace("/", "-").replace(" ", "-")}.pdf"'
    return response
