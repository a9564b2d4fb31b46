"""What an account shows: the one rule, and the lists made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from parvis.contacts import api as contacts
from parvis.decisions import api as decisions
from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.procedures import api as procedures
from parvis.requests import api as requests

from .models import CitizenAccount, CitizenDraft, CitizenRequest, OpeningCode

MOST = 500
PAGE = 20


def theirs(account: CitizenAccount) -> Q:
    """Which requests. Identity seen: all of which this person is the requester today, whatever the channel, and those of their own that nobody
    has taken up yet; never another person's, of the same household or not. Not seen yet: those that codes opened."""
    kept = Q(pk__in=CitizenRequest.objects.filter(account=account).order_by().values("request"))
    if account.person_id is None:
        return kept
    return Q(applicant=contacts.resolve_person(account.person_id)) | (kept & Q(applicant__isnull=True))


def refs_of(account: CitizenAccount) -> frozenset[tuple[str, int]]:
    """What the account opens, as the scopes of requests and drafts ask it."""
    rows = requests.Request.unscoped.filter(theirs(account)).order_by("-received_at", "-pk")[:MOST]
    found = {("request", pk) for pk in rows.values_list("pk", flat=True)}
    drafts = CitizenDraft.objects.filter(account=account).order_by("-pk")[:MOST]
    return frozenset(found | {("draft", pk) for pk in drafts.values_list("draft_id", flat=True)})


@dataclass(frozen=True)
class Line:
    """A request as the list shows it."""

    request: requests.Request
    tracker: requests.Tracker
    letters: tuple[UUID, ...]


def lines_of(actor: Actor, after: str = "") -> tuple[list[Line], str]:
    """Requests that the citizen may open, the latest first, and the mark of the next page. A fixed number of queries."""
    rows = requests.Request.objects.visible_to(actor).select_related("procedure__procedure", "unit")
    if after.isascii() and after.isdigit() and len(after) < 19:
        last = requests.Request.objects.visible_to(actor).filter(pk=int(after)).first()
        if last is not None:
            rows = rows.filter(Q(received_at__lt=last.received_at) | Q(received_at=last.received_at, pk__lt=last.pk))
    found = list(rows.order_by("-received_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    trackers = requests.trackers(shown)
    lines = requests.RequestLine.objects.visible_to(actor).filter(request__in=shown).order_by("pk")
    by_request: dict[int, list[requests.RequestLine]] = {}
    for line in lines:
        by_request.setdefault(line.request_id, []).append(line)
    letters = decisions.sent_letters([line.pk for group in by_request.values() for line in group])
    return [
        Line(row, trackers[row.pk], tuple(line.uuid for line in by_request.get(row.pk, []) if line.pk in letters)) for row in shown
    ], str(shown[-1].pk) if len(found) > PAGE else ""


def drafts_in_words(drafts: Sequence[forms.Draft]) -> list[dict[str, Any]]:
    """Requests in preparation, with the name of what is asked."""
    return [{"draft": draft, "title": procedures.version(int(draft.purpose.rsplit(":", 1)[1])).definition["title"]} for draft in drafts]


# At the desk ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Held:
    """How a person stands with the portal, for the agent."""

    accounts: list[CitizenAccount]
    waiting: list[tuple[CitizenAccount, list[requests.Request]]]
    opening: OpeningCode | None
    closed: list[CitizenAccount]


def held_by(actor: Actor, person_id: int) -> Held:
    """Accounts of a person; those that a code of a request of theirs opened and nobody confirmed yet, as far as the agent sees the request; the
    code that was given and still opens."""
    rows = list(CitizenAccount.objects.filter(person=person_id)[:50])
    kept = CitizenRequest.objects.filter(
        account__live=1, account__person__isnull=True, request__applicant=person_id, request__in=_visible(actor, person_id)
    ).select_related("account", "request")
    waiting: dict[int, tuple[CitizenAccount, list[requests.Request]]] = {}
    for row in kept.order_by("pk")[:50]:
        waiting.setdefault(row.account_id, (row.account, []))[1].append(row.request)
    given = OpeningCode.objects.filter(person=person_id, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now())
    return Held(
        accounts=[row for row in rows if row.live],
        waiting=list(waiting.values()),
        opening=given.first(),
        closed=[row for row in rows if not row.live],
    )


def _visible(actor: Actor, person_id: int) -> Any:
    return requests.Request.objects.visible_to(actor).filter(applicant=person_id).order_by().values("pk")


def account_of(actor: Actor, uuid: str, person_id: int) -> CitizenAccount | None:
    """A live account that is this person's, or that the agent sees waiting to be confirmed as theirs."""
    held = held_by(actor, person_id)
    return next((row for row in [*held.accounts, *(row for row, _numbers in held.waiting)] if str(row.uuid) == uuid), None)


def masked(email: str) -> str:
    """Enough to recognise one's own: "a•••@example.be"."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}" if domain else "•••"
