"""Committee mode: the agenda, the letter as it will be notified, one key to decide, the next case ready."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.documents.enums import DocumentKind
from parvis.kernel import asof
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import Conflict, DomainError
from parvis.kernel.identifiers import mask_iban
from parvis.ui import formats
from parvis.ui.http import Request, done, page, screen

from .. import access, forms, grounds, letters, neighbours, selectors
from ..enums import ItemKind, ItemState, Outcome, SessionState
from ..errors import AlreadyDecided
from ..models import AgendaItem, ProposalVersion, Session
from ..services import deciding
from ..services.recording import Tally
from .proposal_page import change_rows
from .sessions import find_item, find_session, read_item

#: What a key asks for before it decides.
ASKED = {
    "postpone": Outcome.POSTPONED,
    "more": Outcome.MORE_INFO,
    "refuse": Outcome.REFUSED,
}


@screen(access=access.may_see_committee, name="decisions.session")
def session(request: Request, uuid: Any) -> HttpResponse:
    """The session, at the first case still to decide."""
    found = find_session(request, uuid)
    if found.state == SessionState.PLANNED or asof.view() is not None:
        return redirect("decisions:agenda", found.uuid)
    return page(request, "decisions/committee.html", context(request, found, None))


@screen(access=access.may_see_committee, name="decisions.item")
def item(request: Request, uuid: Any, item: Any) -> HttpResponse:
    """One case of the session."""
    found = find_session(request, uuid)
    chosen = find_item(request, item)
    if found.state == SessionState.PLANNED or asof.view() is not None:
        return redirect("decisions:agenda", found.uuid)
    return page(request, "decisions/committee.html", context(request, found, chosen))


def context(
    request: Request,
    found: Session,
    chosen: AgendaItem | None,
    *,
    refused: DomainError | None = None,
    doing: str = "",
    typed: dict[str, Any] | None = None,
    grants: Any = None,
) -> dict[str, Any]:
    actor = request.actor
    view = selectors.agenda(actor, found, chosen)
    data: dict[str, Any] = {
        "session": found,
        "view": view,
        "may_decide": access.may_decide(actor) and found.state == SessionState.OPEN,
        "may_run": access.may_run_sessions(actor),
        "doing": doing or request.GET.get("do", ""),
        "refused": refused,
        "typed": {name: "" for name in forms.DecideForm.base_fields} | {k: v for k, v in (typed or {}).items() if v is not None},
        "president": next((p.label for p in view.presences if p.role == "president"), ""),
    }
    if view.current is None:
        return data
    current = view.current.item
    read_item(request, current)
    pack = selectors.member_pack(actor, current) or {}
    roll, quorum = selectors.case_roll(current)
    decision = view.current.decision
    decided = selectors.pack_json(actor, decision) if decision else None
    blocks = decided["decided"]["blocks"] if decided else pack.get("version", {}).get("blocks", [])
    language = formats.language()
    pending = current.state == ItemState.PENDING
    is_ratification = current.kind == ItemKind.RATIFICATION
    data |= {
        "item": current,
        "pack": pack,
        "letter_html": letters.html(blocks, letters.shown_envelope(decided or pack)),
        "decision": decision,
        "quorum": quorum,
        "roll": roll,
        "recused": [entry for entry in roll if entry.recused],
        "pending": pending,
        "ratification": is_ratification,
        "clock": neighbours.clock_of(current.proposal.line_id, "decide") if pending else None,
        "provisions": [_provision(row, language) for row in pack.get("provisions", [])],
        "previous": _previous(pack, language),
        "changes": change_rows(_masked(pack.get("changes", []))),
        "opinions": pack.get("opinions", []),
        "pieces": _pieces(pack),
        "withdrawn": neighbours.withdrawn(current.proposal.dossier_id, pack.get("pieces", [])),
        "banking": _banking(pack),
        "history": _history(pack, language),
        "trees": letters.pack_trees(pack, language),
        "compare": side_by_side(decision, language) if decision else [],
        "grants": grants,
        "ask": ASKED.get(data["doing"]),
        "grounds": grounds.choices()
        if data["doing"] == "refuse" and not is_ratification and letters.needs_ground(current.proposal)
        else [],
    }
    if data["doing"] == "adjust" and pending and data["may_decide"] and grants is None:
        data["grants"] = _grants(request, current)
    return data


def _version(current: AgendaItem) -> ProposalVersion:
    return ProposalVersion.objects.visible_to(selectors.READER).filter(proposal=current.proposal_id).order_by("-no")[0]


def _grants(request: Request, current: AgendaItem, data: Any = None) -> forms.ProvisionSet:
    proposal = current.proposal
    return forms.ProvisionSet(
        current=_version(current).provisions,
        accounts=neighbours.household_accounts(request.actor, proposal.dossier_id, proposal.person_id),
        person_id=proposal.person_id,
        person_name=neighbours.person_name(request.actor, proposal.person_id),
        data=data,
    )


def _provision(row: dict[str, Any], language: str) -> dict[str, Any]:
    text = row["text"].get(language) or next(iter(row["text"].values()))
    return {**row, "shown": text, "title_text": formats.label(row["title"], language)}


def _previous(pack: dict[str, Any], language: str) -> dict[str, Any] | None:
    previous = pack.get("previous")
    if not previous:
        return None
    return {**previous, "provisions": [_provision(row, language) for row in previous["provisions"]]}


def _masked(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A change of account without the whole numbers: members decide, others pay (C10)."""
    return [
        {**row, **{side: mask_iban(row[side]) for side in ("was", "now") if row[side]}} if row["key"] == "account" else row
        for row in changes
    ]


def _banking(pack: dict[str, Any]) -> list[dict[str, Any]]:
    """The accounts frozen in the pack, with the source of each in words; packs from before this part have none."""
    return [{**row, "source_text": Source(row["source"]).label if row["source"] else ""} for row in pack.get("banking", [])]


def _history(pack: dict[str, Any], language: str) -> dict[str, Any]:
    """Decisions and payments of before, in the reader's words."""
    told = pack.get("history") or {"decisions": [], "payments": []}
    decisions = [
        {
            **row,
            "outcome_text": Outcome(row["outcome"]).label,
            "grants": [{**grant, "title_text": formats.label(grant["title"], language)} for grant in row["grants"]],
        }
        for row in told["decisions"]
    ]
    payments = [
        {**row, "title_text": formats.label(row["title"], language), "state_text": formats.label(row["words"], language)}
        for row in told["payments"]
    ]
    return {"decisions": decisions, "payments": payments, "any": bool(decisions or payments)}


def _pieces(pack: dict[str, Any]) -> dict[str, Any]:
    """What the procedure asks for, and the register extract where there is one; other papers are named in the pack alone: that there is a
    medical one is told to nobody here (C1)."""
    wanted = [piece for piece in pack.get("pieces", []) if piece["mandatory"]]
    present = [piece for piece in wanted if piece["present"]]
    also = [piece for piece in pack.get("pieces", []) if not piece["mandatory"] and piece["key"] == DocumentKind.REGISTER]
    return {"all": [*wanted, *also], "present": len(present), "total": len(wanted), "complete": len(present) == len(wanted)}


def side_by_side(decision: Any, language: str) -> list[selectors.SideBySide]:
    """Proposed beside decided, grant by grant (F9)."""

    def lines(version: ProposalVersion) -> dict[str, str]:
        return {
            row["key"]: formats.amount(row["amount"], row["currency"])
            + (" " + _("per month") if row["periodicity"] == "month" else " " + _("once"))
            + ", "
            + _("from %(day)s") % {"day": formats.day(row["from"])}
            + (" " + _("to %(day)s") % {"day": formats.day(row["to"])} if row["to"] and row["to"] != row["from"] else "")
            for row in version.provisions
        }

    proposed = lines(decision.proposed_version)
    decided = lines(decision.decided_version) if decision.outcome in (Outcome.GRANTED, Outcome.ADJUSTED) else {}
    none = _("nothing")
    keys = list(dict.fromkeys([*proposed, *decided]))
    return [selectors.SideBySide(key, proposed.get(key, none), decided.get(key, none)) for key in keys]


@screen(access=access.may_decide, methods=("POST",), name="decisions.decide")
def decide(request: Request, uuid: Any) -> HttpResponse:
    """Record the decision and go to the next case. Refused: the same page, with the reason, nothing changed."""
    current = find_item(request, uuid)
    found = current.session
    form = forms.DecideForm(request.POST)
    if not form.is_valid():
        error = DomainError(_("The votes are whole numbers."))
        return page(request, "decisions/committee.html", context(request, found, current, refused=error), status=422)
    data = form.cleaned_data
    outcome = data["outcome"]
    doing = {Outcome.POSTPONED: "postpone", Outcome.MORE_INFO: "more", Outcome.REFUSED: "refuse", Outcome.ADJUSTED: "adjust"}.get(
        outcome, ""
    )
    provisions = own = None
    grants = None
    if outcome == Outcome.ADJUSTED:
        grants = _grants(request, current, request.POST)
        if not grants.is_valid():
            return page(
                request, "decisions/committee.html", context(request, found, current, doing="adjust", grants=grants, typed=data), status=422
            )
        provisions = grants.provisions()
        own = {key.removeprefix("b-"): value for key, value in request.POST.items() if key.startswith("b-")} or None
    following = selectors.agenda(request.actor, found, current).following
    try:
        made = deciding.decide(
            actor=request.actor,
            item=current,
            outcome=outcome,
            reason=data["reason"],
            tally=Tally(data["votes_for"], data["against"], data["abstain"]),
            provisions=provisions,
            own=own,
            ground=data["ground"],
            expected_lock=data["lock"],
        )
    except Conflict as error:
        current.refresh_from_db()
        status = context(request, found, current, refused=error) | {"overtaken": isinstance(error, AlreadyDecided)}
        return page(request, "decisions/committee.html", status, status=409)
    except DomainError as error:
        return page(
            request,
            "decisions/committee.html",
            context(request, found, current, refused=error, doing=doing, typed=data, grants=grants),
            status=error.status,
        )
    text = f"{formats.colon(made.number)} {made.get_outcome_display()}"
    if following is not None and following.item.pk != current.pk and following.state == ItemState.PENDING:
        return done(request, reverse("decisions:item", args=[found.uuid, following.item.uuid]), text)
    return done(request, "decisions:session", text, found.uuid)
