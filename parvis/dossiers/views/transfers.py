"""A dossier goes to another service: the offer, the answer of its head, the receipt."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.identity.api import agents_with, units
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.workflows.api import where_dossier

from .. import access, services
from ..forms_life import AnswerForm, TransferForm
from ..models import Transfer
from ..selectors import members_at
from ._common import crumbs, visible


@screen(access=access.can_transfer, methods=("GET", "POST"), creates=True)
def transfer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Offer the dossier to another service."""
    dossier = visible(request, uuid)
    others = {str(one.pk): one for one in units() if one.pk != dossier.unit_id}
    form = TransferForm(
        request.POST if request.method == "POST" else None, units=[(key, one.name_in(request.LANGUAGE_CODE)) for key, one in others.items()]
    )
    places = where_dossier(dossier.pk)
    waiting = Transfer.objects.visible_to(request.actor).filter(dossier=dossier, live=1).select_related("to_unit").first()  # type: ignore[attr-defined]
    context = {**crumbs(dossier), "form": form, "places": places, "waiting": waiting, "closed": dossier.status != "open"}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                made = services.offer_transfer(
                    actor=request.actor,  # type: ignore[attr-defined]
                    dossier=dossier,
                    unit=others[form.cleaned_data["unit"]],
                    reason=form.cleaned_data["reason"],
                )
                return done(request, "dossiers:transfer_answer", _("Offered. The head of that service has the task to answer."), made.uuid)
        return invalid(request, "dossiers/transfer.html", context)
    return page(request, "dossiers/transfer.html", context)


def _transfer(actor: Actor, uuid: UUID) -> Transfer:
    rows = Transfer.objects.visible_to(actor).select_related("dossier__lead__index", "dossier__unit", "from_unit", "to_unit")
    found: Transfer | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404("transfer")
    return found


def _reads(actor: Actor) -> bool:
    return access.can_read_dossiers(actor) or access.may_answer_transfers(actor)


@screen(access=_reads, methods=("GET", "POST"), writes=True)
def transfer_answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The offer, as a sheet to print; its answer, for the head of the other service."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _transfer(actor, uuid)
    answers = row.live == 1 and access.answers_transfer(actor, row)
    agents = {one.pk: one for one in agents_with(Function.SOCIAL_WORKER, row.to_unit)} if answers else {}
    form = AnswerForm(
        request.POST if request.method == "POST" else None, agents=[(str(pk), one.display_name) for pk, one in agents.items()]
    )
    context = {
        **crumbs(row.dossier),
        "row": row,
        "form": form,
        "answers": answers,
        "members": len(members_at(row.dossier_id)),
        "sees_dossier": row.dossier.__class__.objects.visible_to(actor).filter(pk=row.dossier_id).exists(),
    }
    if request.method == "POST":
        if not answers:
            raise Http404("transfer")
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                if data["outcome"] == "return":
                    services.return_transfer(actor=actor, transfer=row, reason=data["answer"])
                    return done(request, "dossiers:transfer_answer", _("Returned: the dossier stays where it is."), row.uuid)
                named = agents.get(int(data["referent"])) if data["referent"] else None
                services.accept_transfer(actor=actor, transfer=row, referent=named, answer=data["answer"])
                return done(request, "dossiers:transfer_answer", _("Accepted: the dossier and its tasks are in your service."), row.uuid)
        return invalid(request, "dossiers/transfer_answer.html", context)
    return page(request, "dossiers/transfer_answer.html", context)
