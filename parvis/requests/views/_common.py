from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from parvis.dossiers.api import part_of, reader_of
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import reading

from ..models import Request
from ..selectors import visible_request

CODES = "requests.codes"


def visible(request: HttpRequest, uuid: UUID) -> Request:
    """The request in the actor's scope, else 404; that it was opened is written down."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = visible_request(actor, uuid)
    if found is None:
        raise Http404("request")
    if found.dossier is not None:  # a service of before reads in the classes of data that were left to it
        request.actor = reader_of(actor, found.dossier)  # type: ignore[attr-defined]
    reading(request, SubjectRef("request", found.pk), within=asked_of(found))
    return found


def asked_of(found: Request) -> SubjectRef | None:
    """Whose rules of unusual look-ups are asked: the dossier's, once the request is joined to one."""
    return part_of(found.dossier_id) if found.dossier_id is not None else None


def keep_code(request: HttpRequest, mine: Request, code: str) -> None:
    """For the agent to hand over: shown once on the request's page."""
    request.session[CODES] = {**request.session.get(CODES, {}), str(mine.uuid): code}


def take_code(request: HttpRequest, mine: Request) -> str:
    codes = dict(request.session.get(CODES, {}))
    code = codes.pop(str(mine.uuid), "")
    if code:
        request.session[CODES] = codes
    return str(code)
