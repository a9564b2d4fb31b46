"""Rules of retention, holds, what is due for destruction, and destruction lists with their certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.documents import api as documents
from parvis.identity.api import Sector
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..enums import LineState, ListState
from ..errors import CannotBeDestroyed
from ..forms_keeping import ApproveForm, HoldForm, KeepHoldForm, ProposeForm, ReasonOnlyForm, RuleForm
from ..models import DestructionLine, DestructionList, Dossier, LegalHold, RetentionRule
from ._common import crumbs, visible

PAGE = 25
LONGEST_REVIEW = dt.timedelta(days=365)
TINTS = {ListState.PROPOSED: "warn", ListState.APPROVED: "info", ListState.DONE: "ok", ListState.WITHDRAWN: ""}


# Rules -------------------------------------------------------------------------------------------------------------------
@screen(access=access.may_read_retention)
def rules(request: HttpRequest) -> HttpResponse:
    """What holds today, then every version that was ever published."""
    found = services.schedule()
    rows = list(RetentionRule.objects.select_related("sector").order_by("-number")[:200])
    context = {
        "rules": found.rules,
        "versions": [(row, row in found.rules) for row in rows],
        "doubtful": any(not rule.confirmed for rule in found.rules),
        "may_change": access.may_change_retention(request.actor),  # type: ignore[attr-defined]
        "may_keep": access.may_keep(request.actor),  # type: ignore[attr-defined]
    }
    return page(request, "dossiers/retention.html", context)


@screen(access=access.may_change_retention, methods=("GET", "POST"), creates=True)
def rule_add(request: HttpRequest) -> HttpResponse:
    sectors = {str(row.pk): row for row in Sector.objects.filter(is_active=True).order_by("code", "pk")}
    form = RuleForm(request.POST or None, sectors=[(key, formats.label(row.name)) for key, row in sectors.items()])
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            with errors_on(form):
                services.publish_rule(
                    actor=request.actor,  # type: ignore[attr-defined]
                    sector=sectors.get(given["sector"]),
                    **{
                        name: given[name]
                        for name in ("close_code", "years", "money_years", "keep_reads", "source", "confirmed", "valid_from")
                    },
                )
                return done(request, "dossiers:retention", _("Published. The versions before stay to be read."))
        return invalid(request, "dossiers/retention_form.html", {"form": form})
    return page(request, "dossiers/retention_form.html", {"form": form})


# Holds -------------------------------------------------------------------------------------------------------------------
@screen(access=access.may_hold, methods=("GET", "POST"), creates=True)
def hold(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hold a dossier back from destruction; and the holds it had."""
    dossier = visible(request, uuid)
    form = HoldForm(request.POST or None)
    context = {**crumbs(dossier), "form": form, "holds": services.holds_of([dossier.pk])}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.place_hold(actor=request.actor, dossier=dossier, **form.cleaned_data)  # type: ignore[attr-defined]
                return done(request, "dossiers:detail", _("Held back: it stands on no destruction list until the hold ends."), dossier.uuid)
        return invalid(request, "dossiers/hold.html", context)
    return page(request, "dossiers/hold.html", context)


@screen(access=access.may_hold, methods=("GET", "POST"), writes=True)
def hold_keep(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    """The hold was looked at and goes on, until another day."""
    dossier = visible(request, uuid)
    row = _living(request, dossier, item)
    again = min(row.review_on - clock.date_of(row.placed_at), LONGEST_REVIEW)  # as far away as the first time
    form = KeepHoldForm(request.POST or None, initial={"review_on": clock.today() + max(again, dt.timedelta(days=1))})
    context = {**crumbs(dossier), "form": form, "row": row}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.keep_hold(actor=request.actor, hold=row, **form.cleaned_data)  # type: ignore[attr-defined]
                return done(request, "dossiers:hold", _("The hold goes on; its next day of review is noted."), dossier.uuid)
        return invalid(request, "dossiers/hold_keep.html", context)
    return page(request, "dossiers/hold_keep.html", context)


def _living(request: HttpRequest, dossier: Dossier, item: UUID) -> LegalHold:
    row = LegalHold.objects.visible_to(request.actor).filter(dossier=dossier, uuid=item, live=1).select_related("dossier").first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("hold")
    return row


@screen(access=access.may_hold, methods=("GET", "POST"), writes=True)
def hold_end(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    dossier = visible(request, uuid)
    row = _living(request, dossier, item)
    form = ReasonOnlyForm(request.POST or None)
    context = {**crumbs(dossier), "form": form, "row": row}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_hold(actor=request.actor, hold=row, reason=form.cleaned_data["reason"])  # type: ignore[attr-defined]
                return done(request, "dossiers:detail", _("The hold has ended; it stays to be read."), dossier.uuid)
        return invalid(request, "dossiers/hold_end.html", context)
    return page(request, "dossiers/hold_end.html", context)


# Due, and lists ------------------------------------------------------------------------------------------------------------
@screen(access=access.may_keep, methods=("GET", "POST"), creates=True)
def destruction(request: HttpRequest) -> HttpResponse:
    """Dossiers whose term is over, to be put on a list; lists on their way; holds to look at again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = ProposeForm(request.POST if request.method == "POST" else None)
    found = services.schedule()
    if request.method == "POST":
        chosen = list(services.due_dossiers(found=found).filter(uuid__in=_uuids(request.POST.getlist("dossier"))))
        refused: dict[str, Any] = {}
        if form.is_valid():
            with _naming(form, refused):
                row = services.propose_list(actor=actor, dossiers=chosen, note=form.cleaned_data["note"])
                return done(
                    request,
                    "dossiers:destruction_list",
                    _("Proposed. Another person approves it before anything is destroyed."),
                    row.uuid,
                )
        return invalid(request, "dossiers/destruction.html", _overview(request, actor, form, found) | refused)
    return page(request, "dossiers/destruction.html", _overview(request, actor, form, found))


def _uuids(texts: list[str]) -> list[UUID]:
    out = []
    for text in texts[:200]:
        try:
            out.append(UUID(text))
        except ValueError:
            continue
    return out


@contextmanager
def _naming(form: Any, refused: dict[str, Any]) -> Iterator[None]:
    """``errors_on``, and what stands against a destruction for the page: each dossier with its reasons, not the sentence alone."""
    with errors_on(form):
        try:
            yield
        except CannotBeDestroyed as error:
            refused |= {"refused": error.found, "refusal": error.message}


def _overview(request: HttpRequest, actor: Actor, form: ProposeForm, found: Any) -> dict[str, Any]:
    after = request.GET.get("after", "")
    rows = services.due_dossiers(found=found).select_related("unit")
    if after.isdecimal():
        rows = services.due_after(rows, int(after))
    shown = list(rows[: PAGE + 1])
    names = _names(actor, shown)
    by_id = {rule.pk: rule for rule in found.rules}
    ticked = set(request.POST.getlist("dossier"))
    review = services.holds_to_review(clock.today())
    told = services.reasons_told(actor, review)
    return {
        "form": form,
        "rows": [
            {
                "dossier": row,
                "name": names.get(row.pk, ""),
                "rule": by_id[row.rule],
                "since": services.until(row.closed_on, by_id[row.rule].years),
                "ticked": str(row.uuid) in ticked if request.method == "POST" else True,
            }
            for row in shown[:PAGE]
        ],
        "after": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "lists": [
            {"row": row, "tint": TINTS[ListState(row.state)]} for row in DestructionList.objects.order_by("-proposed_at", "-pk")[:20]
        ],
        "review": [{"row": row, "told": row.pk in told} for row in review],
        "no_rules": not found.rules,
    }


def _names(actor: Actor, rows: list[Dossier]) -> dict[int, str]:
    """Names of leads for whoever sees the dossier and names; an administrator sees numbers."""
    if not may_see(actor, "identity") or not access.can_read_dossiers(actor):
        return {}
    seen = dict(Dossier.objects.visible_to(actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", "lead_id"))
    names = display_names(seen.values())
    return {pk: names.get(lead, "") for pk, lead in seen.items()}


@screen(access=access.may_keep, methods=("GET", "POST"), writes=True)
def destruction_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One list: its lines with why and from when; taken off, approved or given up while it waits; then what became of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = DestructionList.objects.select_related("document__file").filter(uuid=uuid).first()
    if row is None:
        raise Http404("list")
    action = request.POST.get("action", "")
    approve = ApproveForm(request.POST if action == "approve" else None, initial={"permission": row.permission})
    give_up = ReasonOnlyForm(request.POST if action == "withdraw" else None, prefix="up")
    take_off = ReasonOnlyForm(request.POST if action == "remove" else None, prefix="off")
    if request.method == "POST":
        refused: dict[str, Any] = {}
        if action == "approve" and approve.is_valid():
            with _naming(approve, refused):
                services.approve_list(actor=actor, chosen=row, permission=approve.cleaned_data["permission"])
                return done(request, "dossiers:destruction_list", _("Approved. The dossiers are being destroyed."), row.uuid)
        elif action == "withdraw" and give_up.is_valid():
            with errors_on(give_up):
                services.withdraw_list(actor=actor, chosen=row, reason=give_up.cleaned_data["reason"])
                return done(request, "dossiers:destruction_list", _("Given up. Nothing was destroyed."), row.uuid)
        elif action == "remove" and take_off.is_valid():
            line = row.lines.select_related("dossier", "on_list").filter(uuid__in=_uuids([request.POST.get("line", "")])).first()
            if line is None:
                raise Http404("line")
            with errors_on(take_off):
                services.remove_line(actor=actor, line=line, reason=take_off.cleaned_data["reason"])
                return done(request, "dossiers:destruction_list", _("Taken off the list. The dossier is kept."), row.uuid)
        return invalid(request, "dossiers/destruction_list.html", _one(actor, row, approve, give_up, take_off, request) | refused)
    return page(request, "dossiers/destruction_list.html", _one(actor, row, approve, give_up, take_off, request))


def _one(
    actor: Actor, row: DestructionList, approve: ApproveForm, give_up: ReasonOnlyForm, take_off: ReasonOnlyForm, request: HttpRequest
) -> dict[str, Any]:
    lines: list[DestructionLine] = list(row.lines.select_related("dossier").order_by("number", "pk"))
    names = _names(actor, [line.dossier for line in lines if line.dossier.destroyed_on is None])
    over = [line for line in lines if line.state in (LineState.DESTROYED, LineState.REFUSED)]
    counting = [line for line in lines if line.state != LineState.REMOVED]
    return {
        "row": row,
        "tint": TINTS[ListState(row.state)],
        "lines": [
            {"line": line, "name": names.get(line.dossier_id, ""), "counts": [(_(name), n) for name, n in sorted(line.counts.items())]}
            for line in lines
        ],
        "waiting": row.state == ListState.PROPOSED,
        "running": row.state == ListState.APPROVED,
        "stuck": services.stuck(lines) if row.state == ListState.APPROVED else [],
        "over": len(over),
        "total": len(counting),
        "mine": row.proposed_by_id in actor.persons,
        "approve": approve,
        "give_up": give_up,
        "take_off": take_off,
        "line_asked": request.POST.get("line", ""),
    }


@screen(access=access.may_keep)
def certificate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The certificate as PDF, as it was kept."""
    row = DestructionList.objects.select_related("document__file").filter(uuid=uuid, document__isnull=False).first()
    if row is None or row.document is None:
        raise Http404("certificate")
    response = HttpResponse(documents.read_bytes(row.document.file), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{row.document.file_name}"'
    return response
