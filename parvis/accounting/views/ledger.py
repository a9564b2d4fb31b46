"""The ledger: vouchers by page, one voucher with its reversal, the trial balance."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.kernel import asof, mutations
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import access, selectors
from ..enums import Book
from ..forms import BalanceForm, ReasonForm
from ..grids import VOUCHERS
from ..models import Entry, Voucher
from ..past import vouchers_then
from ..services import ledger


@screen(access=access.may_see_ledger, parts={"vouchers": "ui/components/grid.html"}, name="accounting.ledger")
def index(request: Request) -> HttpResponse:
    """Vouchers, newest first, by key."""
    # A reversal exists or not: seen by whoever sees the voucher.
    reversal = Voucher.objects.visible_to(request.actor).filter(reverses=OuterRef("pk"))
    rows = Voucher.objects.visible_to(request.actor)
    if (view := asof.view()) is not None:
        rows, reversal = vouchers_then(rows, view), vouchers_then(reversal, view)
    rows = rows.select_related("reverses").annotate(is_reversed=Exists(reversal))
    grid = VOUCHERS.read(request, rows)
    return grid.export() or page(
        request,
        "accounting/ledger.html",
        {"grid": grid, "may_keep_accounts": asof.view() is None and access.may_keep_accounts(request.actor)},
    )


@screen(access=access.may_see_ledger, name="accounting.balance")
def balance(request: Request) -> HttpResponse:
    """Totals per account of a book."""
    form = BalanceForm(request.GET or None)
    form.fields["book"].choices = Book.choices  # type: ignore[attr-defined]
    valid = form.is_valid()
    book = (form.cleaned_data.get("book") if valid else "") or Book.PUBLIC
    until = form.cleaned_data.get("until") if valid else None
    past = asof.view()
    return page(
        request,
        "accounting/balance.html",
        {
            "balance": selectors.trial_balance(actor=request.actor, book=book, until=until),
            "form": form,
            "book": Book(book),
            "until": until if past is None else min(until or past.day, past.day),
            "may_keep_accounts": asof.view() is None and access.may_keep_accounts(request.actor),
        },
    )


@screen(access=access.may_see_ledger, methods=("GET", "POST"), creates=True, name="accounting.voucher")
def voucher(request: Request, uuid: Any) -> HttpResponse:
    """One voucher, and its reversal."""
    found = Voucher.objects.visible_to(request.actor).select_related("reverses").filter(uuid=uuid).first()
    if found is None:
        raise Http404("voucher")
    view = asof.view()
    if view is not None and not vouchers_then(Voucher.objects.visible_to(request.actor).filter(pk=found.pk), view).exists():
        return page(request, "accounting/not_yet.html", {"number": found.number, "day": view.day})
    mutations.record_read(actor=request.actor, subject=SubjectRef("voucher", found.pk), screen=request.screen.name)
    mirrors = Voucher.objects.visible_to(request.actor).filter(reverses=found)
    mirror = (mirrors if view is None else vouchers_then(mirrors, view)).first()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = ledger.reverse(actor=request.actor, voucher=found, reason=form.cleaned_data["reason"])
            return done(request, "accounting:voucher", _("Reversed: both vouchers stay."), made.uuid)
    entries = list(Entry.objects.visible_to(request.actor).filter(voucher=found).select_related("account").order_by("position")[:500])
    names = display_names([row.person_id for row in entries if row.person_id])
    context = {
        "voucher": found,
        "mirror": mirror,
        "entries": [{"row": row, "name": names.get(row.person_id, "") if row.person_id else ""} for row in entries],
        "form": form,
        "may_reverse": view is None and access.may_post(request.actor) and mirror is None and found.reverses_id is None,
    }
    return (
        invalid(request, "accounting/voucher.html", context)
        if request.method == "POST"
        else page(request, "accounting/voucher.html", context)
    )
