"""Decisions taken: list, record with its pack, notification, and the president's urgent screen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.documents import api as documents
from parvis.dossiers.api import Dossier, part_of
from parvis.kernel import asof, clock, jobs, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.backlog import figure
from parvis.ui.http import Request, done, page, reading, screen

from .. import access, forms, letters, neighbours, selectors
from ..enums import FINAL_OUTCOMES, Channel, NotificationState, Outcome
from ..models import Decision, DelegationLimit, Notification, Pack
from ..provisions import ONCE, Provision
from ..services import notifying, packs, sessions, steps, urgency
from .committee import side_by_side


def may_open(actor: Actor) -> bool:
    return access.may_see_decisions(actor) or actor.has(*access.COMMITTEE, "auditor", "lawyer")


def find(request: Request, uuid: Any) -> Decision:
    rows = Decision.objects.visible_to(request.actor).select_related(
        "dossier", "proposal", "proposed_version", "decided_version", "session__committee", "item", "replaces", "replaced_by"
    )
    return get_object_or_404(rows, uuid=uuid, pack__isnull=False)  # destroyed lawfully: its line of the register is all there is


@screen(access=may_open, name="decisions.decisions")
def index(request: Request) -> HttpResponse:
    """Decisions, and what has not left yet."""
    query = request.GET.get("q", "").strip()[:60]
    outcome = request.GET.get("outcome", "")
    view = asof.view()
    todo = request.GET.get("show") == "to-notify" and view is None
    if todo:
        waiting = selectors.to_notify(request.actor)
        rows = [row.decision for row in waiting]
    else:
        rows = selectors.decisions_for(
            request.actor, query=query, outcome=outcome if outcome in Outcome.values else "", until=view.known_day if view else None
        )
    names = neighbours.person_names([row.proposal.person_id for row in rows])
    letters_sent = Notification.objects.visible_to(request.actor).filter(decision__in=[r.pk for r in rows], live=1)
    if view is not None:  # a letter that left later had not left that day
        letters_sent = letters_sent.filter(sent_on__lte=view.known_day)
    sent = {n.decision_id: n for n in letters_sent}
    clocks = neighbours.clocks([row.line_id for row in rows]) if todo else {}
    return page(
        request,
        "decisions/decisions.html",
        {
            "rows": [
                {
                    "decision": row,
                    "name": names.get(row.proposal.person_id, "?"),
                    "notification": sent.get(row.pk),
                    "clock": next((c for c in clocks.get(row.line_id, []) if c.kind == "notify"), None),
                }
                for row in rows
            ],
            "query": query,
            "outcome": outcome,
            "outcomes": Outcome.choices,
            "todo": todo,
            "may_notify": access.may_notify(request.actor),
            "view": view,
            "to_notify": len(rows) if todo else 0 if view else selectors.count_to_notify(request.actor),
            "house": figure(request.actor, "undelivered") if todo else None,
        },
    )


@screen(access=may_open, name="decisions.decision")
def decision(request: Request, uuid: Any) -> HttpResponse:
    """One decision as it was that day, from its pack: letter, calculation, roll, votes, proposed beside decided."""
    found = find(request, uuid)
    view = asof.view()
    if view is not None and found.decided_on > view.known_day:
        raise Http404("decision")  # not taken yet
    mutations.record_read(
        actor=request.actor, subject=SubjectRef("decision", found.pk), screen=request.screen.name, within=part_of(found.dossier_id)
    )
    pack = selectors.pack_json(request.actor, found)
    language = formats.language()
    notification = selectors.notification_of(request.actor, found)
    notifications = selectors.notifications_of(request.actor, found)
    replaced_by = getattr(found, "replaced_by", None)
    if view is not None:
        notifications = [one for one in notifications if one.sent_on is not None and one.sent_on <= view.known_day]
        notification = notification if notification in notifications else None
        replaced_by = replaced_by if replaced_by is not None and replaced_by.decided_on <= view.known_day else None
    return page(
        request,
        "decisions/decision.html",
        {
            "decision": found,
            "replaced_by": replaced_by,
            "pack": pack,
            "name": pack["person"]["name"],
            "letter_html": letters.html(pack["decided"]["blocks"], letters.shown_envelope(pack)),
            "trees": letters.pack_trees(pack, language),
            "compare": side_by_side(found, language),
            "withdrawn": neighbours.withdrawn(found.dossier_id, pack.get("annexes", [])),
            "notification": notification,
            "notifications": notifications,
            "may_notify": view is None
            and access.may_notify(request.actor)
            and notification is not None
            and notification.state == NotificationState.TO_SEND,
            "final": found.outcome in FINAL_OUTCOMES,
            "decided_at": selectors.when(pack["decision"]["decided_at"]),
        },
    )


@screen(access=may_open, name="decisions.pack")
def pack(request: Request, uuid: Any) -> HttpResponse:
    """pack.json, to verify anywhere with `parvis decisions verify`."""
    found = find(request, uuid)
    row = Pack.objects.visible_to(request.actor).get(decision=found)
    mutations.record_read(
        actor=request.actor, subject=SubjectRef("decision", found.pk), screen=request.screen.name, within=part_of(found.dossier_id)
    )
    _keep_back(request, found)
    response = HttpResponse(packs.pack_file(row), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.pack.json"'
    return response


@screen(access=may_open, name="decisions.letter_pdf")
def letter_pdf(request: Request, uuid: Any) -> HttpResponse:
    """The letter as it leaves, as PDF; ``?as=docx`` or ``odt`` gives a marked copy for an office suite, from the same pack."""
    found = find(request, uuid)
    notification = selectors.notification_of(request.actor, found)
    if notification is None or notification.letter is None:
        raise Http404
    mutations.record_read(
        actor=request.actor, subject=SubjectRef("decision", found.pk), screen=request.screen.name, within=part_of(found.dossier_id)
    )
    asked = request.GET.get("as", "")
    if asked in ("docx", "odt"):
        frozen = selectors.pack_json(request.actor, found)
        blocks, around = letters.frozen_letter(frozen)
        copy = documents.office_copy(request.actor, asked, blocks, letters.shown_envelope(frozen) or around, date=found.decided_on)
        if copy:
            return documents.file_response(*copy, f"{_file_name(found)}.{asked}")
    _keep_back(request, found)
    response = HttpResponse(documents.read_bytes(notification.letter.file), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(found)}.pdf"'
    return response


def _keep_back(request: Request, found: Decision) -> None:
    """What was frozen stays as it was, with the address of its day. Once that is protected, it is given to who reads the file only.

    Raises:
        NotAllowed: the reader sees the decision without its file.
    """
    if Dossier.objects.visible_to(request.actor).filter(pk=found.dossier_id).exists():
        return
    if letters.bears_protected(selectors.pack_json(request.actor, found)):
        raise NotAllowed(_("The address of this person is protected by now, and it stands in this file. Who follows the dossier opens it."))


def _file_name(found: Decision) -> str:
    return found.number.replace("/", "-").replace(" ", "-")


@screen(access=access.may_notify, methods=("GET", "POST"), name="decisions.notify")
def notify(request: Request, uuid: Any) -> HttpResponse:
    """Checklist green, letter in the person's language, proof of sending, end of appeal."""
    found = find(request, uuid)
    notification = selectors.notification_of(request.actor, found)
    if notification is None:
        raise Http404
    form = forms.SendForm(request.POST or None, initial={"channel": Channel.REGISTERED})
    if request.method == "POST" and form.is_valid():
        try:
            sent = notifying.send_notification(
                actor=request.actor,
                notification=notification,
                channel=form.cleaned_data["channel"],
                reference=form.cleaned_data["reference"],
            )
            text = (
                _("Sent. An appeal is possible until %(day)s.") % {"day": formats.day(sent.appeal_until)}
                if sent.appeal_until
                else _("Sent.")
            )
            return done(request, "decisions:decision", text, found.uuid)
        except Conflict:
            raise
        except DomainError as error:
            forms.put(form, error)
    mutations.record_read(
        actor=request.actor, subject=SubjectRef("decision", found.pk), screen=request.screen.name, within=part_of(found.dossier_id)
    )
    pack = selectors.pack_json(request.actor, found)
    blocks, protected = pack["decided"]["blocks"], letters.bears_protected(pack)
    return page(
        request,
        "decisions/notify.html",
        {
            "decision": found,
            "notification": notification,
            "name": pack["person"]["name"],
            "hidden": pack["person"]["hidden"] or protected,
            "protected": protected,
            "form": form,
            "letter_html": letters.html(blocks, letters.shown_envelope(pack, protected=protected)),
            "mentions": letters.checklist(blocks, final=True),
            "obstacles": notifying.obstacles(found, formats.language()),
            "clock": neighbours.clock_of(found.line_id, "notify"),
            "preparing": notification.letter_id is None,
            "today": clock.today(),
        },
        status=422 if form.errors else 200,
    )


@screen(access=access.may_notify, methods=("POST",), name="decisions.letter_returned")
def returned(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    notification = selectors.notification_of(request.actor, found)
    if notification is None:
        raise Http404
    reading(request, SubjectRef("decision", found.pk), screen=request.screen.name, within=part_of(found.dossier_id))
    notifying.record_return(actor=request.actor, notification=notification, reason=request.POST.get("reason", ""))
    return done(request, "decisions:notify", _("Noted. A new letter is being prepared."), found.uuid)


@screen(access=access.may_decide_urgently, methods=("GET", "POST"), creates=True, name="decisions.urgent")
def urgent(request: Request, line_id: int) -> HttpResponse:
    """The president decides urgent aid alone: amount, account, why. Letter and payment start at once, ratified later."""
    line = neighbours.line(line_id)
    if line.dossier_id is None or line.person_id is None:
        raise Http404
    if selectors.recused_dossiers(request.actor).filter(proposal__line_id=line_id).exists():
        raise Http404
    subject = SubjectRef("request", line.request_id)
    mutations.record_read(actor=request.actor, subject=subject, screen=request.screen.name, within=part_of(line.dossier_id))
    settled = selectors.settled_decision(line_id)
    name = neighbours.person_name(request.actor, line.person_id)
    accounts = neighbours.household_accounts(request.actor, line.dossier_id, line.person_id)
    asked = neighbours.urgent_ask(line_id)  # typed once, at the desk (C7): the president reads it again and may change it
    form = forms.UrgentForm(
        request.POST or None,
        accounts=accounts,
        initial={
            "reason": line.urgent_reason,
            "amount": asked.amount,
            "account": str(accounts[0].bank_account_id) if accounts else "other",
            "payee_name": asked.name if asked.iban and not accounts else "",
            "payee_iban": "" if accounts else asked.iban,
        },
    )
    if request.method == "POST" and form.is_valid():
        kind = steps.kind_of(form.cleaned_data["kind"])
        try:
            made = urgency.decide_urgent(
                actor=request.actor,
                line_id=line_id,
                reason=form.cleaned_data["reason"],
                provision=Provision(
                    key="urgent",
                    kind=form.cleaned_data["kind"],
                    beneficiary_person_id=line.person_id,
                    beneficiary_name=name,
                    amount=form.cleaned_data["amount"],
                    from_on=clock.today(),
                    to_on=clock.today(),
                    periodicity=ONCE,
                    payee=form.payee(),
                    details=neighbours.default_details(kind, line.dossier_id or 0, line.person_id or 0, line.received_on) | form.details(),
                    label=neighbours.label(kind.title, line.language),
                ),
            )
            return done(
                request,
                "decisions:decision",
                _("%(number)s: granted. Letter and payment are on their way.") % {"number": made.number},
                made.uuid,
            )
        except Conflict:
            raise
        except DomainError as error:
            forms.put(form, error)
    committee = urgency.urgent_committee(request.actor)
    limits = DelegationLimit.objects.filter(committee=committee, decider="president").order_by("-valid_from", "-pk")
    return page(
        request,
        "decisions/urgent.html",
        {
            "line": line,
            "name": name,
            "form": form,
            "settled": settled,
            "limits": limits,
            "next": sessions.next_session(committee),
            "clock": neighbours.clock_of(line_id, "decide"),
        },
        status=422 if form.errors else 200,
    )


def letter_waiting(found: Decision) -> bool:
    notification = selectors.notification_of(selectors.READER, found)
    return notification is not None and jobs.waiting(SubjectRef("notification", notification.pk))


def decision_url(found: Decision) -> str:
    return reverse("decisions:decision", args=[found.uuid])
