"""Well-known names: whoever opens such a file says why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from parvis.identity.api import may_audit
from parvis.kernel import clock
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..forms_access import KnownForm
from ..forms_keeping import ReasonOnlyForm
from ..models import WellKnownName

MOST = 300


@screen(access=access.may_keep_known, methods=("GET", "POST"), creates=True)
def known_names(request: HttpRequest) -> HttpResponse:
    """The list, those that ended too, and the form. Whether somebody of that name is on file is not said."""
    form = KnownForm(request.POST if request.method == "POST" else None)
    today = clock.today()
    rows = list(WellKnownName.objects.all()[:MOST])
    context = {
        "form": form,
        "running": [row for row in rows if row.valid_to > today],
        "ended": [row for row in rows if row.valid_to <= today],
        "audits": may_audit(request.actor),  # type: ignore[attr-defined]
    }
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.add_known(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
                return done(request, "dossiers:known_names", _("On the list. Whoever opens the file of somebody of this name says why."))
        return invalid(request, "dossiers/known_names.html", context)
    return page(request, "dossiers/known_names.html", context)


@screen(access=access.may_keep_known, methods=("GET", "POST"), writes=True)
def known_end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    row = get_object_or_404(WellKnownName, uuid=uuid)
    form = ReasonOnlyForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_known(actor=request.actor, row=row, reason=form.cleaned_data["reason"])  # type: ignore[attr-defined]
                return done(request, "dossiers:known_names", _("Off the list. The entry stays to be read, with your reason."))
        return invalid(request, "dossiers/known_end.html", {"form": form, "row": row})
    return page(request, "dossiers/known_end.html", {"form": form, "row": row})
