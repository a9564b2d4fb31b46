"""An agent leaves: who would get what, looked at first; then the hand-overs, each signed by both."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.agenda.api import in_words
from parvis.documents import api as documents
from parvis.identity.api import Account, Function
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.registries import BriefLine
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats, stepup
from parvis.ui.http import IDEMPOTENCY_FIELD, done, errors_on, invalid, page, reading, screen

from .. import access, services
from ..agents.selectors import load_words
from ..briefs import Brief, brief_of
from ..enums import Side
from ..errors import InvalidDossier
from ..forms_agents import LeavingForm, SignForm
from ..leaving.selectors import SHOWN, Plan, files_of, name_of, plan, signatures_of, waits_for
from ..models import Departure, Dossier, Handover, HandoverSignature

PRINTED = 60


@screen(access=access.may_plan_departure, methods=("GET", "POST"), creates=True)
def leaving(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who gets which file, with the load before and after; sent once more, it is done (A23)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account = Account.objects.filter(uuid=uuid).first()
    if account is None or account.pk == actor.account_id or not services.looks_after(actor, account):
        raise Http404("agent")
    sent = request.method == "POST"
    form = LeavingForm(request.POST if sent else None, initial={"on": clock.today()})
    asked = form.cleaned_data["on"] if sent and form.is_valid() else clock.today()
    on: dt.date = max(asked, clock.today())
    found = plan(actor, account, on, _chosen(request) if sent else None)
    if sent and "sure" in request.POST and form.is_valid():
        with errors_on(form):
            departure, _plan = services.plan_departure(
                actor=actor, account=account, on=form.cleaned_data["on"], chosen=_chosen(request), note=form.cleaned_data["note"]
            )
            if len(found.rows) <= SHOWN:  # at once; the job goes on with what this leaves undone
                services.carry_out(actor=actor, departure=departure)
            return done(request, "dossiers:departure", _("Handed over. Each successor has the task to read and sign."), departure.uuid)
    context = {"account": account, "form": form, "on": on, **_told(actor, found)}
    if sent and ("sure" in request.POST or not form.is_valid()):
        return invalid(request, "dossiers/leaving.html", context)
    if sent:  # looked at again, nothing done: the page gets a key of its own for what comes next
        request.POST = request.POST.copy()  # type: ignore[assignment]
        request.POST.pop(IDEMPOTENCY_FIELD, None)
    return page(request, "dossiers/leaving.html", context)


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Successors that a person chose. Looked at again, the others are proposed anew; handed over, they are those that were on the screen."""
    found: dict[int, int] = {}
    for prefix in ("was-", "heir-") if "sure" in request.POST else ("heir-",):
        for name, value in request.POST.items():
            number = name.removeprefix(prefix)
            if number != name and number.isdecimal() and str(value).isdecimal():
                found[int(number)] = int(str(value))
    return found


def _told(actor: Actor, found: Plan) -> dict[str, Any]:
    names = {pk: one.display_name for pk, one in found.people.items()}
    return {
        "plan": found,
        "rows": [
            {
                "row": row,
                "name": name_of(row.dossier),
                "heir": names.get(row.heir or 0, ""),
                "choices": [(pk, names[pk]) for pk in found.choices[row.dossier.unit_id]],
            }
            for row in found.rows[:SHOWN]
        ],
        "more": max(len(found.rows) - SHOWN, 0),
        "loads": [
            {"row": row, "before": load_words(row.before), "after": load_words(row.after)}
            for row in found.loads
            if row.more or row.before.load
        ],
        "shown": SHOWN,
        "meetings": [(line, names.get(line.passing.heir or 0, "")) for line in in_words(actor, found.meetings[:SHOWN])],
        "more_meetings": max(len(found.meetings) - SHOWN, 0),
    }


def _departure(actor: Actor, uuid: UUID) -> Departure:
    found: Departure | None = Departure.objects.visible_to(actor).select_related("account").filter(uuid=uuid).first()
    if found is None:
        raise Http404("departure")
    return found


def _handovers(actor: Actor, **wanted: Any) -> list[Handover]:
    rows = Handover.objects.visible_to(actor).filter(**wanted)
    return list(
        rows.select_related("departure__account", "dossier__unit", "dossier__lead__index", "heir").order_by("heir", "dossier__number", "pk")
    )


@screen(access=access.may_read_agent)
def departure(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of it: each file with its successor and who has signed; a bundle of pages for each successor (B5)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _departure(actor, uuid)
    rows = _handovers(actor, departure=row)
    signed = signatures_of([one.pk for one in rows])
    bundles: dict[int, dict[str, Any]] = {}
    for one in rows:
        mine = signed.get(one.pk, {})
        bundle = bundles.setdefault(one.heir_id, {"heir": one.heir, "rows": [], "unsigned": 0})
        bundle["rows"].append({"row": one, "name": name_of(one.dossier), "gives": mine.get(Side.GIVES), "takes": mine.get(Side.TAKES)})
        bundle["unsigned"] += len(mine) < 2
    heads = actor.has(Function.CHIEF)
    waits = waits_for(row) if heads else 0
    context = {
        "row": row,
        "bundles": sorted(bundles.values(), key=lambda one: (one["heir"].display_name.casefold(), one["heir"].pk)),
        "unsigned": sum(one["unsigned"] for one in bundles.values()),
        "total": len(rows),
        "waits": waits,
        "begun": len(rows) - waits,
        "last_day": row.on - dt.timedelta(days=1),
        "heads": heads,
        "held": files_of(actor, row.account, clock.today())[0][:SHOWN] if heads and row.worked_at else [],
        "next": _next(actor, rows, signed),
    }
    return page(request, "dossiers/departure.html", context)


def _next(actor: Actor, rows: list[Handover], signed: dict[int, dict[str, HandoverSignature]]) -> Handover | None:
    """The next page that waits for this reader's signature."""
    for one in rows:
        side = Side.TAKES if one.heir_id == actor.account_id else Side.GIVES if one.departure.account_id == actor.account_id else None
        if side is not None and one.done_at is not None and side not in signed.get(one.pk, {}):
            return one
    return None


@screen(access=access.may_read_agent, methods=("GET", "POST"), writes=True)
def handover(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The hand-over page of one dossier, to read, to print and to sign."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = _handovers(actor, uuid=uuid)
    if not rows:
        raise Http404("handover")
    reads = request.method in ("GET", "HEAD")
    printed = reads and request.GET.get("as") == "pdf"
    if printed:
        stepup.require(request, back=stepup.without(request, "as"))
    row = rows[0]
    dossier = row.dossier
    reading(request, SubjectRef("dossier", dossier.pk))
    brief = brief_of(actor, dossier)
    if printed:
        return _pdf(actor, [row], f"{dossier.number}-transmission.pdf")
    signed = signatures_of([row.pk]).get(row.pk, {})
    side = services.side_of(actor, row, dossier)
    waits = side if row.done_at is not None and side is not None and side not in signed else None
    form = SignForm(request.POST if request.method == "POST" else None, initial={"digest": brief.digest})
    instead = waits == Side.GIVES and actor.account_id != row.departure.account_id
    context = {
        "row": row,
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "brief": brief,
        "form": form,
        "gives": signed.get(Side.GIVES),
        "takes": signed.get(Side.TAKES),
        "waits": waits,
        "instead": instead,
        "changed": side in signed and signed[side].account_id == actor.account_id and signed[side].digest != brief.digest,
        "today": clock.today(),
    }
    if request.method == "POST":
        if waits is None:
            raise Http404("handover")
        if form.is_valid():
            with errors_on(form):
                if form.cleaned_data["digest"] != brief.digest:
                    raise InvalidDossier(_("The page has changed since you opened it: read it again, then sign."), code="changed")
                services.sign_handover(actor=actor, handover=row, digest=brief.digest, note=form.cleaned_data["note"])
                return _onwards(request, actor, row)
        context["form"] = _again(form, brief)
        return invalid(request, "dossiers/handover.html", context)
    return page(request, "dossiers/handover.html", context)


def _again(form: SignForm, brief: Brief) -> SignForm:
    """The refused form with the digest of the page as it stands now."""
    form.data = form.data.copy()
    form.data["digest"] = brief.digest
    return form


def _onwards(request: HttpRequest, actor: Actor, row: Handover) -> HttpResponse:
    """To the next page that this person has to sign, or back to the departure."""
    rows = _handovers(actor, departure=row.departure)
    following = _next(actor, rows, signatures_of([one.pk for one in rows]))
    if following is not None:
        return done(request, "dossiers:handover", _("Signed. This is the next one."), following.uuid)
    return done(request, "dossiers:departure", _("Signed."), row.departure.uuid)


@screen(access=access.may_read_agent)
def bundle(request: HttpRequest, uuid: UUID, heir: UUID) -> HttpResponse:
    """All pages of one successor as one PDF, up to sixty."""
    stepup.require(request, back=reverse("dossiers:departure", args=[uuid]))
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = _handovers(actor, departure__uuid=uuid, heir__uuid=heir, done_at__isnull=False)
    if not rows:
        raise Http404("handover")
    for one in rows[:PRINTED]:
        mutations.record_read(actor=actor, subject=SubjectRef("dossier", one.dossier_id), screen=actor.screen)
    return _pdf(actor, rows, f"transmission-{rows[0].departure.on.isoformat()}.pdf")


# Print -----------------------------------------------------------------------------------------------------------------
def _pdf(actor: Actor, rows: list[Handover], name: str) -> HttpResponse:
    signed = signatures_of([one.pk for one in rows])
    sections: list[documents.Section] = []
    for one in rows[:PRINTED]:
        sections += _sections(actor, one, signed.get(one.pk, {}))
    if len(rows) > PRINTED:
        sections.append(documents.Section(notes=[_("Only the first sixty pages are printed here: print the others one by one.")]))
    first = rows[0]
    subject = _("Hand-over from %(before)s to %(after)s") % {
        "before": first.departure.account.display_name,
        "after": first.heir.display_name,
    }
    envelope = documents.Envelope(language=(get_language() or "fr")[:2], subject=subject, on=clock.today(), sender=documents.sender())
    pdf = documents.render_sheet_pdf("list", envelope, sections, date=clock.today())
    with gesture_scope():
        for one in rows[:PRINTED]:
            ref = SubjectRef("dossier", one.dossier_id)
            mutations.record(f"dossier:{one.dossier_id}", actor=actor, verb="dossier.handover.print", subject=ref)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sections(actor: Actor, row: Handover, signed: dict[str, HandoverSignature]) -> list[documents.Section]:
    dossier: Dossier = row.dossier
    brief = brief_of(actor, dossier)
    found = [
        documents.Section(
            heading=f"{dossier.number} · {name_of(dossier)}",
            pairs=[
                (_("Hands over"), row.departure.account.display_name),
                (_("Takes over"), row.heir.display_name),
                (_("From"), formats.day(row.departure.on)),
            ],
        )
    ]
    for _key, title, lines in brief.parts:
        if lines:
            cells = [_cells(one) for one in lines]
            table = documents.Table([(_("What"), "wide"), (_("More"), ""), (_("Day"), "")], cells)
            found.append(documents.Section(heading=title, table=table))
    notes = [_("Notes written for their author and the head of service alone are not on this page.")]
    notes += [_("Hidden from who prints: %(title)s") % {"title": title} for title in brief.hidden]
    lines = [(label, _signature(signed.get(side))) for side, label in ((Side.GIVES, _("Hands over")), (Side.TAKES, _("Takes over")))]
    found.append(documents.Section(notes=notes, pairs=lines))
    return found


def _cells(line: BriefLine) -> list[str]:
    return [line.title, line.detail, formats.day(line.on) if line.on else ""]


def _signature(row: HandoverSignature | None) -> str:
    if row is None:
        return _("not signed yet")
    text = _("signed by %(who)s, %(when)s") % {"who": row.label, "when": formats.moment(row.at)}
    if row.instead_of:
        text += " · " + _("in place of %(who)s") % {"who": row.instead_of}
    return f"{text} · {row.digest[:12]}"
