"""Exceptional openings of a file, unusual look-ups and who of us is on file. Whether a person may ask is decided where the file lives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from ..access import may_audit
from ..errors import OpeningRefused
from ..models import Account, KeptReading, LookUp, Opening, OwnPerson, Unit
from .accounts import account_ref
from .guards import STREAM

SHORTEST_REASON = 15


def checked_reason(reason: str) -> str:
    """A reason in words.

    Raises:
        OpeningRefused: too short to be one.
    """
    text = " ".join(reason.split())
    if len(text) < SHORTEST_REASON:
        raise OpeningRefused(
            _("Say in a sentence why you need this file: the people responsible for it read what you write."), field="reason", code="reason"
        )
    return text[:2000]


@gesture
def open_exceptionally(*, actor: Actor, subject: SubjectRef, label: str, reason: str, hours: int) -> Opening:
    """Open a file to this agent for some hours. A second asking while it is open returns the first.

    Raises:
        OpeningRefused: no real reason; by proxy.
    """
    if not actor.is_agent or actor.account_id is None or actor.by_proxy:
        raise OpeningRefused(_("Only in your own name: stop acting for your colleague first."), code="proxy")
    text = checked_reason(reason)
    Account.objects.select_for_update().get(pk=actor.account_id)
    now = clock.now()
    running = Opening.objects.filter(
        account=actor.account_id, subject_type=subject.type, subject_id=subject.id, expires_at__gt=now, ended_at__isnull=True
    ).first()
    if running is not None:
        return running
    row = Opening.objects.create(
        account_id=actor.account_id,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=label[:120],
        reason=text,
        opened_at=now,
        expires_at=now + dt.timedelta(hours=hours),
    )
    record(STREAM, actor=actor, verb="opened_exceptionally", subject=subject, values={"until": row.expires_at}, note=text[:191])
    return row


@gesture
def end_opening(*, actor: Actor, opening: Opening) -> Opening:
    """Close it before its time: the agent, or whoever the caller found responsible for the file."""
    opening = Opening.objects.select_for_update().get(pk=opening.pk)
    if opening.ended_at is None and opening.expires_at > clock.now():
        opening.ended_at, opening.ended_by = clock.now(), actor.label[:120]
        opening.save(update_fields=["ended_at", "ended_by"])
        record(STREAM, actor=actor, verb="opening_ended", subject=SubjectRef(opening.subject_type, opening.subject_id))
    return opening


@gesture
def keep_reading(
    *, actor: Actor, subject: SubjectRef, unit: Unit, classes: Collection[str], valid_from: dt.date, valid_to: dt.date
) -> KeptReading:
    """A service that gave a file away may still read it, until the day before ``valid_to``. Who rules on it, and on which classes of data,
    is decided where the file lives."""
    row = KeptReading.objects.create(
        unit=unit,
        subject_type=subject.type,
        subject_id=subject.id,
        classes=",".join(sorted(set(classes))),
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=clock.now(),
        author_label=actor.label[:191],
    )
    values = {"unit": unit.code, "classes": row.class_names, "until": valid_to}
    record(STREAM, actor=actor, verb="reading_kept", subject=subject, values=values)
    return row


@gesture
def end_kept_reading(*, actor: Actor, row: KeptReading) -> KeptReading:
    """Before its day: from now on the service of before reads nothing of it."""
    today = clock.today()
    ended = KeptReading.objects.filter(pk=row.pk, ended_at__isnull=True, valid_to__gt=today).update(
        valid_to=max(today, row.valid_from), ended_at=clock.now(), ended_by_label=actor.label[:191]
    )
    if ended:
        record(STREAM, actor=actor, verb="kept_reading_ended", subject=SubjectRef(row.subject_type, row.subject_id))
    return KeptReading.objects.select_related("unit").get(pk=row.pk)


@gesture
def give_reason(*, actor: Actor, subject: SubjectRef, label: str, kinds: list[str], reason: str, hours: int) -> LookUp:
    """The reason for an unusual look-up, asked before the file is shown. It holds for some hours.

    Raises:
        OpeningRefused: no real reason.
    """
    text = checked_reason(reason)
    now = clock.now()
    row = LookUp.objects.create(
        account_id=actor.own_id,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=label[:120],
        kinds=",".join(kinds)[:120],
        reason=text,
        at=now,
        until=now + dt.timedelta(hours=hours),
    )
    record(STREAM, actor=actor, verb="look_up_explained", subject=subject, values={"kinds": kinds}, note=text[:191])
    return row


@gesture
def settle_look_up(*, actor: Actor, look_up: LookUp, finding: str) -> LookUp:
    """The auditor has read it, and says what was found.

    Raises:
        NotAllowed: not an auditor, or one's own look-up.
    """
    if not may_audit(actor) or look_up.account_id in actor.persons:
        raise NotAllowed(_("Only an auditor settles this, and nobody settles their own."))
    look_up.seen_at, look_up.seen_by, look_up.finding = clock.now(), actor.label[:120], finding.strip()[:191]
    look_up.save(update_fields=["seen_at", "seen_by", "finding"])
    record(
        STREAM,
        actor=actor,
        verb="look_up_settled",
        subject=SubjectRef(look_up.subject_type, look_up.subject_id),
        values={"agent": look_up.account_id},
        note=look_up.finding,
    )
    return look_up


@gesture
def link_own_person(*, actor: Actor, account: Account, person_id: int | None) -> None:
    """Say which person on file an agent is, or that there is none.

    Raises:
        NotAllowed: not an auditor.
        OpeningRefused: another agent is this person.
    """
    if not (may_audit(actor) or actor.is_system):
        raise NotAllowed(_("Only an auditor says which agent is on file."))
    before = OwnPerson.objects.filter(account=account).first()
    if person_id is not None and OwnPerson.objects.filter(person_id=person_id).exclude(account=account).exists():
        raise OpeningRefused(_("Another agent is already linked to this person."), field="number", code="taken")
    if person_id is None:
        OwnPerson.objects.filter(account=account).delete()
    else:
        OwnPerson.objects.update_or_create(
            account=account, defaults={"person_id": person_id, "recorded_at": clock.now(), "author_label": actor.label[:120]}
        )
    record(
        STREAM,
        actor=actor,
        verb="own_person_linked",
        subject=account_ref(account),
        values={"person": [before.person_id if before else None, person_id]},
    )
