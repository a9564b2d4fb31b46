"""What was typed while the session ended: it travels through the page that asks for the code, and is kept in the draft afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from parvis.form_engine import api as forms

from . import visitors

PREFIX = "kept."
MOST_FIELDS = 400
MOST_CHARACTERS = 100_000
SKIPPED = {"csrfmiddlewaretoken", "idempotency_key", "add", "remove", "drop", "later"}


def carried(request: HttpRequest, uuid: UUID | None = None, page: str = "") -> list[tuple[str, str]]:
    """Hidden fields for the page that asks for the code: of the question just posted, or those that it carries already."""
    if uuid is not None:
        pairs = [(PREFIX + key, value) for key in request.POST if key not in SKIPPED for value in request.POST.getlist(key)]
        pairs += [(PREFIX + "draft", str(uuid)), (PREFIX + "page", page)]
    else:
        pairs = [(key, value) for key in request.POST if key.startswith(PREFIX) for value in request.POST.getlist(key)]
    fits = len(pairs) <= MOST_FIELDS and sum(len(value) for _key, value in pairs) <= MOST_CHARACTERS
    return pairs if fits else []


def put_back(request: HttpRequest, draft: forms.Draft, channel: str) -> str:
    """Keep in the draft what was carried for it. Returns the page where the person was, empty when nothing was carried."""
    if request.POST.get(PREFIX + "draft", "") != str(draft.uuid):
        return ""
    page = request.POST.get(PREFIX + "page", "")
    if page not in {row["key"] for row in draft.form.definition["pages"]}:
        return ""
    post = QueryDict(mutable=True)
    for key, value in carried(request):
        post.appendlist(key.removeprefix(PREFIX), value)
    nothing: MultiValueDict[str, Any] = MultiValueDict()
    forms.handle_post(
        actor=visitors.citizen(request),
        draft=draft,
        pages=[page],
        post=post,
        files=nothing,
        channel=channel,
        language=visitors.language(),
    )
    return page
