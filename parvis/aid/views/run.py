"""The monthly run: what changed, what to check, prepare; another person releases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.accounting.api import PaymentOrder, order_side, reason_in_words, rejected_lines, subject_urls
from parvis.kernel import asof, clock
from parvis.kernel.periods import month_start, next_month
from parvis.ui import formats
from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import access, past_payments, selectors
from ..calculations import Bar, Difference
from ..enums import BLOCKING, Cause, Check, DueState
from ..forms import RunForm
from ..offline import pack_csv, pack_pdf, pack_xlsx
from ..selectors import Run, RunLine
from ..services import paying

SHOWN = 200
VIEWS = ("check", "entry", "exit", "amount", "all")


def _month(year: int, month: int) -> date:
    if not (2000 <= year <= 2999 and 1 <= month <= 12):
        raise Http404("month")
    return date(year, month, 1)


@screen(access=access.may_see_run, name="aid.runs")
def latest(request: Request) -> HttpResponse:
    """The list that is worked on: this month's, or the next one's when this month is all ordered."""
    if (view := asof.view()) is not None:
        return HttpResponseRedirect(reverse("aid:run", args=[view.day.year, view.day.month]))
    month = month_start(clock.today())
    run = selectors.run_of(request.actor, month)
    if run.lines and not any(line.due.state in (DueState.DUE, DueState.HELD, DueState.REJECTED) for line in run.lines):
        month = next_month(month)
    return HttpResponseRedirect(reverse("aid:run", args=[month.year, month.month]))


@screen(access=access.may_see_run, methods=("GET", "POST"), creates=True, parts=("runlines",), name="aid.run")
def run(request: Request, year: int, month: int) -> HttpResponse:
    """A month's payable list with its differences. POST prepares the order of the chosen lines."""
    first = _month(year, month)
    if (view := asof.view()) is not None:
        return page(request, "aid/run.html", _then(request, first, view))
    listed = selectors.run_of(request.actor, first)
    form = RunForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            left_out = {int(pk) for pk in request.POST.getlist("leave") if pk.isdecimal()}
            chosen = [line.due.pk for line in listed.payable if line.due.pk not in left_out]
            order = paying.prepare_run(
                actor=request.actor,
                month=first,
                line_ids=chosen,
                checked=form.cleaned_data["checked"],
                execution_on=form.cleaned_data["execution_on"],
            )
            return done(
                request, "aid:run", _("Order %(number)s is prepared. Another person releases it.") % {"number": order.number}, year, month
            )
    context = {**_context(request, listed), "form": form}
    return invalid(request, "aid/run.html", context) if request.method == "POST" else page(request, "aid/run.html", context)


def _context(request: Request, listed: Run) -> dict[str, Any]:
    orders = list(
        PaymentOrder.objects.visible_to(request.actor)
        .filter(kind="run", month=listed.month)
        .exclude(state="cancelled")
        .select_related("account")
    )
    current = next((order for order in orders if order.state == "prepared"), orders[-1] if orders else None)
    rejected = rejected_lines(actor=request.actor, month=next_month(listed.month, -1))
    urls = subject_urls(request.actor, [line.subject for line in rejected])
    return _listed(request, listed) | {
        "orders": orders,
        "side": order_side(request, current) if current is not None else None,
        "payable_count": len(listed.payable),
        "payable_total": listed.payable_total,
        "checks_to_confirm": any(line.checks for line in listed.payable),
        "blocked_count": sum(1 for line in listed.to_check if line.blocked),
        "rejected": [
            {"line": line, "reason": reason_in_words(line.reason_code, line.bank_text), "url": urls.get(line.subject, "")}
            for line in rejected
        ],
        "may_prepare": access.may_run(request.actor) and bool(listed.payable),
        "is_payer": access.may_run(request.actor),
    }


def _listed(request: Request, listed: Run) -> dict[str, Any]:
    """The list itself, by the page: its graph, its ways to be looked at, its lines."""
    view = request.GET.get("view", "check" if listed.to_check else "all")
    view = view if view in VIEWS else "all"
    rows = _rows(listed, view)
    after = request.GET.get("after", "")
    start = min(int(after), len(rows)) if after.isdecimal() else 0
    counts = {cause: sum(1 for one in listed.differences if one.cause == cause) for cause in Cause}
    return {
        "run": listed,
        "previous": next_month(listed.month, -1),
        "next": next_month(listed.month),
        "bars": [_bar(bar, place, listed) for place, bar in enumerate(listed.bars)],
        "view": view,
        "views": [
            ("check", _("To check"), len(listed.to_check)),
            ("entry", str(Cause.ENTRY.label), counts[Cause.ENTRY]),
            ("exit", str(Cause.EXIT.label), counts[Cause.EXIT]),
            ("amount", _("Amounts"), counts[Cause.RAISE] + counts[Cause.DROP]),
            ("all", _("All lines"), len(listed.lines)),
        ],
        "rows": [make() for make in rows[start : start + SHOWN]],
        "pager": _pager(view, start, len(rows)),
    }


def _then(request: Request, month: date, view: asof.PastView) -> dict[str, Any]:
    """The list of a month as it stood on a past day: nothing to prepare, and the orders that there were."""
    listed = past_payments.run_then(request.actor, month, view)
    rejected = past_payments.rejected_then(request.actor, next_month(month, -1), view)
    for one in rejected:
        one["reason"] = reason_in_words(one["line"].reason_code, one["line"].bank_text)
    return _listed(request, listed) | {
        "orders": past_payments.orders_of_month_then(request.actor, month, view),
        "rejected": rejected,
        "past": view,
    }


def _bar(bar: Bar, place: int, listed: Run) -> dict[str, Any]:
    """A bar with its three texts; the first and the last are months, the others causes."""
    if place == 0:
        name, count = formats.day(next_month(listed.month, -1), "month"), listed.before_count
    elif place == len(Cause) + 1:
        name, count = formats.day(listed.month, "month"), len(listed.lines)
    else:
        total = listed.causes[place - 1]
        name, count = str(total.cause.label), total.count
    text = formats.amount(bar.amount)
    return {
        "kind": bar.kind,
        "x": bar.x,
        "y": f"{bar.y:.1f}",
        "height": f"{max(bar.height, 1.5):.1f}",
        "middle": bar.x + 52,
        "above": f"{bar.y - 8:.1f}",
        "joint": f"{bar.joint:.1f}",
        "right": bar.x + 104,
        "text": f"+{text}" if bar.signed and bar.amount > 0 else text,
        "name": name[:1].upper() + name[1:],
        "count": count,
        "last": place == len(Cause) + 1,
    }


def _pager(view: str, start: int, count: int) -> dict[str, str] | None:
    """The list is read whole for its totals; a page shows two hundred of its lines."""
    if count <= SHOWN:
        return None
    end = min(start + SHOWN, count)
    return {
        "text": _("Lines %(first)s to %(last)s of %(count)s. Leaving out counts on the page that you prepare from.")
        % {"first": formats.number(start + 1), "last": formats.number(end), "count": formats.number(count)},
        "next": f"?view={view}&after={end}" if end < count else "",
        "previous": f"?view={view}&after={max(start - SHOWN, 0)}" if start else "",
    }


def _rows(listed: Run, view: str) -> list[Callable[[], dict[str, Any]]]:
    """What makes each row of a view; only those of the page shown are made."""
    if view in ("entry", "exit", "amount"):
        wanted = {"entry": (Cause.ENTRY,), "exit": (Cause.EXIT,), "amount": (Cause.RAISE, Cause.DROP)}[view]
        by_id = {line.due.pk: line for line in listed.lines}
        return [partial(_difference_row, one, by_id) for one in listed.differences if one.cause in wanted]
    lines = listed.to_check if view == "check" else listed.lines
    before = {one.key: one for one in listed.differences}
    return [partial(_line_row, line, before) for line in lines]


def _line_row(line: RunLine, before: dict[Any, Difference]) -> dict[str, Any]:
    right = line.due.entitlement
    difference = before.get(selectors.compared_by(right))
    was = difference.before if difference is not None else line.due.amount
    return {
        "name": right.beneficiary_name,
        "dossier": right.dossier.number,
        "url": reverse("aid:entitlement", args=[right.uuid]),
        "why": _why(line),
        "decision": right.decision,
        "before": was,
        "now": line.due.amount,
        "delta": line.due.amount - was,
        "checks": [{"text": check.label, "kind": "late" if check in BLOCKING else "warn"} for check in line.checks],
        "state": line.due.get_state_display(),
        "state_kind": {"paid": "ok", "ordered": "info", "rejected": "late", "held": "warn"}.get(line.due.state, ""),
        "second_url": reverse("aid:second", args=[line.due.uuid]) if Check.DOUBLE in line.checks else "",
        "pk": line.due.pk,
        "payable": line.payable,
    }


def _why(line: RunLine) -> str:
    """What changed, in a few words."""
    if Check.ACCOUNT in line.checks and line.account is not None:
        return _("Account changed on %(day)s by %(who)s: %(why)s") % {
            "day": formats.day(clock.date_of(line.account.changed_at)),
            "who": line.account.author_label,
            "why": line.account.justification,
        }
    if Check.BEYOND in line.checks:
        return _("The period ended on %(day)s") % {"day": formats.day(formats.last_day(line.due.entitlement.valid_to))}
    if Check.DOUBLE in line.checks:
        return _("Two lines for the same person, aid, month and account")
    if line.due.supplement:
        return line.due.supplement
    return formats.label(line.due.entitlement.title)


def _difference_row(one: Difference, by_id: dict[int, RunLine]) -> dict[str, Any]:
    line = next((by_id[pk] for pk in one.line_ids if pk in by_id), None)
    right = line.due.entitlement if line is not None else None
    return {
        "name": one.name,
        "dossier": right.dossier.number if right is not None else "",
        "url": reverse("aid:entitlement", args=[right.uuid]) if right is not None else "",
        "why": str(one.cause.label) if right is None else formats.label(right.title),
        "decision": right.decision if right is not None else None,
        "before": one.before,
        "now": one.now,
        "delta": one.delta,
        "checks": [{"text": check.label, "kind": "late" if check in BLOCKING else "warn"} for check in (line.checks if line else ())],
        "state": line.due.get_state_display() if line is not None else _("no longer due"),
        "state_kind": "",
        "pk": 0,
        "payable": False,
    }


#: The forms of the list: what makes it, and its type.
FORMS = {
    "csv": (pack_csv, "text/csv; charset=utf-8"),
    "xlsx": (pack_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pack_pdf, "application/pdf"),
}


@screen(access=access.may_see_run, name="aid.run_list")
def listing(request: Request, year: int, month: int, form: str) -> HttpResponse:
    """Exactly the list of the month, with the accounts: what would be needed to pay by hand. Who took it, and in which form, is kept."""
    if form not in FORMS:
        raise Http404("form")
    make, kind = FORMS[form]
    first = _month(year, month)
    listed = selectors.run_of(request.actor, first)
    content = make(listed)
    paying.note_list_taken(actor=request.actor, month=first, form=form, count=len(listed.lines), total=listed.total)
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="payable-{first:%Y-%m}.{form}"', "X-Content-Type-Options": "nosniff"},
    )
