"""What a page beside an order shows of it, for the pages of contexts above."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from .models import PaymentOrder


def order_side(request: HttpRequest, order: PaymentOrder) -> dict[str, Any]:
    """Context of ``accounting/_two_persons.html``, ``_bankfile.html`` and ``_totals.html``."""
    from .views.orders import order_context

    return order_context(request, order)  # type: ignore[arg-type]


def subject_urls(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, str]:
    """Where what is paid is looked at, when a context above says so; a fixed number of queries."""
    out: dict[SubjectRef, str] = {}
    for kind in {one.type for one in subjects}:
        if kind in registries.subject_cards:
            cards = registries.subject_cards.get(kind)(actor, [one for one in subjects if one.type == kind])
            out |= {subject: card.url for subject, card in cards.items()}
    return out
