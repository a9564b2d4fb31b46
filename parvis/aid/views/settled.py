"""The end of a recovery, for the worker: what came in, the balance of the file, the letter to send; or that it is open again."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.documents.api import read_bytes
from parvis.dossiers.api import part_of
from parvis.kernel import clock, mutations
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, done, errors_on, invalid, page, screen
from parvis.workflows.api import ItemState, WorkItem

from .. import access
from ..enums import ClaimState
from ..forms import WaiverForm
from ..letters import other_debtor
from ..models import Claim, ClaimReceipt
from ..services import handing_back, waiving
from ..sheet import balance_lines


def _find(request: Request, uuid: Any) -> Claim:
    rows = Claim.objects.visible_to(request.actor).select_related("dossier", "decision", "closing_letter__file")
    # One that is open again stays on this page: its worker reads why, and says that the person knows.
    again = Q(
        state=ClaimState.REGISTERED, pk__in=ClaimReceipt.objects.visible_to(request.actor).filter(reverses__isnull=False).values("claim")
    )
    row = rows.filter(again | Q(state=ClaimState.SETTLED), uuid=uuid).first()
    if row is None:
        raise Http404("claim")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=SubjectRef("dossier", row.dossier_id))
    return row


@screen(access=access.may_see_aid, methods=("GET", "POST"), name="aid.settled")
def settled(request: Request, uuid: Any) -> HttpResponse:
    """All came in: read, send the letter, say so. Said twice, it stays said once."""
    row = _find(request, uuid)
    if request.method == "POST":
        if not access.may_tell_settled(request.actor, row):
            raise Http404("tell")
        if row.state == ClaimState.SETTLED:
            handing_back.tell_settled(actor=request.actor, claim=row)
        else:
            handing_back.tell_reopened(actor=request.actor, claim=row)
        return done(request, "aid:settled", _("Noted; the task is done."), uuid)
    context = {
        "claim": row,
        "receipts": list(ClaimReceipt.objects.visible_to(request.actor).filter(claim=row).order_by("pk")),
        "balance": balance_lines(request.actor, row.dossier, clock.today()),
        "may_tell": access.may_tell_settled(request.actor, row) and row.told_at is None and row.state == ClaimState.SETTLED,
        "may_say": row.state == ClaimState.REGISTERED
        and access.may_tell_settled(request.actor, row)
        and WorkItem.objects.visible_to(request.actor)
        .filter(subject_type=row.ref.type, subject_id=row.pk, step=handing_back.AGAIN, state=ItemState.OPEN)
        .exists(),
    }
    return page(request, "aid/settled.html", context)


@screen(access=access.may_tell_settled, methods=("GET", "POST"), creates=True, name="aid.waive")
def waive(request: Request, uuid: Any) -> HttpResponse:
    """Propose that what is open, or part of it, be given up: a draft on a line of its own. The committee or its delegate decides."""
    rows = Claim.objects.visible_to(request.actor).select_related("dossier", "decision")
    row = rows.filter(uuid=uuid, state=ClaimState.REGISTERED).first()
    if row is None or not access.may_tell_settled(request.actor, row):
        raise Http404("waive")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=part_of(row.dossier_id))
    form = WaiverForm(request.POST) if request.method == "POST" else WaiverForm(initial={"amount": row.open_amount})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            proposal = waiving.propose_waiver(actor=request.actor, claim=row, amount=form.cleaned_data["amount"])
            return done(request, "decisions:proposal", _("Drafted. Write down why, then submit it: the committee decides."), proposal.uuid)
    context = {"claim": row, "form": form, "other": other_debtor(row)}
    return invalid(request, "aid/waive.html", context) if request.method == "POST" else page(request, "aid/waive.html", context)


@screen(access=access.may_see_aid, name="aid.settled_letter")
def letter(request: Request, uuid: Any) -> HttpResponse:
    """The letter as PDF."""
    row = _find(request, uuid)
    if row.closing_letter is None:
        raise Http404("letter")
    return HttpResponse(
        read_bytes(row.closing_letter.file),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.number}-fin.pdf"', "X-Content-Type-Options": "nosniff"},
    )
