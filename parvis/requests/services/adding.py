"""One more aid is asked for in a request that is already in the register."""

from __future__ import annotations

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
    state = forms.resolve(request.procedure.form.definition, request.answers, today=clock.date_of(request.received_at), channel="desk")
    line = open_line(actor, request, data, definition, state.names)
    record(actor, "aid_added", request, {"aid": aid}, line=line)
    if request.dossier_id is not None:
        enter_dossier(actor, request, line)
    return line
