"""What aid shows on the dossier's page, in menu, palette and counts of backlog."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.accounting.api import reason_in_words
from parvis.dossiers.api import only_reads
from parvis.kernel import asof, clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Backlog, PaletteAction, Panel, PersonHolder, PersonNote
from parvis.kernel.statements import Statement
from parvis.ui import slots

from . import access, categories, selectors, types  # noqa: F401  (feeds the kinds of aid)
from .enums import UNPAID, ClaimState, DueState, EntitlementState
from .models import Claim, DueLine, Entitlement
from .past import rights_then, unpaid_then, waiting_first_then
from .past_claims import of_dossier_then

MONTHS_SHOWN = 6


def clock_end(day: dt.date) -> dt.datetime:
    """The first instant after a day, in the instance's zone."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())


_CLAIMS, _LINES = Statement("aid.claims"), Statement("aid.months")


def _aids(request: HttpRequest, dossier: Any, day: dt.date) -> str | None:
    """Rights that hold on the day, then the others."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known: dt.date = getattr(request, "known_day", day)
    past = known < clock.today()
    rights = selectors.entitlements_of_dossier(actor, dossier.pk)
    memo.keep(("aid.count", dossier.pk), sum(1 for right in rights if right.state == EntitlementState.RUNNING))
    view = asof.PastView(day, known if getattr(request, "known_on", None) is not None else None)
    if past:  # what had been decided by then, with the end that it had
        rights = sorted(rights_then(rights, view), key=lambda row: not _held(row, day))
    if not rights:
        return None
    accounts = selectors.accounts_on(actor, [right.pk for right in rights], known if past else None)
    begun = set() if past else selectors.begun(actor, rights)
    if past:
        rows = Claim.objects.visible_to(actor).filter(dossier=dossier.pk).select_related("decision__decided_version").order_by("-pk")
        claims = of_dossier_then(actor, list(rows), view)
    else:
        claims = _CLAIMS.rows(
            actor, lambda at: Claim.objects.visible_to(actor).filter(dossier=at["dossier"]).order_by("-pk"), dossier=dossier.pk
        )
    open_claim = not past and any(one.state == ClaimState.REGISTERED for one in claims)
    return render_to_string(
        "aid/_panel_aids.html",
        {
            "rows": [
                {
                    "right": right,
                    "account": accounts.get(right.pk),
                    "begun": right.pk in begun,
                    "holds": _held(right, day) and (past or right.state == EntitlementState.RUNNING),
                    "waiting": not past and right.first_paid_on is None and right.state == EntitlementState.RUNNING,
                    "state": _state_on(right, day) if past else right.get_state_display(),
                }
                for right in rights
            ],
            "claims": claims,
            "may_waive": open_claim and access.may_tell_settled(actor) and not only_reads(actor, dossier),
            "past": past,
            "day": day,
        },
        request,
    )


def _held(right: Entitlement, day: dt.date) -> bool:
    return bool(right.valid_from <= day < right.valid_to)


def _state_on(right: Entitlement, day: dt.date) -> str:
    """In words of the period alone: what was decided about it later was not known that day."""
    if _held(right, day):
        return str(EntitlementState.RUNNING.label)
    return str(_("later") if right.valid_from > day else _("over"))


def _payments(request: HttpRequest, dossier: Any, day: dt.date) -> str | None:
    """Months due and paid, newest first, of the whole file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known: dt.date = getattr(request, "known_day", day)
    past = known < clock.today()
    lines = _LINES.rows(
        actor,
        lambda at: (
            DueLine.objects.visible_to(actor)
            .filter(entitlement__dossier=at["dossier"], created_at__lt=at["until"])
            .exclude(state=DueState.CANCELLED)
            .annotate(
                title=F("entitlement__title"), order_number=F("payment_line__order__number"), order_uuid=F("payment_line__order__uuid")
            )
            .order_by("-month", "-pk")[: MONTHS_SHOWN + 1]
        ),
        dossier=dossier.pk,
        until=clock_end(known),
    )
    if not lines:
        return None
    return render_to_string(
        "aid/_panel_payments.html",
        {
            "rows": [
                {
                    "due": line,
                    "paid": not past or (line.paid_on is not None and line.paid_on <= known),
                    "kind": {"paid": "ok", "ordered": "info", "rejected": "late", "held": "warn"}.get(line.state, ""),
                    "reason": reason_in_words(line.reason_code, line.bank_text) if line.state == DueState.REJECTED and not past else "",
                }
                for line in lines[:MONTHS_SHOWN]
            ],
            "more": len(lines) > MONTHS_SHOWN,
            "owed": Decimal("0.00") if past else sum((line.amount for line in lines if line.state in UNPAID), Decimal("0.00")),
            "past": past,
            "orders_open": access.may_see_run(actor),
        },
        request,
    )


def _count(actor: Actor, dossier: Any) -> int | None:
    known = memo.kept(("aid.count", dossier.pk))
    if known is None:
        known = Entitlement.objects.visible_to(actor).filter(dossier=dossier.pk, state=EntitlementState.RUNNING).count()
    return known or None


registries.panels.register(
    "aid.aids",
    Panel("aids", _("Aid in progress"), 50, _aids, access.may_see_aid, data_class="money", icon="heart", count=_count, beside=True),
)
registries.panels.register(
    "aid.payments", Panel("payments", _("Payments"), 55, _payments, access.may_see_aid, data_class="money", icon="cash")
)
registries.backlog.register(
    "waiting_first_payment",
    Backlog(
        key="waiting_first_payment",
        title=_("Waiting for the first payment"),
        order=10,
        count=selectors.count_waiting_first,
        url=lambda: reverse("aid:first_payments"),
        help=_("Decided, and the bank has not taken the first payment yet."),
        mine=lambda actor: selectors.waiting_first(actor).count(),
        then=waiting_first_then,
    ),
)
registries.backlog.register(
    "unpaid",
    Backlog(
        key="unpaid",
        title=_("Unpaid"),
        order=40,
        count=selectors.count_unpaid,
        url=lambda: reverse("aid:unpaid"),
        help=_("Rejected by the bank, or of an earlier month and still owed."),
        mine=lambda actor: selectors.unpaid(actor).count(),
        then=unpaid_then,
    ),
)
registries.palette.register("aid.run", PaletteAction("aid.run", _("Monthly payments"), "aid:runs", access.may_see_run, 600, "cash"))
registries.palette.register(
    "aid.attestations",
    PaletteAction("aid.attestations", _("Attestations handed over"), "aid:attestations", access.may_see_attestations, 645, "certificate"),
)
registries.palette.register(
    "aid.first", PaletteAction("aid.first", _("First payments"), "aid:first_payments", access.may_see_run, 605, "money")
)
registries.palette.register("aid.claims", PaletteAction("aid.claims", _("Recoveries"), "aid:claims", access.may_see_claims, 640, "undo"))

# What becomes of these when two files of one person are merged.
registries.person_holders.register("aid.Entitlement.beneficiary", PersonHolder("aid.Entitlement", "beneficiary", _("Entitlements")))
registries.person_holders.register(
    "aid.PaymentAccount.payee_person", PersonHolder("aid.PaymentAccount", "payee_person", _("Accounts for payment"))
)
registries.person_holders.register("aid.Claim.beneficiary", PersonHolder("aid.Claim", "beneficiary", _("Recoveries")))
registries.person_holders.register("aid.Claim.debtor_person", PersonHolder("aid.Claim", "debtor_person", _("Debtors of recoveries")))
registries.person_holders.register("aid.Attestation.person", PersonHolder("aid.Attestation", "person", _("Attestations")))


# Attestations: one click from the dossier ----------------------------------------------------------------
def _attest(request: HttpRequest) -> str | None:
    """In the head of a dossier's page, without a query: the page behind says who has a right to what."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    match = request.resolver_match
    if match is None or "uuid" not in match.kwargs or not access.may_attest(actor):
        return None
    return render_to_string("aid/_attest.html", {"url": reverse("aid:attest", args=[match.kwargs["uuid"]])}, request)


slots.register("dossier", "aid.attest", _attest, order=10)


def _attest_person(request: HttpRequest) -> str | None:
    """In the head of a person's page, without a query: the page behind leads to the file, or says which."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    match = request.resolver_match
    if match is None or match.view_name != "contacts:person" or not access.may_attest(actor) or asof.view() is not None:
        return None
    return render_to_string("aid/_attest_person.html", {"url": reverse("aid:attest_person", args=[match.kwargs["uuid"]])}, request)


slots.register("person", "aid.attest", _attest_person, order=10)


# The category of a person ----------------------------------------------------------------------------------
def _category(request: HttpRequest, person: Any) -> str | None:
    """A link on the page of a person, which the card replaces: that page asks the database nothing more."""
    if not access.may_see_category(request.actor):  # type: ignore[attr-defined]
        return None
    return render_to_string("aid/_category_of_person.html", {"person": person}, request)


registries.person_parts.register("aid.category", _category)
registries.person_notes.register("category", PersonNote(_("Category of the aid"), "money", categories.of_today, categories.choices))


# Kinds of aid of the centre --------------------------------------------------------------------------------
def _admin_tab(request: HttpRequest) -> str | None:
    if not access.may_define_types(request.actor):  # type: ignore[attr-defined]
        return None
    return render_to_string("aid/_admin_tab.html", {"here": request.path.startswith(reverse("aid:types"))}, request)


slots.register("admin", "aid.types", _admin_tab, order=31)
registries.palette.register("aid.types", PaletteAction("aid.types", _("Kinds of aid"), "aid:types", access.may_define_types, 331, "heart"))
