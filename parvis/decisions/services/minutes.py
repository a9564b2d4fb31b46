"""The numbered minutes: written when the session closes, signed by president and secretary, rendered by a job."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import canonical, clock, jobs, mutations, numbers, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError, NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access, neighbours
from ..enums import MinutesState, SessionState
from ..errors import ForbiddenTransition
from ..models import AgendaItem, Decision, Minutes, Presence, Recusal, Session

STREAM = "context:decisions"


def _name(row: dict[str, Any]) -> Any:
    """What is granted, in each language: the committee reads the minutes in its own, whatever the letter speaks."""
    if row["kind"] in registries.provisions:
        return dict(registries.provisions.get(row["kind"]).title)
    return row.get("label", "")


def _amounts(provisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": row["kind"],
            "label": _name(row),
            "amount": row["amount"],
            "currency": row["currency"],
            "periodicity": row["periodicity"],
            "from": row["from"],
            "to": row["to"],
        }
        for row in provisions
    ]


def session_content(session: Session) -> dict[str, Any]:
    """What the minutes say, item by item, in the order of the agenda."""
    items = list(
        AgendaItem.unscoped.filter(session=session)
        .select_related("proposal__line", "decision__decided_version", "decision__proposed_version", "carried_to__session", "ratifies")
        .order_by("position", "pk")
    )
    names = neighbours.person_names([item.proposal.person_id for item in items])
    recused: dict[int, list[dict[str, Any]]] = {}
    for row in Recusal.objects.filter(item__session=session).order_by("pk"):
        recused.setdefault(row.item_id, []).append({"account": row.account_id, "label": row.label})
    entries = []
    for item in items:
        decision: Decision | None = getattr(item, "decision", None)
        entry: dict[str, Any] = {
            "item": item.pk,
            "proposal": item.proposal_id,
            "position": item.position,
            "late": item.late,
            "kind": item.kind,
            "list": item.list_kind,
            "person": names.get(item.proposal.person_id, "?"),
            "title": item.proposal.titles,
            "author": item.proposal.author_label,
            "state": item.state,
            "recused": recused.get(item.pk, []),
            "ratifies": item.ratifies.number if item.ratifies else None,
        }
        if decision is not None:
            entry |= {
                "number": decision.number,
                "outcome": decision.outcome,
                "reason": decision.reason,
                "deviates": decision.deviates,
                "counted": decision.present,
                "votes": {"for": decision.votes_for, "against": decision.votes_against, "abstain": decision.votes_abstain},
                "proposed": _amounts(decision.proposed_version.provisions),
                "decided": _amounts(decision.decided_version.provisions) if decision.outcome in ("granted", "adjusted") else [],
                "pack_sha256": decision.pack_sha256,
            }
        else:
            following = getattr(item, "carried_to", None)
            entry |= {
                "number": None,
                "carried_to": clock.date_of(following.session.starts_at) if following else None,
                "carry_reason": item.carry_reason,
            }
        entries.append(entry)
    content: dict[str, Any] = canonical.plain(
        {
            "committee": session.committee.name,
            "starts_at": session.starts_at,
            "on": clock.date_of(session.starts_at),
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
            "place": session.place,
            "quorum": session.quorum,
            "roll": [
                {"label": row.label, "role": row.role, "state": row.state, "voting": row.voting}
                for row in Presence.objects.filter(session=session).order_by("order", "label", "pk")
            ],
            "items": entries,
        }
    )
    return content


def write_minutes(*, actor: Actor, session: Session) -> Minutes:
    """Number and freeze the minutes of a session that just closed. Only `close_session` calls it."""
    if session.state != SessionState.CLOSED:
        raise ForbiddenTransition(session.get_state_display(), "write_minutes")
    year = clock.date_of(session.starts_at).year
    prefix = session.committee.prefix
    number = f"PV {prefix} {year}/{numbers.allot(f'minutes:{prefix}', year):03d}"
    content = session_content(session) | {"number": number}
    minutes = Minutes.unscoped.create(
        session=session,
        number=number,
        content=canonical.dumps(content),
        sha256=canonical.digest(content),
        created_at=clock.now(),
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="write_minutes",
        subject=SubjectRef("minutes", minutes.pk),
        values={"number": number, "sha256": minutes.sha256},
    )
    jobs.enqueue("decisions.render_minutes", SubjectRef("minutes", minutes.pk), version="draft")
    return minutes


@gesture
def sign_minutes(*, actor: Actor, minutes: Minutes, role: str) -> Minutes:
    """President and secretary sign off, each for himself; with both the minutes are final."""
    minutes = Minutes.unscoped.select_related("session").get(pk=minutes.pk)
    allowed = {"president": access.may_sign_as_president, "secretary": access.may_sign_as_secretary}
    if role not in allowed or actor.kind != "agent" or not allowed[role](actor, minutes.session):
        raise NotAllowed(_("Only the president and the secretary sign the minutes."))
    if minutes.state == MinutesState.SIGNED:
        raise ForbiddenTransition(minutes.get_state_display(), "sign")
    at, label = f"{role}_signed_at", f"{role}_label"
    if getattr(minutes, at) is not None:
        raise DomainError(_("Already signed by %(who)s.") % {"who": getattr(minutes, label)})
    other = "secretary" if role == "president" else "president"
    if getattr(minutes, f"{other}_label") == actor.label:
        raise NotAllowed(_("President and secretary are two different persons."))
    complete = getattr(minutes, f"{other}_signed_at") is not None
    changed = Minutes.unscoped.filter(pk=minutes.pk, state=MinutesState.DRAFT, **{f"{at}__isnull": True}).update(
        **{at: clock.now(), label: actor.label}, **({"state": MinutesState.SIGNED} if complete else {})
    )
    if not changed:
        raise ForbiddenTransition(minutes.get_state_display(), "sign")
    minutes.refresh_from_db()
    mutations.record(
        STREAM,
        actor=actor,
        verb="sign_minutes",
        subject=SubjectRef("minutes", minutes.pk),
        values={role: actor.label, "sha256": minutes.sha256},
    )
    if complete:
        jobs.enqueue("decisions.render_minutes", SubjectRef("minutes", minutes.pk), version="signed")
    return minutes


def without(content: dict[str, Any], proposal_ids: set[int]) -> dict[str, Any]:
    """The minutes as a recused member may read them: his cases are not there, and neither is their number."""
    kept = [entry for entry in content["items"] if entry["proposal"] not in proposal_ids]
    return content | {"items": [entry | {"position": place} for place, entry in enumerate(kept, start=1)]}
