"""Telling the person: the letter leaves with a proof, and the term of appeal starts."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, DomainError, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access, letters, neighbours
from ..enums import Channel, NotificationState, Outcome
from ..errors import ForbiddenTransition, NotificationRefused
from ..events import DecisionNotified
from ..models import Decision, Notification, Pack


def pack_of(decision: Decision) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Pack.unscoped.get(decision=decision).content)
    return content


def blocks_of(decision: Decision) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = pack_of(decision)["decided"]["blocks"]
    return blocks


def obstacles(decision: Decision, language: str) -> list[str]:
    """Why the letter may not leave, by name; empty = it may."""
    blocks = blocks_of(decision)
    found = [mention.label for mention in letters.mentions(blocks, language, final=True) if not mention.present]
    if decision.outcome == Outcome.REFUSED and letters.reasons_are_stock(blocks, extra=decision.reason):
        found.append(_("the refusal gives no fact of this person"))
    return found


@gesture
def send_notification(*, actor: Actor, notification: Notification, channel: str, reference: str) -> Notification:
    """Record that the letter left, on the clock's day, with the reference of its proof. Starts the term of appeal.

    Raises:
        NotificationRefused: a mandatory mention is missing, or the refusal has only stock reasons.
    """
    notification = Notification.unscoped.select_related("decision__proposal").get(pk=notification.pk)
    decision = notification.decision
    if actor.kind != "agent" or not access.may_notify(actor):
        raise NotAllowed(_("Only the secretariat, the lawyer or the chief sends notifications."))
    if channel not in Channel.values:
        raise DomainError(_("Choose how the letter leaves."), field="channel")
    if not reference.strip():
        raise DomainError(_("Give the reference of the proof: registered number, or who signed at the counter."), field="reference")
    missing = obstacles(decision, actor.language)
    if missing:
        raise NotificationRefused(_("The letter cannot leave: %(what)s.") % {"what": ", ".join(missing)})
    if notification.letter_id is None:
        raise NotificationRefused(_("The letter is still being prepared. Try again in a moment."))
    now, today = clock.now(), clock.today()
    done = Notification.unscoped.filter(pk=notification.pk, state=NotificationState.TO_SEND).update(
        state=NotificationState.SENT,
        channel=channel,
        reference=reference.strip(),
        sent_at=now,
        sent_on=today,
        sent_by_label=actor.label,
    )
    if not done:
        notification.refresh_from_db()
        raise Conflict(
            _("%(who)s has already recorded the sending.") % {"who": notification.sent_by_label},
            who=notification.sent_by_label,
            when=notification.sent_at,
            yours={"reference": reference},
            theirs={"reference": notification.reference},
        )
    neighbours.meet_clock(actor, decision.line_id, "notify")
    until = neighbours.start_clock(actor, decision.line_id, "appeal", started_by=reference.strip())
    Notification.unscoped.filter(pk=notification.pk).update(appeal_until=until)
    notification.refresh_from_db()
    mutations.record(
        f"dossier:{decision.dossier_id}",
        actor=actor,
        verb="notify",
        subject=SubjectRef("decision", decision.pk),
        values={
            "channel": channel,
            "reference": reference.strip(),
            "sent_on": today,
            "appeal_until": until,
            "letter": notification.letter_sha256,
        },
    )
    neighbours.progress(actor, decision.line_id, "notified", outcome=decision.outcome)
    neighbours.step(actor, decision.dossier_id, "notified", decision.number, f"{notification.get_channel_display()} {reference.strip()}")
    publish(
        DecisionNotified(
            actor=actor,
            process_subject=SubjectRef("request_line", decision.line_id),
            outcome=decision.outcome,
            decision_id=decision.pk,
            notification_id=notification.pk,
            line_id=decision.line_id,
            dossier_id=decision.dossier_id,
            channel=channel,
        )
    )
    return notification


@gesture
def record_return(*, actor: Actor, notification: Notification, reason: str) -> Notification:
    """The post brought the letter back: the proof stays, a new sending is to be made."""
    if actor.kind != "agent" or not access.may_notify(actor):
        raise NotAllowed(_("Only the secretariat, the lawyer or the chief records returned letters."))
    if not reason.strip():
        raise DomainError(_("Say what the post wrote on it."), field="reason")
    done = Notification.unscoped.filter(pk=notification.pk, state=NotificationState.SENT).update(
        state=NotificationState.RETURNED, live=None, return_reason=reason.strip()
    )
    if not done:
        notification.refresh_from_db()
        raise ForbiddenTransition(notification.get_state_display(), "return")
    old = Notification.unscoped.select_related("decision").get(pk=notification.pk)
    new = Notification.unscoped.create(decision=old.decision, person_id=old.person_id, language=old.language, created_at=clock.now())
    jobs.enqueue("decisions.render_letter", SubjectRef("notification", new.pk))
    mutations.record(
        f"dossier:{old.decision.dossier_id}",
        actor=actor,
        verb="letter_returned",
        subject=SubjectRef("decision", old.decision_id),
        values={"reference": old.reference},
        note=reason.strip(),
    )
    neighbours.step(actor, old.decision.dossier_id, "letter_returned", old.decision.number, reason.strip())
    return new
