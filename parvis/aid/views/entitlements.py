"""One right: its months, its account; a rejected payment; what is unpaid."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.accounting.api import ACCOUNT_REASONS, reason_in_words
from parvis.decisions.api import living_proposal
from parvis.dossiers.api import part_of, visible_dossier
from parvis.kernel import asof, mutations
from parvis.kernel.actor import Actor
from parvis.ui.backlog import Figure, figure
from parvis.ui.http import Request, done, errors_on, invalid, local_url, page, screen

from .. import access, past, past_claims, past_payments, selectors
from ..enums import DueState
from ..forms import AccountForm, ExecutionForm, SecondForm, SettleForm
from ..models import Claim, DueLine, Entitlement, Withholding
from ..paging import pager
from ..services import correcting, doubling, paying

PAGE = 200
MONTHS = 36
KINDS = {DueState.PAID: "ok", DueState.ORDERED: "info", DueState.REJECTED: "late", DueState.HELD: "warn", DueState.DUE: ""}


def find(request: Request, uuid: Any) -> Entitlement:
    row = Entitlement.objects.visible_to(request.actor).select_related("decision", "dossier", "unit").filter(uuid=uuid).first()
    if row is None:
        raise Http404("entitlement")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=part_of(row.dossier_id))
    return row


def find_due(request: Request, uuid: Any) -> DueLine:
    rows = DueLine.objects.visible_to(request.actor).select_related("entitlement__decision", "entitlement__dossier", "payment_line__order")
    row = rows.filter(uuid=uuid).first()
    if row is None:
        raise Http404("due line")
    return row


def may_open(actor: Actor) -> bool:
    return access.may_see_aid(actor)


def entitlement_context(request: Request, row: Entitlement) -> dict[str, Any]:
    accounts = selectors.accounts_of(request.actor, row)
    living = next((one for one in accounts if one.live), None)
    proposal = living_proposal(row.line_id) if row.continuation_asked_at and row.line_id else None
    return {
        "entitlement": row,
        "dossier": visible_dossier(request.actor, row.dossier_id),
        "account": living,
        "accounts": accounts,
        "lines": [_month(line) for line in selectors.due_lines_of(request.actor, [row.pk], limit=MONTHS)],
        "withholding": Withholding.objects.visible_to(request.actor).filter(entitlement=row, ended_on__isnull=True).first()
        if row.origin
        else None,
        "first_owed": bool(selectors.begun(request.actor, [row])),
        "claims": list(Claim.objects.visible_to(request.actor).filter(entitlement=row)),
        "may_correct": access.may_correct_account(request.actor, row),
        "may_settle": access.may_settle_held(request.actor),
        "proposal_url": reverse("decisions:proposal", args=[proposal.uuid]) if proposal is not None else "",
    }


@screen(access=may_open, name="aid.entitlement")
def entitlement(request: Request, uuid: Any) -> HttpResponse:
    """A right, month by month."""
    row = find(request, uuid)
    if (view := asof.view()) is not None:
        return _then(request, row, view)
    return page(request, "aid/entitlement.html", entitlement_context(request, row))


def _then(request: Request, row: Entitlement, view: asof.PastView) -> HttpResponse:
    """The right as it stood on a past day: nothing to settle, correct or change."""
    actor = request.actor
    if not past.as_it_stood(row, view):
        return page(request, "aid/not_yet.html", {"entitlement": row, "day": view.day})
    accounts = past.accounts_then(actor, row, view)
    kept = Withholding.objects.visible_to(actor).filter(entitlement=row, created_at__lt=view.until).first() if row.origin else None
    context: dict[str, Any] = {
        "entitlement": row,
        "past": True,
        "account": accounts[0] if accounts else None,
        "accounts": accounts,
        "lines": [_month(line) for line in past.months_then(actor, row, view, MONTHS)],
        "withholding": kept if kept is not None and (kept.ended_on is None or kept.ended_on > view.day) else None,
        "claims": past_claims.claims_then(actor, row, view),
    }
    return page(request, "aid/entitlement.html", context)


def _month(line: DueLine) -> dict[str, Any]:
    return {
        "due": line,
        "kind": KINDS.get(DueState(line.state), ""),
        "reason": reason_in_words(line.reason_code, line.bank_text) if line.reason_code else "",
    }


@screen(access=access.may_correct_account, methods=("GET", "POST"), creates=True, name="aid.account")
def account(request: Request, uuid: Any) -> HttpResponse:
    """Another account for a right, with its words."""
    row = find(request, uuid)
    if not access.may_correct_account(request.actor, row):
        raise Http404("account")
    living = selectors.living_accounts(request.actor, [row.pk]).get(row.pk)
    now = living.pk if living else 0
    initial = {"payee_name": living.payee_name if living else row.beneficiary_name, "instead_of": now}
    form = AccountForm(request.POST, initial=initial) if request.method == "POST" else AccountForm(initial=initial)
    context = {"entitlement": row, "account": living, "form": form, "now": now}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        shown = given.pop("instead_of")
        if living is not None and shown not in (None, now):
            told = {"who": living.author_label, "iban": living.formatted, "name": living.payee_name}
            form.add_error(None, _("%(who)s changed the account meanwhile: %(iban)s, %(name)s. If yours is right, send it again.") % told)
            return page(request, "aid/account.html", context, status=409)
        with errors_on(form):
            correcting.correct_account(actor=request.actor, entitlement=row, **given)
            return done(request, "aid:entitlement", _("The account is changed; who releases will see it."), uuid)
    return invalid(request, "aid/account.html", context) if request.method == "POST" else page(request, "aid/account.html", context)


@screen(access=access.may_settle_held, methods=("GET", "POST"), creates=True, name="aid.settle")
def settle(request: Request, uuid: Any) -> HttpResponse:
    """Pay a held month, or not."""
    line = find_due(request, uuid)
    row = find(request, line.entitlement.uuid)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            correcting.settle_held(
                actor=request.actor, line=line, pay=form.cleaned_data["decision"] == "pay", reason=form.cleaned_data["reason"]
            )
            return done(request, "aid:entitlement", _("Noted."), line.entitlement.uuid)
    context = {"line": line, "entitlement": row, "form": form}
    return invalid(request, "aid/settle.html", context) if request.method == "POST" else page(request, "aid/settle.html", context)


@screen(access=access.may_settle_held, methods=("GET", "POST"), creates=True, name="aid.second")
def second(request: Request, uuid: Any) -> HttpResponse:
    """A probable double that is a second aid: say why."""
    line = find_due(request, uuid)
    row = find(request, line.entitlement.uuid)
    accounts = selectors.living_accounts(request.actor, [row.pk])
    back = local_url(
        request,
        request.POST.get("next") or request.GET.get("next"),
        reverse("aid:first_payment", args=[row.line_id]) if row.line_id else reverse("aid:entitlement", args=[row.uuid]),
    )
    form = SecondForm(request.POST if request.method == "POST" else None, initial={"reason": line.supplement})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            doubling.declare_second(actor=request.actor, line=line, reason=form.cleaned_data["reason"])
            return done(request, back, _("Noted: who releases the order reads it."))
    context = {
        "line": line,
        "entitlement": row,
        "account": accounts.get(row.pk),
        "double": doubling.doubles_of([line], accounts).get(line.pk),
        "others": selectors.same_month(request.actor, line),
        "back": back,
        "form": form,
    }
    return invalid(request, "aid/second.html", context) if request.method == "POST" else page(request, "aid/second.html", context)


@screen(access=may_open, methods=("GET", "POST"), creates=True, name="aid.rejected")
def rejected(request: Request, uuid: Any) -> HttpResponse:
    """A payment that the bank did not make: the reason, the account, pay again."""
    line = find_due(request, uuid)
    row = find(request, line.entitlement.uuid)
    form = ExecutionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            order = paying.pay_again(actor=request.actor, lines=[line], execution_on=form.cleaned_data["execution_on"])
            return done(request, "accounting:order", _("Prepared. Another person releases it."), order.uuid)
    context = {
        **entitlement_context(request, row),
        "line": line,
        "reason": reason_in_words(line.reason_code, line.bank_text),
        "account_is_wrong": line.reason_code in ACCOUNT_REASONS,
        "same_account": line.payment_line is not None
        and (living := selectors.living_accounts(request.actor, [row.pk]).get(row.pk)) is not None
        and living.iban == line.payment_line.payee_iban,
        "may_pay": access.may_run(request.actor) and line.state == DueState.REJECTED,
        "form": form,
    }
    return invalid(request, "aid/rejected.html", context) if request.method == "POST" else page(request, "aid/rejected.html", context)


@screen(access=access.may_see_aid, name="aid.unpaid")
def unpaid(request: Request) -> HttpResponse:
    """Owed and late."""
    after = request.GET.get("after", "")
    if (view := asof.view()) is not None:
        found = past_payments.unpaid_listed_then(request.actor, view, after, PAGE)
        if found is None:
            return page(request, "aid/unpaid.html", {"too_many": past.MOST_LATE, "past": view})
        rows, house = found[0], Figure("unpaid", "", "", found[2], found[1], "")
    else:
        rows, house = list(selectors.unpaid(request.actor, after=after)[: PAGE + 1]), figure(request.actor, "unpaid")
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return page(
        request,
        "aid/unpaid.html",
        {
            "rows": [
                {
                    "due": row,
                    "kind": KINDS.get(DueState(row.state), ""),
                    "reason": reason_in_words(row.reason_code, row.bank_text) if row.reason_code else "",
                }
                for row in rows
            ],
            "more": more,
            "pager": pager(f"{rows[-1].month:%Y-%m-%d},{rows[-1].pk}" if more else "", after),
            "house": house,
            "past": view,
        },
    )
