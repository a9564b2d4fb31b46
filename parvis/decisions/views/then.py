"""A proposal and a session as they stood on a past day: to read, with nothing to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from parvis.kernel import clock
from parvis.kernel.asof import PastView
from parvis.ui import formats
from parvis.ui.http import Request, page

from .. import access, letters, neighbours, past
from ..enums import ProposalState
from ..models import Proposal, Session
from ..services import packs, sessions


def proposal_then(request: Request, found: Proposal, view: PastView) -> HttpResponse:
    actor = request.actor
    version = past.version_then(actor, found, view)
    if found.created_at >= view.until or version is None:
        return page(request, "decisions/not_yet.html", {"title": found.name, "day": view.day})
    decisions = past.decisions_then(actor, found, view)
    reached = past.steps_of(found, decisions, view)
    past.as_it_stood(found, reached, view)
    context: dict[str, Any] = {
        "proposal": found,
        "line": neighbours.line(found.line_id),
        "name": neighbours.person_name(actor, found.person_id),
        "version": version,
        "steps": reached,
        "decisions": decisions,
        "returned": reached[-1] if found.state == ProposalState.RETURNED and reached[-1].reason else None,
        "blocks": letters.page_blocks(version.blocks, {}),
        "letter": letters.envelope(found, version.blocks),
        "described": packs.describe_provisions(version.provisions),
        "trees": letters.trees(version, None, formats.language()),
        "mentions": letters.checklist(version.blocks),
        "opinions": past.opinions_then(actor, found, view),
    }
    return page(request, "decisions/proposal_then.html", context)


def session_then(request: Request, session: Session, view: PastView) -> HttpResponse:
    """The agenda, which every reader of a session opens; committee mode is for those who decide today."""
    actor = request.actor
    session.state = past.session_state(session, view)
    context: dict[str, Any] = {
        "session": session,
        "view": past.agenda_then(actor, session, view),
        "may_run": False,
        "sits": False,
        "minutes": past.minutes_then(actor, session, view) if access.may_see_committee(actor) else None,
        "members": sessions.members_on(session.committee, clock.date_of(session.starts_at)),
    }
    return page(request, "decisions/agenda.html", context)
