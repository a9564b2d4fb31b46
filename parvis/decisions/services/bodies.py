"""Deciding bodies: who sits in them, and what the council delegated to whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..enums import MemberRole
from ..models import Committee, DelegationLimit, Membership

STREAM = "context:decisions"


def subject(thing: Any) -> SubjectRef:
    return SubjectRef(type(thing).__name__.lower(), thing.pk)


@gesture
def create_committee(*, actor: Actor, key: str, name: dict[str, str], prefix: str = "CSSS", quorum: int) -> Committee:
    """A deciding body. Safe to repeat: the key finds the one that exists."""
    committee, made = Committee.objects.get_or_create(key=key, defaults={"name": name, "prefix": prefix, "quorum": quorum})
    if made:
        mutations.record(STREAM, actor=actor, verb="create", subject=subject(committee), values={"key": key, "quorum": quorum})
    return committee


@gesture
def add_member(
    *,
    actor: Actor,
    committee: Committee,
    account_id: int,
    label: str,
    valid_from: date,
    role: str = MemberRole.MEMBER,
    voting: bool = True,
    order: int = 50,
    valid_to: date | None = None,
) -> Membership:
    """A member of the body from a day. The secretary usually has no vote."""
    member, made = Membership.objects.get_or_create(
        committee=committee,
        account_id=account_id,
        valid_from=valid_from,
        defaults={"label": label, "role": role, "voting": voting, "order": order, "valid_to": valid_to},
    )
    if made:
        mutations.record(STREAM, actor=actor, verb="add_member", subject=subject(committee), values={"account": account_id, "role": role})
    return member


@gesture
def set_limit(
    *,
    actor: Actor,
    committee: Committee,
    decider: str,
    provision_kind: str,
    max_amount: Any,
    valid_from: date,
    source: str,
    valid_to: date | None = None,
) -> DelegationLimit:
    """What the council delegated: up to `max_amount` (None = without limit) for a kind ("*" = every kind)."""
    limit, made = DelegationLimit.objects.get_or_create(
        committee=committee,
        decider=decider,
        provision_kind=provision_kind,
        valid_from=valid_from,
        defaults={"max_amount": max_amount, "valid_to": valid_to, "source": source},
    )
    if made:
        mutations.record(
            STREAM,
            actor=actor,
            verb="set_limit",
            subject=subject(committee),
            values={"decider": decider, "kind": provision_kind, "amount": max_amount},
        )
    return limit


def members_on(committee: Committee, day: date) -> list[Membership]:
    return list(Membership.objects.filter(committee=committee, valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)))
