"""The category by which a person is helped on a day: of the decision whose right held then, as it was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from parvis.decisions.api import provision_from_json
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.periods import OPEN_END
from parvis.ui import formats

from .enums import EntitlementState
from .models import Entitlement
from .provisions import CATEGORY

MOST = 12
#: Only tells when a right that the reader sees was replaced.
_READER = system_actor("aid.categories")


@dataclass(frozen=True)
class Category:
    """``valid_to``: the first day on which it no longer holds, as it was known."""

    value: str
    valid_from: date
    valid_to: date
    aid: str
    decided_on: date
    decision_number: str
    decision_uuid: UUID
    holds: bool

    @property
    def text(self) -> str:
        return dict(choices()).get(self.value, self.value)


def choices() -> list[tuple[str, str]]:
    """The three categories of the law, in the reader's language."""
    return [(value, formats.label(text)) for value, text in CATEGORY.choices]


def _decided(actor: Actor) -> Any:
    """Rights that a decision opened by a category, in the files of this reader."""
    return Entitlement.objects.visible_to(actor).exclude(category="").exclude(state=EntitlementState.WAITING).filter(decision__isnull=False)


def categories_of(actor: Actor, person_id: int, day: date, known: date | None = None) -> list[Category]:
    """What holds on the day first, then the others, newest decision first. A decision taken after ``known`` was not known: neither it, nor
    what it ended.
    """
    known = known or clock.today()
    rows = _decided(actor).filter(beneficiary=person_id, decision__decided_on__lte=known).select_related("decision__decided_version")
    found = list(rows.order_by("-decision__decided_on", "-pk")[:MOST])
    later = Entitlement.objects.visible_to(_READER).filter(replaces__in=[row.pk for row in found if row.state == EntitlementState.REPLACED])
    ended_later = set(later.filter(decision__decided_on__gt=known).values_list("replaces", flat=True))
    made = []
    for row in found:
        end = _first_end(row) if row.pk in ended_later else row.valid_to
        decision = row.decision
        made.append(
            Category(
                row.category,
                row.valid_from,
                end,
                formats.label(row.title),
                decision.decided_on,
                decision.number,
                decision.uuid,
                holds=row.valid_from <= day < end,
            )
        )
    return sorted(made, key=lambda one: not one.holds)


def _first_end(row: Entitlement) -> date:
    """The end that its own decision gave it, before another one replaced it."""
    for data in row.decision.decided_version.provisions:
        if data.get("key") == row.provision_key:
            last = provision_from_json(data).to_on
            return date.fromordinal(last.toordinal() + 1) if last else OPEN_END
    return row.valid_to


def of_today(actor: Actor) -> Subquery:
    """The category of a person in a list, today."""
    today = clock.today()
    held = Q(valid_from__lte=today, valid_to__gt=today)
    rows = _decided(actor).filter(held, beneficiary=OuterRef("pk")).order_by("-decision__decided_on", "-pk")
    return Subquery(rows.values("category")[:1])
