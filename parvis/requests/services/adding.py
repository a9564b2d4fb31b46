"""One more thing is asked for in a request that is already in the register: another aid, or something about what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture

from .. import access
from ..errors import RequestError
from ..lines import line_of
from ..models import Request, RequestLine
from ._common import record
from .joining import enter_dossier
from .sending import open_line


@gesture
def add_aid(*, actor: Actor, request: Request, aid: str) -> RequestLine:
    """A line for a kind of aid of the centre; its term runs from the day of the request, and it goes the way of the others.

    Raises:
        RequestError: the aid is not offered today, or the request asks for it already.
        NotAllowed: who does not register in this service.
    """
    if not (actor.is_system or (access.can_register(actor) and access.registers_in(actor, request.unit_id))):
        raise NotAllowed(_("You may not register requests."))
    request = Request.unscoped.select_for_update().get(pk=request.pk)
    definition = request.procedure.definition
    data = line_of(aid, definition)
    if RequestLine.unscoped.filter(request=request, kind=data["key"]).exists():
        raise RequestError(_("The request asks for this already."), field="aid", code="twice")
    shown = request.choices_shown or {}
    today = clock.date_of(request.received_at)
    state = forms.resolve(request.procedure.form.definition, request.answers, today=today, channel="desk", shown=shown)
    line = open_line(actor, request, data, definition, state.names)
    record(actor, "aid_added", request, {"aid": aid}, line=line)
    if request.dossier_id is not None:
        enter_dossier(actor, request, line)
    return line


@gesture
def ask_further(
    *, actor: Actor, line_id: int, key: str, label: Mapping[str, str], provision: str, letter_template: str = ""
) -> RequestLine:
    """A line about what came of another one, in the same request and dossier. It is asked today: its terms to decide and to notify run from
    today, and are those of the first line.

    Raises:
        RequestError: the request is in no dossier yet, or asks for this already.
        NotAllowed: who does not register in this service.
    """
    first = RequestLine.unscoped.select_related("request__procedure").get(pk=line_id)
    request = Request.unscoped.select_for_update().get(pk=first.request_id)
    if not (actor.is_system or (access.can_register(actor) and access.registers_in(actor, request.unit_id))):
        raise NotAllowed(_("You may not register requests."))
    if request.dossier_id is None:
        raise RequestError(_("Join the request to a dossier first."), code="dossier")
    if RequestLine.unscoped.filter(request=request, kind=key).exists():
        raise RequestError(_("The request asks for this already."), code="twice")
    data = {
        "key": key,
        "label": dict(label),
        "provision": provision,
        "terms": {kind: first.terms[kind] for kind in ("decide", "notify") if kind in first.terms},
        "mandatory_pieces": [],
        "process": first.process_key,
        "letter_template": letter_template,
    }
    line = open_line(actor, request, data, request.procedure.definition, {}, on=clock.today())
    record(actor, "asked_further", request, {"about": line_id, "kind": key}, line=line)
    enter_dossier(actor, request, line)
    return line
