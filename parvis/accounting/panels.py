"""Menu, palette and links of payments and ledger."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.connectors.api import purposes
from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.links import row_links
from parvis.kernel.registries import Hit, HomeCell, MenuEntry, PaletteAction, PersonHolder, SearchSource
from parvis.ui import formats, slots

from . import access, selectors
from .enums import OrderState
from .models import PaymentOrder, Voucher
from .past import listed_then

# The purpose of a call is stored in English, once for ever; readers get it in their own language.
purposes.register("payment order", _("payment order"))

registries.menu.register(
    "payments", MenuEntry("payments", _("Payments"), "cash", "accounting:payments", access.may_see_payments, 60, prefix="/payments/")
)
registries.menu.register(
    "ledger", MenuEntry("ledger", _("Ledger"), "ledger", "accounting:ledger", access.may_see_ledger, 65, prefix="/ledger/")
)
registries.palette.register(
    "accounting.bank_files",
    PaletteAction("accounting.bank_files", _("Read a file of the bank"), "accounting:bank_files", access.may_import, 610, "bank"),
)
registries.palette.register(
    "accounting.balance", PaletteAction("accounting.balance", _("Trial balance"), "accounting:balance", access.may_see_ledger, 650, "scale")
)

registries.palette.register(
    "accounting.centre_accounts",
    PaletteAction(
        "accounting.centre_accounts", _("Bank accounts of the centre"), "accounting:centre_accounts", access.may_keep_accounts, 655, "bank"
    ),
)


SHOWN = 5


def _to_release(request: HttpRequest) -> str | None:
    """Orders that wait for this person's release; those the person prepared wait for somebody else."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.waiting_for_release(actor)
    mine = [row for row in rows if row.prepared_by_id not in actor.persons]
    context = {
        "orders": mine[:SHOWN],
        "count": len(mine),
        "more": max(len(mine) - SHOWN, 0),
        "own": len(rows) - len(mine),
        "total": sum((row.total for row in mine), Decimal("0.00")),
        "today": clock.today(),
    }
    return render_to_string("accounting/_home_release.html", context, request)


def _to_release_then(request: HttpRequest, view: PastView) -> str | None:
    """Orders that had been prepared and neither released nor withdrawn by then, whoever prepared them."""
    rows = listed_then(PaymentOrder.objects.visible_to(request.actor), view)  # type: ignore[attr-defined]
    found = list(rows.filter(state_then=OrderState.PREPARED).order_by("execution_on", "pk")[: SHOWN + 1])
    return render_to_string("accounting/_home_release_then.html", {"orders": found[:SHOWN], "more": len(found) > SHOWN}, request)


registries.home_cells.register(
    "accounting.release", HomeCell("accounting.release", _("Orders to release"), 20, _to_release, access.may_release)
)


def _admin_tab(request: HttpRequest) -> str | None:
    if not access.may_keep_accounts(request.actor):  # type: ignore[attr-defined]
        return None
    current = request.path.startswith(reverse("accounting:centre_accounts"))
    return render_to_string("accounting/_admin_tab.html", {"current": current}, request)


slots.register("admin", "accounting.centre_accounts", _admin_tab, order=40)


def _search(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Orders by the beginning of their number."""
    text = query.strip().upper()
    if len(text) < 3 or not text.startswith("P"):
        return []
    rows = PaymentOrder.objects.visible_to(actor).filter(number__gte=text, number__lt=text + ":").order_by("-pk")[:limit]
    return [
        Hit(
            title=row.number,
            url=reverse("accounting:order", args=[row.uuid]),
            subtitle=f"{row.words} · {formats.amount(row.total)}",
            why=str(row.get_state_display()),
            icon="cash",
        )
        for row in rows
    ]


registries.subject_links.register(
    "payment_order",
    row_links(
        PaymentOrder.objects.visible_to,
        name=lambda row: row.number,
        url=lambda row: reverse("accounting:order", args=[row.uuid]),
        opens=access.may_see_payments,
        number=lambda row: row.number,
    ),
)
registries.subject_links.register(
    "voucher",
    row_links(
        Voucher.objects.visible_to,
        name=lambda row: row.number,
        url=lambda row: reverse("accounting:voucher", args=[row.uuid]),
        opens=access.may_see_ledger,
        number=lambda row: row.number,
    ),
)
registries.subject_scopes.register("payment_order", lambda actor: PaymentOrder.objects.visible_to(actor).order_by().values("pk"))
registries.search_sources.register(
    "accounting.orders", SearchSource("accounting.orders", _("Payment orders"), 60, _search, access.may_see_payments)
)

# What becomes of these when two files of one person are merged.
registries.person_holders.register(
    "accounting.Entry.person", PersonHolder("accounting.Entry", "person", _("Entries of the ledger"), evidence=True)
)
registries.person_holders.register(
    "accounting.PaymentLine.beneficiary", PersonHolder("accounting.PaymentLine", "beneficiary", _("Payments"), evidence=True)
)
