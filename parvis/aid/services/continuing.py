"""What no person has to think of: next month's list exists, and a period that runs out is never a silent stop."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from parvis.decisions import api as decisions
from parvis.dossiers.api import referent_of
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END, add_months, month_start, next_month
from parvis.requests import api as requests
from parvis.rules import api as rules
from parvis.ui import formats
from parvis.workflows.api import open_item

from .. import texts
from ..enums import DueState, EntitlementState
from ..events import ContinuationProposed
from ..models import DueLine, Entitlement
from .granting import Keeping, horizon, in_each_language, in_language, note_step, stream, write_due_lines

#: Days before the end at which the referent is asked, unless a dated parameter says otherwise.
NOTICE_DAYS = 45


def notice_days(day: date) -> int:
    try:
        return int(rules.parameter("aid.continuation.notice_days", day).decimal)
    except rules.UnknownParameter:
        return NOTICE_DAYS


def pays_on(kind: str, day: date) -> bool:
    """Whether the centre pays this aid on, month by month, while its continuation is not decided. Held otherwise; never dropped."""
    for key in (f"aid.pays_on.{kind}", "aid.pays_on"):
        try:
            return str(rules.parameter(key, day).value).lower() not in ("0", "off", "false", "no")
        except rules.UnknownParameter:
            continue
    return False


@gesture
def extend_one(*, actor: Actor, entitlement: Entitlement) -> int:
    """The months of a running right up to the horizon; after its end, months held (or paid on) until somebody decides."""
    added = write_due_lines(entitlement)
    if entitlement.is_open or not entitlement.monthly:
        return added
    return added + _beyond(actor, entitlement)


def _beyond(actor: Actor, entitlement: Entitlement) -> int:
    end = entitlement.valid_to
    month = month_start(end) if end.day == 1 else next_month(end)
    if entitlement.pays_from:
        month = max(month, month_start(entitlement.pays_from))
    keeping = Keeping(entitlement)
    known = set(DueLine.unscoped.filter(entitlement=entitlement).values_list("month", flat=True))
    added = 0
    while month <= horizon():
        if month not in known:
            on = pays_on(entitlement.kind, month)
            withheld = keeping.take()
            DueLine.unscoped.create(
                entitlement=entitlement,
                month=month,
                amount=entitlement.amount - withheld,
                withheld=withheld,
                currency=entitlement.currency,
                state=DueState.DUE if on else DueState.HELD,
                beyond=True,
                created_at=clock.now(),
            )
            mutations.record(
                stream(entitlement.dossier_id),
                actor=actor,
                verb="due.beyond",
                subject=entitlement.ref,
                values={"month": month, "state": (DueState.DUE if on else DueState.HELD).value},
            )
            added += 1
        month = next_month(month)
    return added


def extend_all(actor: Actor) -> int:
    """Every running monthly right, in small gestures: one that fails does not stop the others."""
    month = horizon()
    done = DueLine.unscoped.filter(month=month).values("entitlement")
    rows = Entitlement.unscoped.filter(state=EntitlementState.RUNNING, periodicity="month", valid_from__lte=month).exclude(pk__in=done)
    count = 0
    for entitlement in rows.order_by("pk").iterator(chunk_size=500):
        count += extend_one(actor=actor, entitlement=entitlement)
    return count


def expiring(day: date) -> list[Entitlement]:
    """Running monthly rights whose end is near or past and about which nobody was asked."""
    limit = day + timedelta(days=notice_days(day))
    rows = Entitlement.unscoped.filter(
        state=EntitlementState.RUNNING, periodicity="month", valid_to__lte=limit, valid_to__lt=OPEN_END, continuation_asked_at__isnull=True
    )
    return list(rows.select_related("decision", "dossier").order_by("valid_to", "pk"))


def propose_all(actor: Actor) -> int:
    rows = expiring(clock.today())
    for entitlement in rows:
        propose_continuation(actor=actor, entitlement=entitlement)
    return len(rows)


@gesture
def propose_continuation(*, actor: Actor, entitlement: Entitlement) -> None:
    """Draft what would follow, put it on the referent's list, and say so in the file. It takes persons to submit and to decide (F2, F3)."""
    if not Entitlement.unscoped.filter(pk=entitlement.pk, continuation_asked_at__isnull=True).update(continuation_asked_at=clock.now()):
        return
    drafted = _draft(actor, entitlement)
    last = entitlement.valid_to - timedelta(days=1)
    open_item(
        actor=actor,
        subject=entitlement.ref,
        title=texts.CONTINUE,
        screen="aid.continuation",
        owner=referent_of(entitlement.dossier_id),
        queue="social_worker",
        unit_id=entitlement.unit_id,
        dossier_id=entitlement.dossier_id,
        due_on=last,
        why=in_each_language(_why_continue, entitlement, last),
        key="continuation",
    )
    mutations.record(
        stream(entitlement.dossier_id),
        actor=actor,
        verb="continuation.proposed",
        subject=entitlement.ref,
        values={"ends_on": last, "drafted": drafted},
    )
    note_step(actor, entitlement.dossier_id, texts.STEP_CONTINUE, {"day": formats.day(last, code="fr")}, entitlement.ref)
    publish(ContinuationProposed(actor=actor, entitlement_id=entitlement.pk, dossier_id=entitlement.dossier_id))


def _why_continue(entitlement: Entitlement, last: date) -> str:
    return _("%(what)s of %(name)s ends on %(day)s. Nothing stops by itself: propose its continuation, a change or its end.") % {
        "what": formats.label(entitlement.title),
        "name": entitlement.beneficiary_name,
        "day": formats.day(last),
    }


def _draft(actor: Actor, entitlement: Entitlement) -> bool:
    """The same grants for a year from the day after, as a draft. Not possible everywhere (closed file …): the task stands alone then."""
    from dataclasses import replace

    line_id = entitlement.line_id
    if (
        entitlement.decision is None or line_id is None
    ):  # taken over: no request and no proposal of ours to start from; the task says what to do
        return False
    provisions = []
    for data in entitlement.decision.decided_version.provisions:
        provision = decisions.provision_from_json(data)
        if provision.periodicity == "month":
            provisions.append(
                replace(
                    provision, from_on=entitlement.valid_to, to_on=add_months(entitlement.valid_to, 12) - timedelta(days=1), recover=None
                )
            )
    draft: Any = getattr(decisions, "draft_proposal", None)
    if draft is None or not provisions:
        return False
    try:
        draft(actor=actor, line_id=line_id, provisions=provisions, title=in_language(_title_continue, entitlement))
    except DomainError:
        return False
    # The term that was kept for the first decision says nothing about this one.
    requests.renew_clock(actor=actor, line_id=line_id, kind="decide", started_by=in_language(_title_continue, entitlement))
    return True


def _title_continue(entitlement: Entitlement) -> str:
    return _("Continuation: %(what)s") % {"what": formats.label(entitlement.title)}
