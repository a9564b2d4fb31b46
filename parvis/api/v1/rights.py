"""Requests, decisions, entitlements and payment lines."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from ninja import Router

from parvis.accounting.api import PaymentLine, may_see_payments
from parvis.aid.api import Entitlement, may_see_aid
from parvis.decisions.api import Decision, Notification, may_see_decisions, provision_from_json
from parvis.dossiers.api import asking_nothing
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.scope import may_see
from parvis.requests.api import Request, RequestLine, can_read, next_clock
from parvis.ui import formats

from .. import schemas
from ..endpoint import USUAL, After, Limit, Number, Since, changed_since, instant, page_of, reads
from ..enums import Scope
from ._common import amount, last_day, named, opened

router = Router()
_READER = system_actor("api.rights")


def _of_dossier(request: Any, rows: QuerySet[Any], number: str, column: str = "dossier_id") -> QuerySet[Any]:
    """Of one dossier, read like its page; or of all of them, without the files that ask for a reason first."""
    if number.strip():
        return rows.filter(**{column: opened(request, number).pk})
    return rows.filter(asking_nothing(request.actor, column))


# Requests ----------------------------------------------------------------------------------------------------------------
def _requests(actor: Actor, rows: list[Request]) -> list[dict[str, Any]]:
    clocks = next_clock([line.pk for row in rows for line in row.all_lines])  # type: ignore[attr-defined]
    return [
        {
            "id": row.uuid,
            "number": row.number,
            "applicant": named(actor, row.applicant_name),
            "dossier": row.dossier.number if row.dossier else None,
            "unit": row.unit.code,
            "channel": row.channel,
            "urgent": row.urgent,
            "requested_on": row.requested_on,
            "received_at": row.received_at,
            "lines": [
                {
                    "id": line.uuid,
                    "kind": line.kind,
                    "label": str(formats.label(line.label)),
                    "stage": line.stage,
                    "stage_at": line.stage_at,
                    "decide_by": clocks[line.pk].due_on if line.pk in clocks else None,
                }
                for line in row.all_lines  # type: ignore[attr-defined]
            ],
        }
        for row in rows
    ]


@reads(router, "requests", "requests", scope=Scope.REQUESTS, access=can_read, response=schemas.Requests, summary="Requests", tag="requests")
def requests(request: Any, after: After = "", limit: Limit = USUAL, since: Since = None, dossier: Number = "") -> Any:
    """The register, as far as the holder reads it; `since`: received, joined or moved on. The answers given stay on the pages."""
    lines = RequestLine.objects.visible_to(_READER).order_by("pk")
    rows = Request.objects.visible_to(request.actor).select_related("unit", "dossier").defer("answers", "taken_over")
    rows = rows.prefetch_related(Prefetch("lines", queryset=lines, to_attr="all_lines"))
    rows = _of_dossier(request, rows, dossier)
    if since is not None:
        start = instant(since)
        moved = RequestLine.objects.visible_to(_READER).filter(request=OuterRef("pk"), stage_at__gte=start)
        rows = rows.filter(Q(received_at__gte=start) | Q(joined_at__gte=start) | Exists(moved.order_by()))
    return page_of(rows, lambda found: _requests(request.actor, found), after=after, limit=limit)


# Decisions ---------------------------------------------------------------------------------------------------------------
def _may_decisions(actor: Actor) -> bool:
    return may_see_decisions(actor) and may_see(actor, "social")


def _grants(row: Decision) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "amount": amount(one.amount),
            "currency": one.currency,
            "periodicity": one.periodicity,
            "first_day": one.from_on,
            "last_day": one.to_on,
        }
        for one in map(provision_from_json, row.decided_version.provisions)
    ]


def _decisions(actor: Actor, rows: list[Decision]) -> list[dict[str, Any]]:
    money = may_see(actor, "money")
    letters = Notification.objects.visible_to(_READER).filter(decision__in=[row.pk for row in rows], live=1)
    sent: dict[int, tuple[dt.date | None, dt.date | None]] = {one.decision_id: (one.sent_on, one.appeal_until) for one in letters}
    return [
        {
            "id": row.uuid,
            "number": row.number,
            "dossier": row.dossier.number,
            "request_line": row.line.uuid,
            "outcome": row.outcome,
            "decider": row.decider,
            "decided_on": row.decided_on,
            "decided_at": row.decided_at,
            "replaces": row.replaces.number if row.replaces else None,
            "notified_on": sent.get(row.pk, (None, None))[0],
            "appeal_until": sent.get(row.pk, (None, None))[1],
            "pack_sha256": row.pack_sha256,
            "grants": _grants(row) if money else None,
        }
        for row in rows
    ]


@reads(
    router,
    "decisions",
    "decisions",
    scope=Scope.DECISIONS,
    access=_may_decisions,
    response=schemas.Decisions,
    summary="Decisions",
    tag="decisions",
)
def decisions(request: Any, after: After = "", limit: Limit = USUAL, since: Since = None, dossier: Number = "") -> Any:
    """Those that the holder reads, never one of a case in which the holder declared a conflict; `since`: taken, or their letter moved."""
    rows = Decision.objects.visible_to(request.actor).filter(pack__isnull=False)
    rows = rows.select_related("dossier", "line", "decided_version", "replaces")
    rows = _of_dossier(request, rows, dossier)
    if since is not None:
        start = instant(since)
        letters = (
            Notification.objects.visible_to(_READER)
            .filter(decision=OuterRef("pk"))
            .filter(Q(created_at__gte=start) | Q(sent_at__gte=start))
        )
        rows = rows.filter(Q(decided_at__gte=start) | Exists(letters.order_by()))
    return page_of(rows, lambda found: _decisions(request.actor, found), after=after, limit=limit)


# Entitlements and payments -----------------------------------------------------------------------------------------------
def _may_aid(actor: Actor) -> bool:
    return may_see_aid(actor)


def _entitlement(actor: Actor, row: Entitlement) -> dict[str, Any]:
    return {
        "id": row.uuid,
        "dossier": row.dossier.number,
        "decision": row.decision.number if row.decision else None,
        "origin": row.origin or None,
        "kind": row.kind,
        "beneficiary": named(actor, row.beneficiary_name),
        "amount": amount(row.amount),
        "currency": row.currency,
        "periodicity": row.periodicity,
        "first_day": row.valid_from,
        "last_day": last_day(row.valid_to),
        "state": row.state,
        "first_paid_on": row.first_paid_on,
    }


@reads(
    router,
    "entitlements",
    "entitlements",
    scope=Scope.PAYMENTS,
    access=_may_aid,
    response=schemas.Entitlements,
    summary="Entitlements",
    tag="payments",
)
def entitlements(request: Any, after: After = "", limit: Limit = USUAL, since: Since = None, dossier: Number = "") -> Any:
    """Rights that decisions opened or that were taken over, in the dossiers of the holder; `since`: opened, changed or replaced."""
    rows = Entitlement.objects.visible_to(request.actor).select_related("dossier", "decision")
    rows = _of_dossier(request, rows, dossier)
    if since is not None:
        rows = changed_since(rows, "entitlement", since)
    return page_of(rows, lambda found: [_entitlement(request.actor, row) for row in found], after=after, limit=limit)


def _may_payments(actor: Actor) -> bool:
    return may_see_payments(actor) and may_see(actor, "money")


def _payment(actor: Actor, row: PaymentLine) -> dict[str, Any]:
    return {
        "id": row.uuid,
        "order": row.order.number,
        "end_to_end": row.end_to_end,
        "beneficiary": named(actor, row.beneficiary_name),
        "payee": named(actor, row.payee_name),
        "iban": row.iban_masked,
        "purpose": row.purpose,
        "month": row.month,
        "amount": amount(row.amount),
        "currency": row.currency,
        "state": row.state,
        "execution_on": row.order.execution_on,
        "booked_on": row.booked_on,
        "reason_code": row.reason_code,
    }


@reads(
    router,
    "payments",
    "payments",
    scope=Scope.PAYMENTS,
    access=_may_payments,
    response=schemas.Payments,
    summary="Payment lines",
    tag="payments",
)
def payments(request: Any, after: After = "", limit: Limit = USUAL, since: Since = None) -> Any:
    """Lines of payment orders, for those who prepare, release or book them; `since`: prepared, released, sent, answered or withdrawn."""
    rows = PaymentLine.objects.visible_to(request.actor).select_related("order").filter(asking_nothing(request.actor, "dossier_ref"))
    if since is not None:
        start = instant(since)
        moved = Q(bank_at__gte=start)
        for step in ("prepared_at", "released_at", "sent_at", "withdrawn_at"):
            moved |= Q(**{f"order__{step}__gte": start})
        rows = rows.filter(moved)
    return page_of(rows, lambda found: [_payment(request.actor, row) for row in found], after=after, limit=limit)
