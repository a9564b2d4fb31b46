"""Proposals: the queue, the first letter, the page on which worker and chief write, and its versions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.dossiers.api import part_of
from parvis.kernel import asof, clock, memo, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import Request, conflict, done, page, screen

from .. import access, letters, neighbours, selectors
from ..enums import ProposalState
from ..models import Proposal, ProposalVersion
from ..past import opinions_awaited_then, queue_then, versions_then
from ..services import drafting, packs, reviewing
from .proposal_page import context_of, find, grants_of, may_open, note_reading
from .then import proposal_then


@screen(access=may_open, name="decisions.proposals")
def queue(request: Request) -> HttpResponse:
    """What is being drafted, reviewed, and what waits for a session."""
    state = request.GET.get("state", "")
    if state not in ProposalState.values:
        state = ""
    view = asof.view()
    if view is not None:
        rows, more = queue_then(request.actor, view, state=state)
        clocks = neighbours.clocks_then([row.line_id for row in rows], view)
        opinions = opinions_awaited_then(request.actor, view) if access.may_give_opinion(request.actor) else []
    else:
        rows, more = selectors.proposals_for(request.actor, state=state), False
        clocks = neighbours.clocks([row.line_id for row in rows])
        opinions = selectors.opinions_waiting(request.actor) if access.may_give_opinion(request.actor) else []
    names = neighbours.person_names([row.person_id for row in rows])
    listed = [
        {
            "proposal": row,
            "name": names.get(row.person_id, "?"),
            "clock": next((c for c in clocks.get(row.line_id, []) if c.kind == "decide"), None),
        }
        for row in rows
    ]
    listed.sort(key=lambda row: (row["clock"].due_on if row["clock"] else asof.day(), row["proposal"].pk))  # type: ignore[attr-defined]
    states = [("", _("All proposals")), *[(s.value, s.label) for s in ProposalState if s != ProposalState.DECIDED]]
    return page(
        request,
        "decisions/proposals.html",
        {
            "rows": listed,
            "state": state,
            "states": [{"label": label, "url": f"?state={value}" if value else "?", "current": value == state} for value, label in states],
            "opinions": opinions,
            "more": more,
            "today": view.day if view else clock.today(),
            "past": view is not None,
        },
    )


@screen(access=access.may_draft, methods=("GET", "POST"), creates=True, name="decisions.start_proposal")
def start(request: Request, line_id: int) -> HttpResponse:
    """Where the task "inquiry and proposal" leads: the living proposal, or one button to start it."""
    existing = selectors.living_proposal(line_id)
    if existing is not None and existing.live:
        find(request, existing.uuid)
        return done(request, "decisions:proposal", None, existing.uuid)
    line = neighbours.line(line_id)
    if not access.may_start(request.actor, line):
        raise Http404
    if line.dossier_id is not None:
        subject = SubjectRef("request", line.request_id)
        mutations.record_read(actor=request.actor, subject=subject, screen=request.screen.name, within=part_of(line.dossier_id))
    previous = selectors.settled_decision(line_id)
    if request.method == "POST":
        proposal = drafting.draft_proposal(actor=request.actor, line_id=line_id)
        return done(request, "decisions:proposal", _("The letter is started."), proposal.uuid)
    return page(
        request,
        "decisions/start.html",
        {
            "line": line,
            "name": neighbours.person_name(request.actor, line.person_id),
            "previous": previous,
            "due": neighbours.clock_of(line_id, "decide"),
        },
    )


@screen(access=may_open, methods=("GET", "POST"), parts=("proposal-side",), writes=True, name="decisions.draft_proposal")
def proposal(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    if request.method == "POST":
        return _save(request, found)
    note_reading(request, found)
    if (view := asof.view()) is not None:
        return proposal_then(request, found, view)
    with memo.sharing():
        return page(request, "decisions/proposal.html", context_of(request, found, add=request.GET.get("add") == "1"))


def _save(request: Request, found: Proposal) -> HttpResponse:
    actor = request.actor
    if not access.may_edit(actor, found):
        raise NotAllowed(_("The proposal is with somebody else now; you cannot change it."))
    version = selectors.latest_version(actor, found)
    autosaving = request.headers.get("X-Autosave") == "1"
    grants = grants_of(actor, found, version, data=request.POST)
    own = {key.removeprefix("b-"): value for key, value in request.POST.items() if key.startswith("b-")}
    base = request.POST.get("base", "")
    if not grants.is_valid():
        if autosaving:  # the text is safe even while a grant is half typed; the grant is not, and stays marked
            _keep_text(actor, found, version, own, base)
            return JsonResponse({"saved": False}, status=422)
        return page(request, "decisions/proposal.html", context_of(request, found, grants=grants, typed=own), status=422)
    try:
        saved = drafting.save_version(
            actor=actor,
            proposal=found,
            own=own,
            provisions=grants.provisions(),
            **_base(base),
            proposed_outcome=request.POST.get("proposed_outcome") or None,
            ground=request.POST.get("ground"),
            pause=autosaving,
        )
    except Conflict as error:
        if autosaving:
            return JsonResponse({"saved": False}, status=409)
        return conflict(
            request,
            Conflict(
                error.message,
                who=error.who,
                when=error.when,
                yours={f"b-{k}": v for k, v in error.yours.items()},
                theirs={f"b-{k}": v for k, v in error.theirs.items()},
            ),
            labels={f"b-{block['key']}": block.get("heading") or block["key"] for block in version.blocks},
            refresh={"base": version.base},
        )
    except DomainError as error:
        if autosaving:
            return JsonResponse({"saved": False, "message": str(error.message)}, status=422)
        return page(request, "decisions/proposal.html", context_of(request, found, grants=grants, typed=own, refused=error), status=422)
    if autosaving:
        shown = {f"amount-{row['key']}": formats.amount(row["amount"], row["currency"]) for row in saved.provisions}
        return JsonResponse({"saved": True, "no": saved.no, "shown": shown})
    then = request.POST.get("then", "")
    if then == "add":
        return done(request, reverse("decisions:proposal", args=[found.uuid]) + "?add=1")
    if then in ("submit", "validate"):
        return _send(request, found, then)
    return done(request, "decisions:proposal", _("Saved as version %(no)s.") % {"no": saved.no}, found.uuid)


def _keep_text(actor: Actor, found: Proposal, version: ProposalVersion, own: dict[str, str], base: str) -> None:
    with suppress(DomainError):
        drafting.save_version(actor=actor, proposal=found, own=own, provisions=version.provisions, pause=True, **_base(base))


def _base(text: str) -> dict[str, int]:
    """The state that the writer had on screen: "4", or "5.3" while somebody typed (``ProposalVersion.base``)."""
    no, _dot, lock = text.partition(".")
    return {"base_no": _int(no, 0), "base_lock": _int(lock, 0)}


def _send(request: Request, found: Proposal, then: str) -> HttpResponse:
    try:
        if then == "submit":
            sent = reviewing.submit_proposal(actor=request.actor, proposal=found)
            message = _("Sent to the chief.") if sent.state == ProposalState.SUBMITTED else _("Ready for the committee.")
            version = selectors.latest_version(request.actor, sent)
            unheard = reviewing.hearing_missing(sent, version, sent.proposed_outcome, packs.previous_decision(sent))
            if unheard is not None:
                messages.warning(request, str(unheard.message))
        else:
            reviewing.review_proposal(actor=request.actor, proposal=found, outcome="validated")
            message = _("Validated: ready for the committee.")
    except DomainError as error:
        found.refresh_from_db()
        return page(request, "decisions/proposal.html", context_of(request, found, refused=error), status=422)
    return done(request, "decisions:proposal", message, found.uuid)


@screen(access=may_open, name="decisions.proposal_versions")
def versions(request: Request, uuid: Any) -> HttpResponse:
    """Two versions side by side in words: what was added, what was taken out."""
    found = find(request, uuid)
    note_reading(request, found)
    rows = selectors.versions_of(request.actor, found)
    if (view := asof.view()) is not None:
        rows = versions_then(rows, view)
        if not rows:
            return proposal_then(request, found, view)
    numbers = {v.no: v for v in rows}
    new = numbers.get(_int(request.GET.get("to"), rows[-1].no), rows[-1])
    old = numbers.get(_int(request.GET.get("from"), max(new.no - 1, rows[0].no)), rows[0])
    return page(
        request,
        "decisions/versions.html",
        {
            "proposal": found,
            "name": neighbours.person_name(request.actor, found.person_id),
            "versions": rows,
            "old": old,
            "new": new,
            "changes": letters.diff(old.blocks, new.blocks),
            "before": packs.describe_provisions(old.provisions),
            "after": packs.describe_provisions(new.provisions),
        },
    )


def _int(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
