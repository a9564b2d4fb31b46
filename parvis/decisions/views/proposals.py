"""The proposal: the letter on the left, amount, checks and history beside it. Worker, chief and lawyer meet here."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import clock, memo, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.ui import formats
from parvis.ui.http import Request, conflict, done, page, screen

from .. import access, forms, grounds, letters, neighbours, selectors
from ..enums import HearingMeans, Outcome, ProposalState
from ..models import LegalOpinion, Proposal, ProposalVersion
from ..provisions import provision_from_json
from ..services import drafting, opinions, packs, reviewing, steps
from ..services import hearing as hearings


def may_open(actor: Actor) -> bool:
    return actor.has(*access.CASE_WORK, *access.SECRETARIAT, "lawyer", "auditor")


def find(request: Request, uuid: Any) -> Proposal:
    rows = Proposal.objects.visible_to(request.actor).select_related("dossier", "unit", "line__request", "author")
    return get_object_or_404(rows, uuid=uuid)


@screen(access=may_open, name="decisions.proposals")
def queue(request: Request) -> HttpResponse:
    """What is being drafted, reviewed, and what waits for a session."""
    state = request.GET.get("state", "")
    if state not in ProposalState.values:
        state = ""
    rows = selectors.proposals_for(request.actor, state=state)
    names = neighbours.person_names([row.person_id for row in rows])
    clocks = neighbours.clocks([row.line_id for row in rows])
    listed = [
        {
            "proposal": row,
            "name": names.get(row.person_id, "?"),
            "clock": next((c for c in clocks.get(row.line_id, []) if c.kind == "decide"), None),
        }
        for row in rows
    ]
    listed.sort(key=lambda row: (row["clock"].due_on if row["clock"] else clock.today(), row["proposal"].pk))  # type: ignore[attr-defined]
    states = [("", _("All proposals")), *[(s.value, s.label) for s in ProposalState if s != ProposalState.DECIDED]]
    return page(
        request,
        "decisions/proposals.html",
        {
            "rows": listed,
            "state": state,
            "states": [{"label": label, "url": f"?state={value}" if value else "?", "current": value == state} for value, label in states],
            "opinions": selectors.opinions_waiting(request.actor) if access.may_give_opinion(request.actor) else [],
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
    if not request.actor.holds(line.unit_id, *access.CASE_WORK):
        raise Http404
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
    mutations.record_read(actor=request.actor, subject=steps.ref(found), screen=request.screen.name)
    with memo.sharing():
        return page(request, "decisions/proposal.html", _context(request, found, add=request.GET.get("add") == "1"))


def _save(request: Request, found: Proposal) -> HttpResponse:
    actor = request.actor
    if not access.may_edit(actor, found):
        raise NotAllowed(_("The proposal is with somebody else now; you cannot change it."))
    version = selectors.latest_version(actor, found)
    autosaving = request.headers.get("X-Autosave") == "1"
    grants = _grants(actor, found, version, data=request.POST)
    own = {key.removeprefix("b-"): value for key, value in request.POST.items() if key.startswith("b-")}
    base = request.POST.get("base", "")
    if not grants.is_valid():
        if autosaving:  # the text is safe even while a grant is half typed; the grant is not, and stays marked
            _keep_text(actor, found, version, own, base)
            return JsonResponse({"saved": False}, status=422)
        return page(request, "decisions/proposal.html", _context(request, found, grants=grants, typed=own), status=422)
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
        return page(request, "decisions/proposal.html", _context(request, found, grants=grants, typed=own, refused=error), status=422)
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
        return page(request, "decisions/proposal.html", _context(request, found, refused=error), status=422)
    return done(request, "decisions:proposal", message, found.uuid)


def _grants(actor: Actor, found: Proposal, version: ProposalVersion, *, data: Any = None, add: bool = False) -> forms.ProvisionSet:
    return forms.ProvisionSet(
        current=version.provisions,
        accounts=neighbours.household_accounts(actor, found.dossier_id, found.person_id),
        person_id=found.person_id,
        person_name=neighbours.person_name(actor, found.person_id),
        data=data,
        add=add or (data is None and not version.provisions),
    )


def _context(
    request: Request,
    found: Proposal,
    *,
    grants: forms.ProvisionSet | None = None,
    typed: dict[str, str] | None = None,
    refused: DomainError | None = None,
    add: bool = False,
) -> dict[str, Any]:
    with neighbours.one_reading():
        return _read(request, found, grants=grants, typed=typed, refused=refused, add=add)


def _read(
    request: Request,
    found: Proposal,
    *,
    grants: forms.ProvisionSet | None,
    typed: dict[str, str] | None,
    refused: DomainError | None,
    add: bool,
) -> dict[str, Any]:
    actor = request.actor
    version = selectors.latest_version(actor, found)
    marks = selectors.version_marks(actor, found, version)
    correction = selectors.correction(actor, found, marks, version)
    editable = access.may_edit(actor, found)
    if grants is None and editable:
        grants = _grants(actor, found, version, add=add)  # first: it reads names and cards of the household, this person's among them
    language = formats.language()
    trouble_matters = found.state != ProposalState.DECIDED
    trouble = reviewing.problems(actor, found, version) if trouble_matters else None
    previous = packs.previous_decision(found)
    asked = selectors.opinions_of(actor, found)
    line = neighbours.line(found.line_id)
    return {
        "proposal": found,
        "line": line,
        "name": neighbours.person_name(actor, found.person_id),
        "version": version,
        "version_count": len(marks),
        "editable": editable,
        "may_submit": editable and found.state in (ProposalState.DRAFT, ProposalState.RETURNED),
        "may_review": found.state == ProposalState.SUBMITTED and access.may_review(actor, found),
        "may_take_back": found.state == ProposalState.SUBMITTED and actor.account_id == found.author_id,
        "may_ask": found.state != ProposalState.DECIDED and access.may_ask_opinion(actor, found),
        "may_hear": found.state != ProposalState.DECIDED and actor.holds(found.unit_id, *access.CASE_WORK),
        "chief_level": neighbours.chief_level(found.unit_id),
        "blocks": letters.page_blocks(version.blocks, typed or {}),
        "letter": letters.envelope(found, version.blocks),
        "grants": grants,
        "described": packs.describe_provisions(version.provisions),
        "trees": letters.trees(version, previous.decided_version if previous else None, language),
        "clock": neighbours.clock_of(found.line_id, "decide"),
        "mentions": letters.checklist(version.blocks),
        "pieces": [_piece_row(piece) for piece in neighbours.pieces(actor, found, language)],
        "trouble": trouble,
        "refused": refused,
        "previous": previous,
        "changes": change_rows(packs.changes_since(previous, version)),
        "opinions": asked,
        "opinion_open": next((o for o in asked if not o.opinion and o.live), None),
        "hearing": forms.HearingForm(initial=_hearing_initial(found, line)),
        "unheard": reviewing.hearing_missing(found, version, found.proposed_outcome, previous) if trouble_matters else None,
        "ask": forms.AskOpinionForm(),
        "review": forms.ReviewForm(),
        "corrections": letters.diff(correction[0].blocks, correction[1].blocks) if correction else [],
        "returned_by": (selectors.returned_by(found) or _("The committee")) if found.state == ProposalState.RETURNED else "",
        "needs_ground": letters.needs_ground(found),
        "grounds": grounds.choices(),
        "outcomes": [(Outcome.GRANTED.value, _("We grant")), (Outcome.REFUSED.value, _("We refuse"))],
    }


def _hearing_initial(found: Proposal, line: neighbours.Line) -> dict[str, Any]:
    """What is noted; else the day of the receipt, which says the right in writing, for the worker to confirm."""
    noted = bool(found.heard_informed_on or found.wish_to_be_heard or found.heard_on)
    return {
        "informed_on": found.heard_informed_on or (None if noted else line.received_on),
        "informed_by": found.heard_informed_by or (HearingMeans.RECEIPT if not noted else ""),
        "wish": found.wish_to_be_heard or (line.wants_hearing and not noted),
        "heard_on": found.heard_on,
        "missed_on": found.heard_missed_on,
        "note": found.heard_note,
    }


def _piece_row(piece: neighbours.Piece) -> dict[str, Any]:
    state = "ok" if piece.present else "bad" if piece.mandatory else "wait"
    return {"text": piece.label, "state": state, "note": formats.day(piece.on, "short") if piece.on else ""}


def change_rows(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What changed since the previous decision, in the reader's words (C11)."""
    out = []
    same = []
    for change in changes:
        text = _change_label(change["key"])
        if change["same"]:
            same.append(text)
            continue
        out.append(
            {
                "text": text + formats.NBSP + ":",
                "was": _change_value(change["key"], change["was"]),
                "now": "→ " + _change_value(change["key"], change["now"]),
            }
        )
    if same:
        out.append({"text": _("Unchanged: %(what)s") % {"what": ", ".join(dict.fromkeys(same))}, "same": True})
    return out


def _change_label(key: str) -> str:
    head, _colon, rest = key.partition(":")
    if head == "fact":
        return rest.partition(":")[2] or rest
    if head == "provision":
        return neighbours.label(steps.kind_of(rest).title, formats.language()) if rest in registries.provisions else rest
    return {"household": _("Household"), "account": _("Account"), "detail": _("Category")}.get(head, key)


def _change_value(key: str, value: Any) -> str:
    if value is None:
        return _("none")
    text = str(value)
    if key == "household":
        return _("%(n)s persons") % {"n": text} if text != "1" else _("1 person")
    if key.startswith(("provision:", "fact:")):
        number, _space, periodicity = text.partition(" ")
        try:
            shown = formats.amount(number)
        except (ArithmeticError, ValueError):
            return text
        words = {"month": _("per month"), "year": _("per year"), "quarter": _("per quarter"), "once": _("once")}
        return f"{shown} {words.get(periodicity, '')}".strip()
    if key == "account":
        return forms.formats_iban(text)
    return text


@screen(access=may_open, name="decisions.proposal_versions")
def versions(request: Request, uuid: Any) -> HttpResponse:
    """Two versions side by side in words: what was added, what was taken out."""
    found = find(request, uuid)
    rows = selectors.versions_of(request.actor, found)
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
    return int(text) if text and text.isdigit() else default


@screen(access=may_open, methods=("POST",), name="decisions.take_back")
def take_back(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    reviewing.take_back(actor=request.actor, proposal=found)
    return done(request, "decisions:proposal", _("You have the proposal again."), found.uuid)


@screen(access=access.may_see_queue, methods=("POST",), name="decisions.review")
def review(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        try:
            reviewing.review_proposal(
                actor=request.actor, proposal=found, outcome=form.cleaned_data["outcome"], reason=form.cleaned_data["reason"]
            )
        except Conflict:
            raise
        except DomainError as error:
            found.refresh_from_db()
            return page(request, "decisions/proposal.html", _context(request, found, refused=error), status=422)
        returned = form.cleaned_data["outcome"] == "returned"
        return done(
            request, "decisions:proposals", _("Returned to %(who)s.") % {"who": found.author_label} if returned else _("Validated.")
        )
    return page(request, "decisions/proposal.html", _context(request, found), status=422)


@screen(access=access.may_draft, methods=("POST",), name="decisions.hearing")
def hearing(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.HearingForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            hearings.record_hearing(
                actor=request.actor,
                proposal=found,
                wish=data["wish"],
                informed_on=data["informed_on"],
                informed_by=data["informed_by"],
                missed_on=data["missed_on"],
                heard_on=data["heard_on"],
                note=data["note"],
            )
            return done(request, "decisions:proposal", _("The hearing is noted."), found.uuid)
        except DomainError as error:
            forms.put(form, error)
    context = _context(request, found) | {"hearing": form, "hearing_open": True}
    return page(request, "decisions/proposal.html", context, status=422)


@screen(access=access.may_draft, methods=("POST",), name="decisions.to_discuss")
def to_discuss(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    drafting.set_to_discuss(actor=request.actor, proposal=found, to_discuss=request.POST.get("to_discuss") == "1")
    return done(request, "decisions:proposal", _("Noted."), found.uuid)


@screen(access=may_open, methods=("POST",), creates=True, name="decisions.ask_opinion")
def ask_opinion(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.AskOpinionForm(request.POST)
    if form.is_valid():
        try:
            opinion = opinions.ask_opinion(actor=request.actor, proposal=found, question=form.cleaned_data["question"])
            return done(
                request,
                "decisions:proposal",
                _("Asked. The lawyer has until %(day)s; the proposal goes on meanwhile.") % {"day": formats.day(opinion.due_on)},
                found.uuid,
            )
        except DomainError as error:
            forms.put(form, error)
    return page(request, "decisions/proposal.html", _context(request, found) | {"ask": form, "ask_open": True}, status=422)


@screen(access=may_open, methods=("GET", "POST"), name="decisions.opinion")
def opinion(request: Request, uuid: Any) -> HttpResponse:
    """The lawyer reads the case, not the dossier, and answers."""
    asked = get_object_or_404(LegalOpinion.objects.visible_to(request.actor).select_related("proposal__dossier"), uuid=uuid)
    found = asked.proposal
    form = forms.OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opinions.give_opinion(actor=request.actor, opinion=asked, value=form.cleaned_data["opinion"], text=form.cleaned_data["text"])
            return done(request, "decisions:proposals", _("Opinion given."))
        except Conflict:
            raise
        except DomainError as error:
            forms.put(form, error)
    mutations.record_read(actor=request.actor, subject=steps.ref(found), screen=request.screen.name)
    version = selectors.latest_version(request.actor, found)
    context = {
        "opinion": asked,
        "proposal": found,
        "name": neighbours.person_name(request.actor, found.person_id),
        "form": form,
        "may_give": access.may_give_opinion(request.actor) and not asked.opinion and found.state != ProposalState.DECIDED,
        "letter_html": letters.html(version.blocks, letters.envelope(found, version.blocks)),
        "described": packs.describe_provisions(version.provisions),
        "trees": letters.trees(version, None, formats.language()),
        "changes": change_rows(packs.changes_since(packs.previous_decision(found), version)),
        "hearing_note": found.heard_note,
    }
    return page(request, "decisions/opinion.html", context, status=422 if form.errors else 200)


def provisions_of(version: ProposalVersion) -> list[Any]:
    return [provision_from_json(row) for row in version.provisions]
