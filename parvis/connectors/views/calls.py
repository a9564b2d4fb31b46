"""The log of calls to the outside, for those who answer for it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.links import links
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, page, screen

from .. import selectors
from ..access import may_read_calls
from ..models import Call
from ..registry import connectors, purpose_in_words


def _title(key: str) -> Any:
    return connectors.get(key).title if key in connectors else key


def _about(actor: Actor, calls: list[Call]) -> dict[SubjectRef, tuple[str, str]]:
    """What each call was about, with its page where the reader may open it; of a person he may not see, the file number alone."""
    return {subject: (name or str(subject), url) for subject, (name, url) in links(actor, [row.subject for row in calls]).items()}


@screen(access=may_read_calls, name="connectors.calls")
def index(request: Request) -> HttpResponse:
    after = request.GET.get("after", "")
    rows = selectors.calls(request.actor, after=after)
    more = len(rows) > 50
    rows = rows[:50]
    about = _about(request.actor, rows)
    context = {
        "rows": [
            {"call": row, "title": _title(row.connector), "about": about[row.subject], "purpose": purpose_in_words(row.purpose)}
            for row in rows
        ],
        "pager": {"next": f"?after={rows[-1].pk}" if more else "", "previous": "?" if after else "", "text": ""} if more or after else None,
    }
    return page(request, "connectors/calls.html", context)


def find(request: Request, uuid: Any) -> Call:
    row = selectors.call_by_uuid(request.actor, str(uuid))
    if row is None:
        raise Http404("call")
    mutations.record_read(actor=request.actor, subject=SubjectRef("call", row.pk), screen=request.screen.name)
    return row


@screen(access=may_read_calls, name="connectors.call")
def call(request: Request, uuid: Any) -> HttpResponse:
    row = find(request, uuid)
    return page(
        request,
        "connectors/call.html",
        {
            "call": row,
            "title": _title(row.connector),
            "about": _about(request.actor, [row])[row.subject],
            "purpose": purpose_in_words(row.purpose),
            "answers": selectors.answers(request.actor, row),
        },
    )


@screen(access=may_read_calls, name="connectors.call_request")
def request_file(request: Request, uuid: Any) -> HttpResponse:
    row = find(request, uuid)
    return _file(row.request_name, bytes(row.request))


@screen(access=may_read_calls, name="connectors.call_answer")
def answer_file(request: Request, uuid: Any, answer_id: int) -> HttpResponse:
    row = selectors.answer_content(request.actor, find(request, uuid), answer_id)
    if row is None:
        raise Http404("answer")
    return _file(row.name, bytes(row.content))


def _file(name: str, content: bytes) -> HttpResponse:
    safe = "".join(c for c in name if c.isalnum() or c in "-_.") or "file"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{safe}"', "X-Content-Type-Options": "nosniff"},
    )
