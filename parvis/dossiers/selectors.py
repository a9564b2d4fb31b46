"""Shared reads. All take the day on which the dossier is read; ``known_on`` reads as it was known at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from parvis.contacts.api import PersonCard, person_cards
from parvis.kernel import clock
from parvis.kernel.actor import Actor

from .enums import MemberRole, ReferentRole
from .models import Dossier, DossierMember, Referent, SituationFact

_ROLE_ORDER = [role.value for role in MemberRole]


@dataclass(frozen=True)
class MemberView:
    """A member with the card that the reader may see. ``left_on``: last day, for members gone in the year before."""

    member: DossierMember
    card: PersonCard | None
    left_on: dt.date | None = None

    @property
    def is_lead(self) -> bool:
        return self.member.role == MemberRole.APPLICANT


def visible_dossier(actor: Actor, dossier_id: int) -> Dossier:
    """Raises Dossier.DoesNotExist when there is none, or it is outside the scope."""
    return Dossier.objects.visible_to(actor).select_related("unit").get(pk=dossier_id)


def members_at(dossier_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[DossierMember]:
    """Members on a day: the applicant first, then by role."""
    rows = DossierMember.unscoped.filter(dossier=dossier_id).at(day or clock.today(), known_on)
    return sorted(rows, key=lambda row: (not row.in_household, _ROLE_ORDER.index(row.role), row.valid_from, row.pk))


def member_views(actor: Actor, dossier_id: int, day: dt.date, known_on: dt.datetime | None = None) -> list[MemberView]:
    """Members on a day with their cards, and those who left in the year before."""
    rows = list(DossierMember.unscoped.filter(dossier=dossier_id).known(known_on).order_by("valid_from", "pk"))
    there = [row for row in rows if row.valid_from <= day < row.valid_to]
    there.sort(key=lambda row: (not row.in_household, _ROLE_ORDER.index(row.role), row.valid_from, row.pk))
    here = {row.person_id for row in there}
    since = day - dt.timedelta(days=365)
    left = {row.person_id: row for row in rows if since < row.valid_to <= day and row.person_id not in here}
    leads = [row.person_id for row in there if row.role == MemberRole.APPLICANT]
    cards = person_cards(actor, [row.person_id for row in [*there, *left.values()]], day, known_on, brief=True, homes_of=leads)
    found = [MemberView(row, cards.get(row.person_id)) for row in there]
    return found + [MemberView(row, cards.get(row.person_id), row.valid_to - dt.timedelta(days=1)) for row in left.values()]


def household_size(dossier_id: int, day: dt.date | None = None) -> int:
    return sum(1 for row in members_at(dossier_id, day) if row.in_household)


def referents_at(dossier_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[Referent]:
    order = [role.value for role in ReferentRole]
    rows = Referent.unscoped.filter(dossier=dossier_id).select_related("account").at(day or clock.today(), known_on)
    return sorted(rows, key=lambda row: (order.index(row.role), row.pk))


def referent_of(dossier_id: int, day: dt.date | None = None, role: str = ReferentRole.MAIN) -> int | None:
    """Account id of the referent on a day."""
    row = Referent.unscoped.filter(dossier=dossier_id, role=role).at(day or clock.today()).order_by("pk").first()
    return row.account_id if row else None


def situation_at(
    dossier_id: int,
    day: dt.date | None = None,
    *,
    actor: Actor | None = None,
    known_on: dt.datetime | None = None,
    kinds: Collection[str] = (),
) -> list[SituationFact]:
    """Lines that hold on a day. With ``actor``, only those that the actor may see; without, all (services and rules)."""
    rows: QuerySet[SituationFact] = SituationFact.objects.visible_to(actor) if actor is not None else SituationFact.unscoped.all()
    rows = rows.filter(dossier=dossier_id).at(day or clock.today(), known_on)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return list(rows.order_by("kind", "valid_from", "pk"))


def dossiers_of(actor: Actor, person_id: int) -> list[Dossier]:
    """Visible dossiers in which a person is, or was, a member; open ones first."""
    ids = DossierMember.unscoped.filter(person=person_id, live=1).order_by().values("dossier_id")
    return list(Dossier.objects.visible_to(actor).filter(pk__in=ids).order_by("-status", "-number", "-pk"))


def number_and_uuid(dossier_id: int) -> tuple[str, UUID]:
    """What a link to a dossier needs; whether the reader may follow it is decided where it leads."""
    number, uuid = Dossier.unscoped.values_list("number", "uuid").get(pk=dossier_id)
    return number, uuid


def is_member(dossier_id: int, person_id: int) -> bool:
    """Is, or was, the person in the dossier?"""
    return DossierMember.unscoped.filter(dossier=dossier_id, person=person_id, live=1).exists()


def main_referents(day: dt.date | None = None) -> QuerySet[Referent]:
    """Main referents on a day, for joining to dossiers that are scoped already."""
    return Referent.unscoped.filter(role=ReferentRole.MAIN).at(day or clock.today()).select_related("account")


def memberships_of(person_ids: Collection[int]) -> QuerySet[DossierMember]:
    """Memberships known now of some persons, for joining to dossiers that are scoped already."""
    return DossierMember.unscoped.filter(person__in=person_ids, live=1)


def followed_by(account_id: int) -> QuerySet[Referent]:
    """Subquery: dossiers of which the account is a referent today, in whatever role."""
    return Referent.unscoped.filter(account=account_id).at(clock.today()).order_by().values("dossier_id")
