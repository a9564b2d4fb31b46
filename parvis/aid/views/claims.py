"""Money claimed back: register, collect, reconcile, letter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.documents.api import Document, DocumentKind, documents_of, read_bytes
from parvis.dossiers.api import part_of
from parvis.kernel import asof, clock, mutations
from parvis.kernel.periods import month_start, next_month
from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import access, past_claims, selectors
from ..enums import ClaimState, DebtorKind
from ..forms import ClaimForm, ReceiptForm, ReversalForm
from ..models import Claim, ClaimReceipt, ClaimWaiver
from ..paging import pager
from ..reconciling import month_of, reconciliation
from ..services import recovering, reversing

PAGE = 100


def find(request: Request, uuid: Any) -> Claim:
    rows = Claim.objects.visible_to(request.actor).select_related(
        "dossier", "decision__proposal", "decision__decided_version", "voucher", "letter__file", "entitlement"
    )
    row = rows.filter(uuid=uuid).first()
    if row is None:
        raise Http404("claim")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=part_of(row.dossier_id))
    return row


@screen(access=access.may_see_claims, name="aid.claims")
def index(request: Request) -> HttpResponse:
    """Every claim by pages, and what they are in the ledger."""
    after = request.GET.get("after", "")
    if (view := asof.view()) is not None:
        rows = past_claims.listed_then(request.actor, view, after=after, limit=PAGE)
    else:
        rows = selectors.claims(request.actor, after=after, limit=PAGE)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    context = {
        "rows": rows,
        "state": reconciliation(request.actor),
        "month": month_start(asof.day()),
        "pager": pager(str(rows[-1].pk) if more else "", after),
    }
    return page(request, "aid/claims.html", context)


@screen(access=access.may_see_claims, name="aid.claims_month")
def month(request: Request, year: int, month: int) -> HttpResponse:
    """What was open, claimed, received and is open, case by case, for one month: the ledger's own figures."""
    if not (2000 <= year <= 2999 and 1 <= month <= 12):
        raise Http404("month")
    found = month_of(request.actor, date(year, month, 1))
    context = {
        "found": found,
        "previous": next_month(found.month, -1),
        "next": next_month(found.month),
        "future": next_month(found.month) > asof.day(),
    }
    return page(request, "aid/claims_month.html", context)


@screen(access=access.may_see_claims, methods=("GET", "POST"), creates=True, name="aid.claim")
def claim(request: Request, uuid: Any) -> HttpResponse:
    """One claim; the accountant registers what the decision announced, within what was paid."""
    row = find(request, uuid)
    if request.method == "POST" and not access.may_register_claims(request.actor):
        raise Http404("register")
    if (view := asof.view()) is not None:
        return _then(request, row, view)
    proposed = recovering.proposed_amount(row)
    initial = {
        "debtor_name": row.debtor_name,
        "debtor_kind": row.debtor_kind,
        "debtor_reference": row.debtor_reference,
        "debtor_address": row.debtor_address,
        "valid_from": row.valid_from,
        "last_day": row.valid_to - timedelta(days=1),
        "amount": proposed or row.announced,
        "article": row.article,
    }
    form = ClaimForm(request.POST, initial=initial) if request.method == "POST" else ClaimForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            data = dict(form.cleaned_data)
            data["valid_to"] = data.pop("last_day") + timedelta(days=1)
            recovering.register_claim(actor=request.actor, claim=row, **data)
            return done(request, "aid:claim", _("Registered and booked; the letter is being written."), uuid)
    context = {**_context(request, row), "form": form, "proposed": proposed}
    return invalid(request, "aid/claim.html", context) if request.method == "POST" else page(request, "aid/claim.html", context)


def _then(request: Request, row: Claim, view: asof.PastView) -> HttpResponse:
    """The claim as it stood on a past day: nothing to register, nothing to collect."""
    if row.created_at >= view.until:
        return page(request, "aid/claim_not_yet.html", {"claim": row, "day": view.day})
    past_claims.give(request.actor, [row], view)
    receipts = ClaimReceipt.objects.visible_to(request.actor).filter(claim=row).select_related("voucher").order_by("pk")
    waivers = ClaimWaiver.objects.visible_to(request.actor).filter(claim=row).select_related("decision").order_by("pk")
    context = {
        "claim": row,
        "overlap": past_claims.overlap_then(row, view),
        "receipts": _shown(past_claims.receipts_then(receipts, view)),
        "waivers": list(past_claims.waivers_then(waivers, view)),
    }
    return page(request, "aid/claim.html", context)


def _shown(rows: Any) -> list[ClaimReceipt]:
    """Sums that came in, and which of them another one of the list reverses."""
    found = list(rows)
    undone = {row.reverses_id for row in found}
    for row in found:
        row.undone = row.pk in undone
    return found


def _letters(request: Request, row: Claim) -> list[Document]:
    """Letters about the recovery beside the one that claims it: to the person when it is settled, to the debtor when it is given up."""
    if row.settled_at is None and not row.waived:
        return []
    return [one for one in documents_of(request.actor, row.ref) if one.kind == DocumentKind.LETTER and one.withdrawn_at is None]


def _context(request: Request, row: Claim) -> dict[str, Any]:
    return {
        "claim": row,
        "overlap": recovering.overlap(row),
        "last_day": row.valid_to - timedelta(days=1),
        "receipts": _shown(ClaimReceipt.objects.visible_to(request.actor).filter(claim=row).select_related("voucher").order_by("pk")),
        "receipt_form": ReceiptForm(initial={"on": clock.today(), "amount": row.open_amount if row.amount else None}),
        "may_register": access.may_register_claims(request.actor) and row.state == ClaimState.TO_REGISTER,
        "waivers": list(ClaimWaiver.objects.visible_to(request.actor).filter(claim=row).select_related("decision").order_by("pk")),
        "letters": _letters(request, row),
        "may_waive": row.state == ClaimState.REGISTERED and access.may_tell_settled(request.actor, row),
        "may_collect": access.may_register_claims(request.actor) and row.state == ClaimState.REGISTERED,
        "reversal_form": ReversalForm(receipts=_living(request, row))
        if access.may_register_claims(request.actor) and row.collected
        else None,
        "unheard": recovering.unheard_of(row) if row.state == ClaimState.TO_REGISTER else None,
        "new_decision": recovering.NEW_DECISION,
        "lawyer": recovering.LAWYER,
        "institution": row.debtor_kind == DebtorKind.INSTITUTION,
    }


@screen(access=access.may_register_claims, methods=("POST",), creates=True, name="aid.claim_received")
def received(request: Request, uuid: Any) -> HttpResponse:
    """Money that came in."""
    row = find(request, uuid)
    form = ReceiptForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            recovering.record_receipt(actor=request.actor, claim=row, **form.cleaned_data)
            return done(request, "aid:claim", _("Recorded and booked."), uuid)
    context = {**_context(request, row), "receipt_form": form, "form": None, "proposed": None}
    return invalid(request, "aid/claim.html", context)


def _living(request: Request, row: Claim) -> Any:
    return ClaimReceipt.objects.visible_to(request.actor).filter(claim=row, live=1).select_related("claim").order_by("pk")


@screen(access=access.may_register_claims, methods=("POST",), name="aid.claim_reversed")
def reversed_(request: Request, uuid: Any) -> HttpResponse:
    """Money that is not this claim's after all. Sent twice, it is reversed once."""
    row = find(request, uuid)
    form = ReversalForm(request.POST, receipts=_living(request, row))
    if form.is_valid():
        with errors_on(form):
            reversing.reverse_receipt(actor=request.actor, **form.cleaned_data)
            return done(request, "aid:claim", _("Reversed and booked: the recovery is open by as much."), uuid)
    context = {**_context(request, row), "reversal_form": form, "form": None, "proposed": None}
    return invalid(request, "aid/claim.html", context)


@screen(access=access.may_see_claims, name="aid.claim_letter")
def letter(request: Request, uuid: Any) -> HttpResponse:
    """The letter as PDF."""
    row = find(request, uuid)
    view = asof.view()
    if row.letter is None or (view is not None and (row.registered_at is None or row.registered_at >= view.until)):
        raise Http404("letter")
    return HttpResponse(
        read_bytes(row.letter.file),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.number}.pdf"', "X-Content-Type-Options": "nosniff"},
    )
