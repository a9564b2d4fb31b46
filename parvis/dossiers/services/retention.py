"""Rules of retention are published, dossiers are held back and let go; which closed dossiers are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from parvis.identity.api import Sector
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import CloseReason, DossierStatus, LineState
from ..errors import InvalidDossier
from ..models import DestructionLine, Dossier, DossierSector, LegalHold, RetentionRule
from ..retention import Schedule, slot_of, years_after
from ._common import record, within_scope
from .holds import done_with

STREAM = "context:dossiers"


def schedule(day: dt.date | None = None) -> Schedule:
    return Schedule.of(day or clock.today(), list(RetentionRule.objects.filter(live=1).select_related("sector")))


@gesture
def publish_rule(
    *,
    actor: Actor,
    years: int,
    source: str,
    valid_from: dt.date,
    sector: Sector | None = None,
    close_code: str = "",
    money_years: int = 10,
    keep_reads: bool = True,
    confirmed: bool = False,
) -> RetentionRule:
    """A new version of the rule for this field of work and this reason of closing. The versions before stay to be read.

    Raises:
        NotAllowed: only an administrator publishes rules.
        InvalidDossier: no source, no years, or an unknown reason of closing.
    """
    if not access.may_change_retention(actor):
        raise NotAllowed(_("Only an administrator publishes rules of retention."))
    if not source.strip():
        raise InvalidDossier(
            _("Say where this term comes from: a law, a selection list, a decision of the centre."), field="source", code="source"
        )
    if not 1 <= years <= 200 or not 0 <= money_years <= 200:
        raise InvalidDossier(_("Give a number of years, at least one."), field="years", code="years")
    if close_code and close_code not in CloseReason.values:
        raise InvalidDossier(_("This value is not in the list."), field="close_code", code="code")
    slot = slot_of(sector.pk if sector else None, close_code)
    before = RetentionRule.objects.filter(slot=slot, valid_from=valid_from, live=1).first()
    if before is not None:
        RetentionRule.objects.filter(pk=before.pk).update(live=None)
    last = RetentionRule.objects.order_by("-number").values_list("number", flat=True).first() or 0
    row = RetentionRule.objects.create(
        number=last + 1,
        sector=sector,
        close_code=close_code,
        slot=slot,
        years=years,
        money_years=money_years,
        keep_reads=keep_reads,
        source=source.strip()[:400],
        confirmed=confirmed,
        valid_from=valid_from,
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="retention.publish",
        subject=SubjectRef("retention_rule", row.pk),
        values={
            "slot": slot,
            "years": [before.years if before else None, years],
            "money_years": money_years,
            "keep_reads": keep_reads,
            "source": row.source,
            "confirmed": confirmed,
            "valid_from": valid_from,
        },
    )
    return row


@dataclass(frozen=True)
class Kept:
    """Until when one dossier is kept, by which rule, and what holds it back."""

    until: dt.date | None
    rule: RetentionRule | None
    holds: tuple[LegalHold, ...] = ()

    @property
    def due(self) -> bool:
        return self.until is not None and self.until <= clock.today() and not self.holds


def kept(dossier: Dossier, found: Schedule | None = None) -> Kept:
    holds = tuple(LegalHold.unscoped.filter(dossier=dossier, live=1).order_by("placed_at", "pk"))
    if dossier.closed_on is None:
        return Kept(None, None, holds)
    sectors = set(DossierSector.unscoped.filter(dossier=dossier, live=1).values_list("sector_id", flat=True))
    rule = (found or schedule()).rule_for(dossier.close_code, sectors)
    return Kept(years_after(dossier.closed_on, rule.years) if rule else None, rule, holds)


def due_dossiers(rows: QuerySet[Dossier] | None = None, found: Schedule | None = None) -> QuerySet[Dossier]:
    """Closed dossiers whose term is over, without a hold and on no list; ``rule`` holds the id of the rule that says so. Oldest first.

    The rules are few, so they become one CASE: each row gets its narrowest rule, as ``Schedule.rule_for`` finds it.
    """
    found = found or schedule()
    rows = Dossier.unscoped.all() if rows is None else rows
    if not found.rules:
        return rows.none()
    whens = [When(_matches(rule), then=Value(rule.pk)) for rule in found.rules]
    over = Q(pk__in=[])
    for rule in found.rules:
        over |= Q(rule=rule.pk, closed_on__lte=years_after(found.day, -rule.years))
    shortest = min(rule.years for rule in found.rules)
    return (
        rows.filter(status=DossierStatus.CLOSED, destroyed_on__isnull=True, closed_on__lte=years_after(found.day, -shortest))
        .annotate(rule=Case(*whens, default=None, output_field=models.BigIntegerField(null=True)))
        .filter(over)
        .exclude(Exists(LegalHold.unscoped.filter(dossier=OuterRef("pk"), live=1)))
        .exclude(Exists(DestructionLine.objects.filter(dossier=OuterRef("pk"), live=1)))
        .order_by("closed_on", "pk")
    )


def _matches(rule: RetentionRule) -> Any:
    condition = Q(close_code=rule.close_code) if rule.close_code else Q(pk__isnull=False)
    if rule.sector_id is not None:
        condition &= Q(Exists(DossierSector.unscoped.filter(dossier=OuterRef("pk"), sector=rule.sector_id, live=1)))
    return condition


# Holds -------------------------------------------------------------------------------------------------------------------
@gesture
def place_hold(*, actor: Actor, dossier: Dossier, reason: str, review_on: dt.date) -> LegalHold:
    """Nothing of the dossier is destroyed until the hold ends; a list that names it cannot be approved.

    Raises:
        InvalidDossier: no reason, a day of review that is not to come, or a dossier that was destroyed.
    """
    within_scope(actor, dossier, allowed=access.may_hold(actor))
    # The row is the lock: a destruction that runs now is waited for and then seen; one that comes later sees the hold.
    if Dossier.unscoped.select_for_update().get(pk=dossier.pk).destroyed_on is not None:
        raise InvalidDossier(_("This dossier was destroyed."), code="destroyed")
    if not reason.strip():
        raise InvalidDossier(_("Say why this dossier may not be destroyed."), field="reason", code="reason")
    if review_on <= clock.today():
        raise InvalidDossier(_("Give a day to come, on which somebody looks at this hold again."), field="review_on", code="review")
    row = LegalHold.unscoped.create(
        dossier=dossier,
        reason=reason.strip()[:500],
        placed_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
        review_on=review_on,
    )
    record(actor, "dossier.hold", dossier, {"reason": row.reason, "review_on": review_on})
    return row


@gesture
def end_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Let the dossier go again.

    Raises:
        InvalidDossier: it ended already, or no reason is given.
    """
    within_scope(actor, hold.dossier, allowed=access.may_hold(actor))
    if not reason.strip():
        raise InvalidDossier(_("Say why the hold ends."), field="reason", code="reason")
    ended = LegalHold.unscoped.filter(pk=hold.pk, live=1).update(
        live=None, ended_at=clock.now(), ended_by_label=actor.label[:191], end_reason=reason.strip()[:500]
    )
    if not ended:
        raise InvalidDossier(_("This hold has ended already."), code="ended")
    record(actor, "dossier.hold.end", hold.dossier, {"hold": [hold.reason, reason.strip()[:500]]})
    done_with(actor, hold)
    return LegalHold.unscoped.select_related("dossier").get(pk=hold.pk)


def holds_of(dossier_ids: Collection[int]) -> list[LegalHold]:
    return list(LegalHold.unscoped.filter(dossier__in=dossier_ids).order_by("-placed_at", "-pk"))


def reasons_told(actor: Actor, holds: Collection[LegalHold]) -> set[int]:
    """Holds whose reason the actor may read: of dossiers in their scope, with the right to what is said of lawsuits. The others are held
    back, and nothing more is said."""
    if not holds or not may_see(actor, "legal"):
        return set()
    seen = set(Dossier.objects.visible_to(actor).filter(pk__in={hold.dossier_id for hold in holds}).values_list("pk", flat=True))
    return {hold.pk for hold in holds if hold.dossier_id in seen}


def holds_to_review(day: dt.date, limit: int = 50) -> list[LegalHold]:
    """Holds whose day of review has come."""
    return list(LegalHold.unscoped.filter(live=1, review_on__lte=day).select_related("dossier").order_by("review_on", "pk")[:limit])


def destroyed_by(dossier: Dossier) -> DestructionLine | None:
    """The line of the list under which the dossier was destroyed."""
    done = (LineState.ERASED, LineState.DESTROYED)
    return DestructionLine.objects.filter(dossier=dossier, state__in=done).select_related("on_list").first()


def until(closed_on: dt.date, years: int) -> dt.date:
    """The day from which it may be destroyed."""
    return years_after(closed_on, years)


def due_after(rows: QuerySet[Dossier], pk: int) -> QuerySet[Dossier]:
    """The next ones behind a dossier of the list, in its order."""
    last = Dossier.unscoped.filter(pk=pk).values_list("closed_on", flat=True).first()
    return rows if last is None else rows.filter(Q(closed_on__gt=last) | Q(closed_on=last, pk__gt=pk))
