"""First payments: the list of those that wait, and one decision's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import is_payable
from parvis.dossiers.api import part_of
from parvis.kernel import asof, clock, mutations
from parvis.kernel.periods import month_start
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.ui.backlog import figure
from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import access, past_payments, selectors
from ..calculations import starts_inside_month
from ..enums import PAYABLE, DueState
from ..forms import ExecutionForm
from ..models import DueLine, Entitlement
from ..paging import pager
from ..services import doubling, paying

ZERO = Decimal("0.00")
PAGE = 50


@screen(access=access.may_see_aid, methods=("GET", "POST"), creates=True, name="aid.first_payments")
def index(request: Request) -> HttpResponse:
    """Decided, not paid yet; several can be put in one order."""
    after = request.GET.get("after", "")
    if (view := asof.view()) is not None:
        return page(request, "aid/first_payments.html", _index_then(request, view, after))
    rows = list(selectors.waiting_first(request.actor, after)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    form = ExecutionForm(request.POST if request.method == "POST" else None)
    chosen = {int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal()}
    accounts = selectors.living_accounts(request.actor, [row.pk for row in rows])
    clocks = requests.clocks_for([row.line_id for row in rows])
    lines = selectors.due_lines_of(request.actor, [row.pk for row in rows])
    waiting = _waiting_lines(lines)
    twice = doubling.doubles_of(_due_now(lines), accounts)
    doubles = {line.entitlement_id: line for line in lines if line.pk in twice}
    rejected = {line.entitlement_id: line for line in lines if line.state == DueState.REJECTED}
    payable = [row for row in rows if row.pk in accounts and row.pk not in doubles and waiting.get(row.pk, (None, ZERO))[0] is None]
    ready = [row for row in payable if row.pk not in rejected]
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            picked = ready if request.POST.get("all") else [row for row in rows if row.pk in chosen]
            order = paying.prepare_first_payments(actor=request.actor, entitlements=picked, execution_on=form.cleaned_data["execution_on"])
            return done(request, "accounting:order", _("Prepared. Another person releases it."), order.uuid)
    context = {
        "rows": [
            {
                "entitlement": row,
                "account": accounts.get(row.pk),
                "clock": next((one for one in clocks.get(row.line_id, []) if one.kind == "pay"), None),
                "ordered": waiting.get(row.pk, (None, ZERO))[0],
                "amount": waiting.get(row.pk, (None, ZERO))[1],
                "picked": row.pk in chosen,
                "double": doubles.get(row.pk),
                "payable": row in payable,
                "rejected": rejected.get(row.pk),
            }
            for row in rows
        ],
        "more": more,
        "house": figure(request.actor, "waiting_first_payment"),
        "pager": pager(f"{rows[-1].decision.decided_on:%Y-%m-%d},{rows[-1].pk}" if more else "", after),
        "ready": len(ready),
        "ready_total": sum((waiting.get(row.pk, (None, ZERO))[1] for row in ready), ZERO),
        "form": form,
        "may_prepare": access.may_run(request.actor),
        "may_say_second": access.may_settle_held(request.actor),
        "today": clock.today(),
    }
    return (
        invalid(request, "aid/first_payments.html", context)
        if request.method == "POST"
        else page(request, "aid/first_payments.html", context)
    )


def _index_then(request: Request, view: asof.PastView, after: str) -> dict[str, Any]:
    """Those that waited on a past day: nothing to choose, no warning to whoever pays."""
    found = past_payments.first_then(request.actor, view, after, PAGE)
    more, found = len(found) > PAGE, found[:PAGE]
    terms = requests.clocks_then([one.entitlement.line_id for one in found], view)
    rows = [
        {
            "entitlement": one.entitlement,
            "account": one.account,
            "clock": next((term for term in terms.get(one.entitlement.line_id, []) if term.kind == "pay"), None),
            "ordered": one.ordered,
            "amount": one.amount,
            "rejected": one.rejected,
        }
        for one in found
    ]
    last = found[-1].entitlement if more else None
    return {
        "rows": rows,
        "more": more,
        "house": past_payments.first_figure(request.actor, view, "waiting_first_payment"),
        "pager": pager(f"{last.decision.decided_on:%Y-%m-%d},{last.pk}" if last is not None else "", after),
        "past": view,
        "today": view.day,
    }


def _due_now(lines: list[DueLine]) -> list[DueLine]:
    month = _month()
    return [line for line in lines if line.state in PAYABLE and (line.first or line.month <= month)]


def _waiting_lines(lines: list[DueLine]) -> dict[int, tuple[Any, Decimal]]:
    """Per right: the order its first line is in, if any, and what is due now."""
    out: dict[int, tuple[Any, Decimal]] = {}
    for line in lines:
        order, amount = out.get(line.entitlement_id, (None, ZERO))
        if line.state == "ordered" and line.payment_line is not None:
            order = line.payment_line.order
        if line.state in PAYABLE or line.state == "ordered":
            amount += line.amount if (line.first or line.month <= _month()) else ZERO
        out[line.entitlement_id] = (order, amount)
    return out


def _month() -> Any:
    return month_start(clock.today())


@screen(access=access.may_see_aid, methods=("GET", "POST"), creates=True, name="aid.first_payment")
def first_payment(request: Request, line_id: int) -> HttpResponse:
    """One decision's first payment: amount and account were typed in the proposal; nothing is typed again."""
    view = asof.view()
    if view is not None:
        rights = past_payments.rights_of_line_then(request.actor, line_id, view)
    else:
        rights = selectors.entitlements_of_line(request.actor, line_id)
    if not rights and view is not None and selectors.entitlements_of_line(request.actor, line_id):
        right = selectors.entitlements_of_line(request.actor, line_id)[0]
        return page(request, "aid/not_yet.html", {"entitlement": right, "day": view.day})
    if not rights:
        raise Http404("nothing granted")
    decision = rights[0].decision
    mutations.record_read(
        actor=request.actor, subject=SubjectRef("decision", decision.pk), screen=request.screen.name, within=part_of(decision.dossier_id)
    )
    if view is not None:
        return page(request, "aid/first_payment.html", _then(request, rights, line_id, view))
    form = ExecutionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            order = paying.prepare_first_payment(actor=request.actor, line_id=line_id, execution_on=form.cleaned_data["execution_on"])
            return done(request, "accounting:order", _("Prepared. Another person releases it."), order.uuid)
    context = {**_context(request, rights, line_id), "form": form}
    return (
        invalid(request, "aid/first_payment.html", context)
        if request.method == "POST"
        else page(request, "aid/first_payment.html", context)
    )


def _context(request: Request, rights: list[Entitlement], line_id: int) -> dict[str, Any]:
    accounts = selectors.living_accounts(request.actor, [right.pk for right in rights])
    lines = selectors.due_lines_of(request.actor, [right.pk for right in rights])
    now = _due_now(lines)
    doubles = doubling.doubles_of(now, accounts)
    terms = requests.clocks_for([line_id]).get(line_id, [])
    blocked = []
    if any(right.pk not in accounts for right in rights):
        blocked.append(_("No account is known: the social worker adds it."))
    if any(not is_payable(right.beneficiary_id) for right in rights):
        blocked.append(_("This person was read from a specimen card: specimen persons are never paid."))
    return {
        **_shown(rights, line_id, lines, now, accounts, terms),
        "blocked": blocked,
        "doubles": [{"line": line, "double": doubles[line.pk]} for line in now if line.pk in doubles],
        "may_say_second": access.may_settle_held(request.actor),
        "today": clock.today(),
        "may_prepare": access.may_run(request.actor) and bool(now) and not blocked and not doubles,
        "is_payer": access.may_run(request.actor),
    }


def _shown(
    rights: list[Entitlement], line_id: int, lines: list[DueLine], now: list[DueLine], accounts: Mapping[int, Any], terms: Iterable[Any]
) -> dict[str, Any]:
    """What the page tells on any day. ``now``: those of the lines that the first payment takes."""
    by_right: dict[int, list[DueLine]] = {right.pk: [] for right in rights}
    for line in sorted(now, key=lambda one: one.month):
        by_right[line.entitlement_id].append(line)
    orders = {line.payment_line.order for line in lines if line.payment_line is not None}
    return {
        "decision": rights[0].decision,
        "dossier": rights[0].dossier,
        "line_id": line_id,
        "rights": [
            {
                "entitlement": right,
                "account": accounts.get(right.pk),
                "lines": by_right[right.pk],
                "part_month": right.monthly and starts_inside_month(right.valid_from),
            }
            for right in rights
        ],
        "total": sum((line.amount for line in now), ZERO),
        "count": len(now),
        "orders": sorted(orders, key=lambda one: one.pk),
        "paid": all(right.first_paid_on for right in rights),
        "clock": next((term for term in terms if term.kind == "pay"), None),
    }


def _then(request: Request, rights: list[Entitlement], line_id: int, view: asof.PastView) -> dict[str, Any]:
    """The first payment as it stood on a past day: what was due, in which order, or paid."""
    ids = [right.pk for right in rights]
    accounts = selectors.accounts_on(request.actor, ids, view.known_day)
    lines = past_payments.lines_then(request.actor, ids, view)
    now = [line for line in lines if line.state in PAYABLE and past_payments.is_now(line, view)]
    terms = requests.clocks_then([line_id], view).get(line_id, [])
    return {
        **_shown(rights, line_id, lines, now, accounts, terms),
        "past": view,
        "today": view.day,
    }
