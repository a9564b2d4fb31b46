"""A dossier goes to another service: the offer, the answer of its head, the receipt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.agenda import api as agenda
from parvis.identity.api import agents_with, units
from parvis.identity.enums import DataClass, Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, reading, screen
from parvis.workflows.api import where_dossier

from .. import access, services
from ..forms_life import AnswerForm, ReadingRuleForm, TransferForm
from ..lookups import part_of
from ..models import Dossier, DossierKind, Transfer
from ..selectors import members_at
from ..services.meetings import agents_left
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
    context |= _meetings(request.actor, dossier)  # type: ignore[attr-defined]
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


def _meetings(actor: Actor, dossier: Dossier, unit_id: int | None = None, candidates: dict[int, str] | None = None) -> dict[str, Any]:
    """The appointments to come that change hands with the dossier, and which of the agents of the other service are taken at each hour."""
    coming = agenda.coming_of(SubjectRef("dossier", dossier.pk), clock.today())
    there = {one.account_id for row in coming for one in row.attendances.all()}
    leaving = agents_left(dossier, clock.today(), unit_id) if unit_id else there
    found = agenda.passings(coming, leaving=leaving, heirs={dossier.pk: None})
    say = _(
        "They go to the referent whom the other service names. Where nobody is named, or the hour is taken, somebody there gets the task."
    )
    return {"meetings": agenda.in_words(actor, found, candidates, seen=unit_id is None), "meetings_say": say}


def class_choices(names: Collection[str]) -> list[tuple[str, str]]:
    return [(name, str(DataClass(name).label)) for name in access.MAY_STAY_OPEN if name in names]


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
    reading(request, SubjectRef("dossier", row.dossier_id), within=part_of(row.dossier_id))
    answers = row.live == 1 and access.answers_transfer(actor, row)
    agents = {one.pk: one for one in agents_with(Function.SOCIAL_WORKER, row.to_unit)} if answers else {}
    terms = services.reading_terms(row.dossier) if answers else services.Terms(0, ())
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        agents=[(str(pk), one.display_name) for pk, one in agents.items()],
        days=terms.days,
        classes=class_choices(terms.classes),
    )
    context = {
        **crumbs(row.dossier),
        "row": row,
        "form": form,
        "answers": answers,
        "terms": terms,
        "left": [one for one in services.kept_readings(row.dossier_id) if one.unit_id == row.from_unit_id] if row.answered_at else [],
        "today": clock.today(),
        "members": len(members_at(row.dossier_id)),
        "sees_dossier": row.dossier.__class__.objects.visible_to(actor).filter(pk=row.dossier_id).exists(),
    }
    if answers:
        context |= _meetings(actor, row.dossier, row.to_unit_id, {pk: one.display_name for pk, one in agents.items()})
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
                services.accept_transfer(
                    actor=actor,
                    transfer=row,
                    referent=named,
                    answer=data["answer"],
                    read_days=data["read_days"],
                    read_classes=data["read_classes"] if "read_days" in request.POST else None,
                )
                return done(request, "dossiers:transfer_answer", _("Accepted: the dossier and its tasks are in your service."), row.uuid)
        return invalid(request, "dossiers/transfer_answer.html", context)
    return page(request, "dossiers/transfer_answer.html", context)


# How long the service of before may read ----------------------------------------------------------------------------------
@screen(access=access.may_read_reading_rules)
def reading_rules(request: HttpRequest) -> HttpResponse:
    """What a service that gave a dossier away may still read: what holds today, then every version."""
    now, versions = services.reading_rules()
    context = {
        "rules": now,
        "versions": [(row, row in now) for row in versions],
        "product": services.DAYS if not any(row.slot == "all" for row in now) else None,
        "may_change": access.may_define_fields(request.actor),  # type: ignore[attr-defined]
    }
    return page(request, "dossiers/reading_rules.html", context)


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def reading_rule_add(request: HttpRequest) -> HttpResponse:
    kinds = {str(row.pk): row for row in DossierKind.objects.filter(is_general=False)}
    form = ReadingRuleForm(
        request.POST or None,
        kinds=[(key, formats.label(row.label)) for key, row in kinds.items()],
        classes=class_choices(access.MAY_STAY_OPEN),
        initial={"days": services.DAYS, "classes": ["social"]},
    )
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            with errors_on(form):
                services.publish_reading_rule(
                    actor=request.actor,  # type: ignore[attr-defined]
                    kind=kinds.get(given["kind"]),
                    **{name: given[name] for name in ("days", "classes", "source", "valid_from")},
                )
                return done(request, "dossiers:reading_rules", _("Published. The versions before stay to be read."))
        return invalid(request, "dossiers/reading_rule_form.html", {"form": form})
    return page(request, "dossiers/reading_rule_form.html", {"form": form})


@screen(access=access.may_see_access_log, methods=("POST",))
def reading_end(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    """What the service of before may read ends before its day."""
    dossier = visible(request, uuid)
    row = next((one for one in services.kept_readings(dossier.pk) if one.uuid == item), None)
    if row is None or not access.answers_for(request.actor, dossier):  # type: ignore[attr-defined]
        raise Http404("dossier")
    services.end_left_reading(actor=request.actor, dossier=dossier, row=row)  # type: ignore[attr-defined]
    return done(request, "dossiers:access_log", _("Ended: that service no longer reads this dossier."), dossier.uuid)
