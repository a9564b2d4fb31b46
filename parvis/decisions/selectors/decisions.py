"""Decisions, their notification, and what other contexts ask of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from parvis.documents.api import Document
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.statements import Statement

from ..enums import (
    FINAL_OUTCOMES,
    ItemKind,
    NotificationState,
)
from ..models import (
    Committee,
    Decision,
    Notification,
    Pack,
)
from .reader import READER


def decisions_for(actor: Actor, *, query: str = "", outcome: str = "", limit: int = 200, until: date | None = None) -> list[Decision]:
    """``until``: taken by that day."""
    rows = Decision.objects.visible_to(actor).select_related("dossier", "proposal__line", "decided_version", "session", "item", "replaces")
    if until is not None:
        rows = rows.filter(decided_on__lte=until)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if query:
        rows = rows.filter(Q(number__icontains=query) | Q(dossier__number__icontains=query))
    return list(rows.order_by("-decided_at", "-pk")[:limit])


_OF_DOSSIER = Statement("decisions.of_dossier")


def decisions_of_dossier(actor: Actor, dossier_id: int, limit: int = 200) -> list[Decision]:
    """Every decision of a dossier, the latest first, with its proposal's name, what it grants (``granted``) and its living letter: whether
    there is one, when it was sent, until when one may appeal (``letter_key``, ``sent_on``, ``appeal_until``)."""

    def read(at: dict[str, Any]) -> QuerySet[Decision]:
        rows = Decision.objects.visible_to(actor).filter(dossier_id=at["dossier"]).annotate(granted=F("decided_version__provisions"))
        rows = rows.annotate(letter=FilteredRelation("notifications", condition=Q(notifications__live=1)))  # seen with its decision
        rows = rows.annotate(letter_key=F("letter__pk"), sent_on=F("letter__sent_on"), appeal_until=F("letter__appeal_until"))
        # Some columns of the neighbours, not their letters: the page of a dossier is opened all day.
        rows = rows.select_related("proposal__line").only(
            "uuid", "number", "outcome", "decided_on", "decided_at", "proposal__title", "proposal__language", "proposal__line__label"
        )
        return rows.order_by("-decided_at", "-pk")[:limit]

    return _OF_DOSSIER.rows((actor, limit), read, dossier=dossier_id)


def pack_json(actor: Actor, decision: Decision) -> dict[str, Any]:
    return json.loads(Pack.objects.visible_to(actor).get(decision=decision).content)


def notification_of(actor: Actor, decision: Decision) -> Notification | None:
    return Notification.objects.visible_to(actor).filter(decision=decision, live=1).select_related("letter").first()


def notifications_of(actor: Actor, decision: Decision) -> list[Notification]:
    return list(Notification.objects.visible_to(actor).filter(decision=decision).order_by("created_at", "pk"))


def _to_notify(actor: Actor) -> QuerySet[Notification]:
    return Notification.objects.visible_to(actor).filter(state=NotificationState.TO_SEND, live=1)


def count_to_notify(actor: Actor) -> int:
    return _to_notify(actor).count()


def undelivered() -> QuerySet[Notification]:
    """Decisions whose letter has not left, the same figure for everybody."""
    return _to_notify(READER)


def to_notify(actor: Actor, limit: int = 200) -> list[Notification]:
    rows = _to_notify(actor).select_related("decision__dossier", "decision__proposal__line")
    return list(rows.order_by("created_at", "pk")[:limit])


def count_decisions(actor: Actor, dossier_id: int) -> int:
    return Decision.objects.visible_to(actor).filter(dossier_id=dossier_id).count()


def decisions_by_number(actor: Actor, query: str, limit: int) -> list[Decision]:
    """By number, whole or from its beginning: "CSSS 2026/0211", "2026/02", "211" of this year or the last. Ranges of the index only."""
    found = re.fullmatch(r"(?:(?P<prefix>[^\d/]*?)\s*(?P<year>\d{4})\s*/\s*)?(?P<number>\d{0,6})", query.strip())
    if found is None or not (found["year"] or found["number"]):
        return []
    asked = (found["prefix"] or "").casefold()
    named = Q(pk__in=[])
    for prefix in Committee.objects.order_by("prefix").values_list("prefix", flat=True).distinct():
        if asked and prefix.casefold() != asked:
            continue
        if found["year"]:
            start = f"{prefix} {found['year']}/{found['number']}"
            named |= Q(number__gte=start, number__lt=start + ":")  # ":" comes after every digit
        else:
            year = clock.today().year
            named |= Q(number__in=[f"{prefix} {one}/{int(found['number']):04d}" for one in (year, year - 1)])
    rows = Decision.objects.visible_to(actor).filter(named).select_related("proposal__line")
    return list(rows.order_by("-decided_at", "-pk")[:limit])


def last_decision(line_id: int) -> Decision | None:
    return (
        Decision.objects.visible_to(READER)
        .filter(line_id=line_id)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .select_related("decided_version")
        .order_by("-decided_at", "-pk")
        .first()
    )


def settled_decision(line_id: int) -> Decision | None:
    """The decision that settles the line now: for aid, requests and the tracker."""
    return (
        Decision.objects.visible_to(READER)
        .filter(line_id=line_id, outcome__in=FINAL_OUTCOMES, replaced_by__isnull=True)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .select_related("decided_version")
        .order_by("-decided_at", "-pk")
        .first()
    )


def decision_states(line_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Per line: number, outcome, day, notification state and end of appeal, for cards and the tracker. Two queries."""
    states: dict[int, dict[str, Any]] = {}
    rows = (
        Decision.objects.visible_to(READER)
        .filter(line_id__in=list(line_ids), outcome__in=FINAL_OUTCOMES, replaced_by__isnull=True)
        .exclude(item__kind=ItemKind.RATIFICATION)
        .order_by("decided_at", "pk")
    )
    by_decision = {}
    for row in rows:
        states[row.line_id] = {
            "number": row.number,
            "outcome": row.outcome,
            "decided_on": row.decided_on,
            "notified_on": None,
            "appeal_until": None,
        }
        by_decision[row.pk] = row.line_id
    for pk, sent_on, until in (
        Notification.objects.visible_to(READER)
        .filter(decision__in=by_decision, state=NotificationState.SENT)
        .values_list("decision_id", "sent_on", "appeal_until")
    ):
        state = states[by_decision[pk]]
        state["notified_on"], state["appeal_until"] = sent_on, until
    return states


def sent_letters(line_ids: Iterable[int]) -> dict[int, Document]:
    """Per line: the letter that left, of the decision that counts now, for the person who follows the request. One query."""
    rows = (
        Notification.objects.visible_to(READER)
        .filter(
            decision__line_id__in=list(line_ids),
            decision__outcome__in=FINAL_OUTCOMES,
            decision__replaced_by__isnull=True,
            state=NotificationState.SENT,
            letter__isnull=False,
        )
        .select_related("decision", "letter__file")
        .order_by("sent_at", "pk")
    )
    return {row.decision.line_id: row.letter for row in rows}


def provisions_of(decision: Decision) -> list[dict[str, Any]]:
    return list(decision.decided_version.provisions)


@dataclass(frozen=True)
class SideBySide:
    """One line of "proposed" beside "decided"."""

    label: str
    proposed: str
    decided: str

    @property
    def differs(self) -> bool:
        return self.proposed != self.decided


def when(value: str | datetime | date | None) -> Any:
    """An instant or a day of a pack, as a value templates can print."""
    if isinstance(value, str) and value:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value
