"""Orders: the list, one order with its two persons, release, withdrawal, the bank's file."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.connectors.api import call_about, may_play_bank
from parvis.kernel import asof, jobs, mutations, registries
from parvis.kernel.links import link
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.backlog import figures
from parvis.ui.http import Request, done, errors_on, invalid, local_url, page, screen

from .. import access, selectors, unusual
from ..enums import Channel, LineState, OrderState
from ..forms import ReasonForm, ReleaseForm
from ..grids import ORDERS
from ..models import PaymentLine, PaymentOrder
from ..past import as_it_stood, line_state_then, listed_then, orders_then
from ..reasons import in_words
from ..services import orders
from ..sides import subject_urls

PAGE = 50


def find(request: Request, uuid: Any) -> PaymentOrder:
    """Raises Http404 outside the scope."""
    row = PaymentOrder.objects.visible_to(request.actor).select_related("account").filter(uuid=uuid).first()
    if row is None:
        raise Http404("order")
    return row


@screen(access=access.may_see_payments, parts={"orders": "ui/components/grid.html"}, name="accounting.payments")
def index(request: Request) -> HttpResponse:
    """Orders, and what waits for somebody."""
    rows = PaymentOrder.objects.visible_to(request.actor)
    if (view := asof.view()) is not None:
        grid = orders_then(view).read(request, listed_then(rows, view))
        nothing: dict[str, Any] = {"waiting": [], "backlog": [], "lists": [], "rejected": [], "may_prepare": False, "may_simulate": False}
        return grid.export() or page(request, "accounting/payments.html", {"grid": grid, **nothing})
    grid = ORDERS.read(request, rows)
    rejected = selectors.rejected_lines(actor=request.actor, limit=20)
    urls = subject_urls(request.actor, [line.subject for line in rejected])
    waiting = selectors.waiting_for_release(request.actor, 20)
    return grid.export() or page(
        request,
        "accounting/payments.html",
        {
            "grid": grid,
            "waiting": [{"order": row, "why": access.why_not_release(request.actor, row)} for row in waiting],
            "backlog": figures(request.actor, "waiting_first_payment", "unpaid"),
            "lists": [
                {"title": entry.label, "url": reverse(entry.url_name), "icon": entry.icon}
                # The month's list first: it is the work of the page, and the button that stands out.
                for wanted in ("aid.run", "aid.claims")
                for key, entry in registries.palette.items()
                if key == wanted and entry.access(request.actor)
            ],
            "rejected": [
                {"line": line, "reason": in_words(line.reason_code, line.bank_text), "url": urls.get(line.subject, "")} for line in rejected
            ],
            "may_prepare": access.may_prepare(request.actor),
            "may_simulate": may_play_bank(request.actor) and "bank-simulator" in {row.channel for row in _accounts()},
        },
    )


def _accounts() -> list[Any]:
    from ..models import CentreAccount

    return list(CentreAccount.objects.filter(active=True))


def order_context(request: Request, order: PaymentOrder) -> dict[str, Any]:
    """What the side of an order shows: two persons, file, totals; shared with the page of the monthly run."""
    file = selectors.order_file(actor=request.actor, order=order)
    states = (
        PaymentLine.objects.visible_to(request.actor)
        .filter(order=order)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
        .order_by("state")
    )
    call = call_about(request.actor, order.ref)
    return {
        "order": order,
        "why_not": access.why_not_release(request.actor, order),
        "release_form": ReleaseForm(),
        "withdraw_form": ReasonForm(prefix="w"),
        "may_withdraw": access.may_send(request.actor) and order.state == OrderState.PREPARED,
        "may_mark_sent": access.may_send(request.actor)
        and order.state == OrderState.RELEASED
        and file is not None
        and order.account.channel == Channel.DOWNLOAD,
        "file": file,
        "writing": order.state == OrderState.RELEASED and file is None,
        "write_failed": order.state == OrderState.RELEASED and file is None and not jobs.waiting(order.ref),
        "states": [{"label": LineState(state).label, "count": count, "kind": _kind(state)} for state, count in states],
        "simulator_url": reverse("connectors:bank_answer", args=[call.uuid]) if call is not None and call.simulated else "",
    }


def _kind(state: str) -> str:
    return {
        LineState.BOOKED: "ok",
        LineState.ACCEPTED: "ok",
        LineState.REJECTED: "late",
        LineState.PREPARED: "warn",
        LineState.RELEASED: "info",
        LineState.SENT: "info",
    }.get(LineState(state), "")


@screen(access=access.may_see_payments, parts=("lines", "bankfile"), name="accounting.order")
def order(request: Request, uuid: Any) -> HttpResponse:
    """One order: its lines by fifty, its two persons, its file."""
    found = find(request, uuid)
    mutations.record_read(actor=request.actor, subject=found.ref, screen=request.screen.name)
    if (view := asof.view()) is not None:
        return _then(request, found, view)
    return page(request, "accounting/order.html", {**order_context(request, found), **_lines(request, found), **_unusual(request, found)})


def _then(request: Request, found: PaymentOrder, view: asof.PastView) -> HttpResponse:
    """The order as it stood on a past day: who had prepared and released it, and what the bank had said of each line."""
    if not as_it_stood(found, view):
        return page(request, "accounting/not_yet.html", {"number": found.number, "day": view.day})
    file = selectors.order_file(actor=request.actor, order=found)
    shown = _lines(request, found, view)
    context: dict[str, Any] = {
        **shown,
        "order": found,
        "past": True,
        "file": file if file is not None and file.written_at < view.until else None,
        "states": [],
    }
    return page(request, "accounting/order.html", context)


def _unusual(request: Request, found: PaymentOrder) -> dict[str, Any]:
    """What the second person looks at, as long as the order waits for it."""
    return {"unusual": unusual.of_order(request.actor, found) if found.state == OrderState.PREPARED else None}


def _lines(request: Request, found: PaymentOrder, view: asof.PastView | None = None) -> dict[str, Any]:
    rows = PaymentLine.objects.visible_to(request.actor).filter(order=found)
    state = request.GET.get("state", "") if view is None else ""
    if state in LineState.values:
        rows = rows.filter(state=state)
    after = request.GET.get("after", "")
    if after.isdecimal():
        rows = rows.filter(position__gt=int(after))
    shown = list(rows.order_by("position")[: PAGE + 1])
    more = len(shown) > PAGE
    shown = shown[:PAGE]
    if view is not None:
        for line in shown:
            line.order = found
            line.state = line_state_then(line, view)
    query = f"&state={state}" if state in LineState.values else ""
    pager = {
        "next": f"?after={shown[-1].position}{query}" if more else "",
        "previous": f"?{query.lstrip('&')}" if after else "",
        "text": "",
    }
    return {
        "lines": [
            {
                "line": line,
                "reason": in_words(line.reason_code, line.bank_text) if line.state == LineState.REJECTED else "",
                "kind": _kind(line.state),
            }
            for line in shown
        ],
        "pager": pager if more or after else None,
        "state": state,
        "all_states": [(value, label) for value, label in LineState.choices],
        "origin": link(request.actor, SubjectRef(found.origin_type, found.origin_id or 0)) if found.origin_type else None,
    }


@screen(access=access.may_see_payments, methods=("GET", "POST"), writes=True, name="accounting.release")
def release(request: Request, uuid: Any) -> HttpResponse:
    """Release, by the second person."""
    found = find(request, uuid)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            orders.release_order(actor=request.actor, order=found)
            back = local_url(request, request.POST.get("next"), reverse("accounting:order", args=[uuid]))
            return done(request, back, _("Released: %(total)s. The bank's file is being written.") % {"total": formats.amount(found.total)})
    context = {**order_context(request, found), **_unusual(request, found), "release_form": form}
    return (
        invalid(request, "accounting/release.html", context)
        if request.method == "POST"
        else page(request, "accounting/release.html", context)
    )


@screen(access=access.may_send, methods=("GET", "POST"), writes=True, name="accounting.withdraw")
def withdraw(request: Request, uuid: Any) -> HttpResponse:
    """Take an order back before its release."""
    found = find(request, uuid)
    form = ReasonForm(request.POST if request.method == "POST" else None, prefix="w")
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            orders.withdraw_order(actor=request.actor, order=found, reason=form.cleaned_data["reason"])
            return done(request, "accounting:order", _("Withdrawn: its payments are due again."), uuid)
    context = {"order": found, "form": form}
    return (
        invalid(request, "accounting/withdraw.html", context)
        if request.method == "POST"
        else page(request, "accounting/withdraw.html", context)
    )


@screen(access=access.may_send, methods=("POST",), name="accounting.sent")
def sent(request: Request, uuid: Any) -> HttpResponse:
    """A person put the file in the bank's portal."""
    found = find(request, uuid)
    orders.mark_sent(actor=request.actor, order=found)
    return done(request, "accounting:order", _("Noted: the file is at the bank."), uuid)


@screen(access=access.may_see_payments, name="accounting.order_file")
def file(request: Request, uuid: Any) -> HttpResponse:
    """The bank's file, as written."""
    found = find(request, uuid)
    content = selectors.order_file(actor=request.actor, order=found)
    if content is None:
        raise Http404("file")
    mutations.record_read(actor=request.actor, subject=found.ref, screen=request.screen.name)
    return HttpResponse(
        bytes(content.content),
        content_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{content.name}"', "X-Content-Type-Options": "nosniff"},
    )
