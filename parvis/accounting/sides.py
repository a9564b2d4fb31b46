"""What a page beside an order shows of it, for the pages of contexts above."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .models import PaymentOrder


def order_side(request: HttpRequest, order: PaymentOrder) -> dict[str, Any]:
    """Context of ``accounting/_two_persons.html``, ``_bankfile.html`` and ``_totals.html``."""
    from .views.orders import order_context

    return order_context(request, order)  # type: ignore[arg-type]
