"""Deciding bodies and their dated mandates. A mandate is never rewritten: it is ended, and another one begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from parvis.identity.api import Account
from parvis.identity.enums import Function
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from ..enums import Decider, MemberRole
from ..models import Committee, DelegationLimit, Membership, Presence

STREAM = "context:decisions"
#: The order in which members are named, by role.
ORDER = {MemberRole.PRESIDENT: 10, MemberRole.MEMBER: 50, MemberRole.ALTERNATE: 70, MemberRole.SECRETARY: 90}


class CommitteeRefused(DomainError):
    """A body or a mandate cannot be as asked. The message says why."""


def may_keep_committees(actor: Actor) -> bool:
    """Who sits, and how many must: set up by the administrator, after the council decided it."""
    return actor.is_system or (actor.is_agent and actor.has(Function.ADMINISTRATOR))


def ref_of(committee: Committee) -> SubjectRef:
    return SubjectRef("committee", committee.pk)


def _require(actor: Actor) -> None:
    if not may_keep_committees(actor):
        raise NotAllowed(_("Only an administrator changes committees and their members."))


def _named(name: dict[str, str], quorum: int) -> dict[str, str]:
    """The names that were given, of a body that at least one member can decide for."""
    names = {code: text.strip() for code, text in name.items() if text and text.strip()}
    if not names:
        raise CommitteeRefused(_("Give the committee a name in at least one language."), field="name_fr", code="name")
    if quorum < 1:
        raise CommitteeRefused(_("At least one member is needed to decide."), field="quorum", code="quorum")
    return names


@gesture
def change_committee(*, actor: Actor, committee: Committee, name: dict[str, str], quorum: int) -> Committee:
    """Rename a body or change its quorum. Sessions already planned keep the quorum they were planned with.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: no name, or nobody would be needed to decide.
    """
    _require(actor)
    names = _named(name, quorum)
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    wanted: dict[str, Any] = {"name": names, "quorum": quorum}
    changed = {key: [getattr(committee, key), value] for key, value in wanted.items() if getattr(committee, key) != value}
    if changed:
        for key, (_old, new) in changed.items():
            setattr(committee, key, new)
        committee.save(update_fields=list(changed))
        mutations.record(STREAM, actor=actor, verb="committee.changed", subject=ref_of(committee), values=changed)
    return committee


@gesture
def found_committee(*, actor: Actor, name: dict[str, str], prefix: str, quorum: int) -> Committee:
    """Set up a deciding body. ``prefix`` begins the numbers of its decisions and never changes afterwards.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: no name, no or a known prefix, or nobody would be needed to decide.
    """
    _require(actor)
    names = _named(name, quorum)
    sign = prefix.strip().upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9-]{1,9}", sign):
        raise CommitteeRefused(_("Two to ten capital letters or digits, beginning with a letter."), field="prefix", code="prefix")
    if Committee.objects.filter(Q(prefix=sign) | Q(key=sign.lower())).exists():
        raise CommitteeRefused(_("Another committee numbers its decisions %(prefix)s.") % {"prefix": sign}, field="prefix", code="known")
    committee = Committee.objects.create(key=sign.lower(), name=names, prefix=sign, quorum=quorum)
    values = {"key": committee.key, "name": names, "quorum": quorum}
    mutations.record(STREAM, actor=actor, verb="create", subject=ref_of(committee), values=values)
    return committee


@gesture
def delegate(
    *, actor: Actor, committee: Committee, decider: str, provision_kind: str, max_amount: Decimal | None, valid_from: date, source: str
) -> DelegationLimit:
    """What the council delegated from a day on. The limit that held for the same decider and kind ends the eve; nothing is rewritten.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: no decision of the council is named, a limit begins that day already, or a later one is known.
    """
    _require(actor)
    if decider not in Decider.values:
        raise CommitteeRefused(_("Choose who decides."), field="decider", code="decider")
    if max_amount is not None and max_amount <= 0:
        raise CommitteeRefused(_("The amount must be above zero, or empty for no limit."), field="max_amount", code="amount")
    if len(source.strip()) < 5:
        raise CommitteeRefused(_("Name the decision of the council and its day."), field="source", code="source")
    Committee.objects.select_for_update().get(pk=committee.pk)
    same = DelegationLimit.objects.filter(committee=committee, decider=decider, provision_kind=provision_kind)
    held = same.exclude(valid_to__lt=F("valid_from"))  # one that was ended before its first day holds on no day and is in nobody's way
    if held.filter(valid_from__gte=valid_from).exists():
        raise CommitteeRefused(_("A limit that begins that day or later is known: end it first."), field="valid_from", code="later")
    for before in held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)).select_related("committee"):
        _end(actor, before, valid_from - timedelta(days=1))
    # Two limits of one first day cannot be told apart: one that never held gives its place, its old values stand in the journal.
    limit, _made = same.update_or_create(
        committee=committee,
        decider=decider,
        provision_kind=provision_kind,
        valid_from=valid_from,
        defaults={"max_amount": max_amount, "valid_to": None, "source": source.strip()[:200]},
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="set_limit",
        subject=ref_of(committee),
        values={"decider": decider, "kind": provision_kind, "amount": str(max_amount) if max_amount else "", "valid_from": valid_from},
        note=limit.source,
    )
    return limit


@gesture
def end_limit(*, actor: Actor, limit: DelegationLimit, last_day: date) -> DelegationLimit:
    """The last day of a delegation. What was decided under it stays; from the next day on the council decides.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: before its first day, or another limit follows before that day.
    """
    _require(actor)
    if last_day < limit.valid_from - timedelta(days=1):
        raise CommitteeRefused(_("This day lies before the delegation began."), field="last_day", code="period")
    after = DelegationLimit.objects.filter(
        committee=limit.committee_id, decider=limit.decider, provision_kind=limit.provision_kind, valid_from__gt=limit.valid_from
    )
    if after.filter(valid_from__lte=last_day).exists():
        raise CommitteeRefused(_("Another limit begins before that day."), field="last_day", code="overlap")
    if limit.valid_to != last_day:
        _end(actor, limit, last_day)
    return limit


def _end(actor: Actor, limit: DelegationLimit, last_day: date) -> None:
    values = {"decider": limit.decider, "kind": limit.provision_kind, "last_day": [limit.valid_to, last_day]}
    DelegationLimit.objects.filter(pk=limit.pk).update(valid_to=last_day)
    limit.valid_to = last_day
    mutations.record(STREAM, actor=actor, verb="limit.ended", subject=ref_of(limit.committee), values=values)


def _overlapping(committee: Committee, start: date, last: date | None) -> Any:
    """Mandates of the body that hold on a day of the period. ``valid_to`` is the last day."""
    rows = Membership.objects.filter(committee=committee).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
    return rows.filter(valid_from__lte=last) if last else rows


@gesture
def open_mandate(
    *,
    actor: Actor,
    committee: Committee,
    account: Account,
    role: str,
    valid_from: date,
    last_day: date | None = None,
    voting: bool | None = None,
) -> Membership:
    """A person sits from a day. President, members and alternates vote; the secretary does not unless it is said.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: the person already sits, another one presides, or the period is void.
    """
    _require(actor)
    Committee.objects.select_for_update().get(pk=committee.pk)
    if role not in MemberRole.values:
        raise CommitteeRefused(_("Choose the place in the committee."), field="role", code="role")
    if last_day is not None and last_day < valid_from:
        raise CommitteeRefused(_("The end lies before the start."), field="last_day", code="period")
    if not account.is_active:
        raise CommitteeRefused(_("This account is closed."), field="account", code="closed")
    sits = _overlapping(committee, valid_from, last_day)
    own = sits.filter(account=account).order_by("valid_from").first()
    if own is not None:
        raise CommitteeRefused(
            _("%(name)s already sits since %(day)s: end that mandate first.") % {"name": own.label, "day": formats.day(own.valid_from)},
            field="account",
            code="sits",
        )
    if Membership.objects.filter(committee=committee, account=account, valid_from=valid_from).exists():
        raise CommitteeRefused(_("A mandate of this person already began that day."), field="valid_from", code="start")
    if role == MemberRole.PRESIDENT and (other := sits.filter(role=role).order_by("valid_from").first()) is not None:
        raise CommitteeRefused(
            _("%(name)s presides since %(day)s: end that mandate first.") % {"name": other.label, "day": formats.day(other.valid_from)},
            field="role",
            code="president",
        )
    member = Membership.objects.create(
        committee=committee,
        account=account,
        label=account.display_name,
        role=role,
        voting=role != MemberRole.SECRETARY if voting is None else voting,
        order=ORDER[MemberRole(role)],
        valid_from=valid_from,
        valid_to=last_day,
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="mandate.opened",
        subject=ref_of(committee),
        values={"member": member.label, "role": str(role), "voting": member.voting, "valid_from": valid_from, "last_day": last_day},
    )
    return member


@gesture
def end_mandate(*, actor: Actor, mandate: Membership, last_day: date) -> Membership:
    """Say the last day of a mandate, or change it. The eve of the first day says that it never held. Minutes and rolls of the past stay.

    Raises:
        NotAllowed: not an administrator.
        CommitteeRefused: before the mandate began, or another mandate of the person follows.
    """
    _require(actor)
    if last_day < mandate.valid_from - timedelta(days=1):
        raise CommitteeRefused(_("This day lies before the mandate began."), field="last_day", code="period")
    after = Membership.objects.filter(committee=mandate.committee_id, account=mandate.account_id, valid_from__gt=mandate.valid_from)
    if after.filter(valid_from__lte=last_day).exists():
        raise CommitteeRefused(_("Another mandate of this person begins before that day."), field="last_day", code="overlap")
    if mandate.role == MemberRole.PRESIDENT:
        sits = _overlapping(mandate.committee, mandate.valid_from, last_day).filter(role=MemberRole.PRESIDENT).exclude(pk=mandate.pk)
        if sits.exists():
            raise CommitteeRefused(_("Another person presides before that day."), field="last_day", code="president")
    old = mandate.valid_to
    if old != last_day:
        Membership.objects.filter(pk=mandate.pk).update(valid_to=last_day)
        mandate.valid_to = last_day
        mutations.record(
            STREAM,
            actor=actor,
            verb="mandate.ended",
            subject=ref_of(mandate.committee),
            values={"member": mandate.label, "last_day": [old, last_day]},
        )
    return mandate


def check_alternates(roll: Iterable[Presence], here: set[int]) -> None:
    """An alternate sits in the place of somebody: never more alternates in the room than voting members away.

    Raises:
        CommitteeRefused: there is no place for so many; nothing was changed.
    """
    rows = [row for row in roll if row.voting]
    sitting = [row for row in rows if row.role == MemberRole.ALTERNATE and row.account_id in here]
    away = [row for row in rows if row.role != MemberRole.ALTERNATE and row.account_id not in here]
    if len(sitting) > len(away):
        raise CommitteeRefused(
            _("%(name)s is an alternate and sits only in the place of a member who is away.") % {"name": sitting[-1].label},
            code="alternate",
        )


# What a centre is set up with, and safe to repeat ------------------------------------------------------------------------
@gesture
def create_committee(*, actor: Actor, key: str, name: dict[str, str], prefix: str = "CSSS", quorum: int) -> Committee:
    """A deciding body. Safe to repeat: the key finds the one that exists."""
    committee, made = Committee.objects.get_or_create(key=key, defaults={"name": name, "prefix": prefix, "quorum": quorum})
    if made:
        mutations.record(STREAM, actor=actor, verb="create", subject=ref_of(committee), values={"key": key, "quorum": quorum})
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
        mutations.record(STREAM, actor=actor, verb="add_member", subject=ref_of(committee), values={"account": account_id, "role": role})
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
            subject=ref_of(committee),
            values={"decider": decider, "kind": provision_kind, "amount": max_amount},
        )
    return limit


def members_on(committee: Committee, day: date) -> list[Membership]:
    return list(Membership.objects.filter(committee=committee, valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)))
