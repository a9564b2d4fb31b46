"""Moving, changing, cancelling; held or missed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..errors import Clashes
from ..forms import CancelForm, ChangeForm, MissForm, MoveForm
from ..selectors import attendees, rooms_known
from ..selectors.reading import agents_of
from ._common import about, found, read, told_first
from .reading import context_of


@screen(access=access.can_book, methods=("GET", "POST"), writes=True)
def move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    read(request, row.subject)
    form = MoveForm(request.POST if request.method == "POST" else None, row=row)
    context = {**about(actor, row.subject), "row": row, "form": form, "rooms": rooms_known()}
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    moved = services.move(actor=actor, appointment=row, **form.values)
                    return done(request, "agenda:appointment", _("Moved."), moved.uuid)
            except Clashes as clash:
                return told_first(request, "agenda/move.html", context, clash)
        return invalid(request, "agenda/move.html", context)
    return page(request, "agenda/move.html", context)


@screen(access=access.can_book, methods=("GET", "POST"), writes=True)
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What it is about, who will be there, whether the person sees it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    read(request, row.subject)
    present = [one.pk for one in agents_of(row)]
    form = ChangeForm(request.POST if request.method == "POST" else None, row=row, present=present, colleagues=attendees(actor, present))
    context = {**about(actor, row.subject), "row": row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            try:
                with errors_on(form):
                    services.change(
                        actor=actor,
                        appointment=row,
                        text=data["text"],
                        agents=[int(pk) for pk in data["agents"]],
                        on_portal=data["on_portal"],
                        accepted=data["accepted"],
                        expected=data["lock"],
                    )
                    return done(request, "agenda:appointment", _("Saved."), row.uuid)
            except Clashes as clash:
                return told_first(request, "agenda/change.html", context, clash)
        return invalid(request, "agenda/change.html", context)
    return page(request, "agenda/change.html", context)


@screen(access=access.can_book, methods=("GET", "POST"), writes=True)
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    read(request, row.subject)
    form = CancelForm(request.POST if request.method == "POST" else None, row=row)
    context = {**about(actor, row.subject), "row": row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.cancel(
                    actor=actor, appointment=row, reason=data["reason"], following=bool(data.get("following")), expected=data["lock"]
                )
                return done(request, "agenda:appointment", _("Cancelled."), row.uuid)
        return invalid(request, "agenda/cancel.html", context)
    return page(request, "agenda/cancel.html", context)


@screen(access=access.can_book, methods=("POST",))
def missed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Nobody came: the page then offers what comes next."""
    row = found(request, uuid)
    read(request, row.subject)
    form = MissForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.miss(actor=request.actor, appointment=row, reason=form.cleaned_data["reason"])  # type: ignore[attr-defined]
            return done(request, "agenda:appointment", _("Noted as missed. What comes next?"), row.uuid)
    return invalid(request, "agenda/appointment.html", context_of(request, row) | {"miss_form": form})


@screen(access=access.can_book, methods=("POST",))
def held(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It took place and there is nothing to write."""
    row = found(request, uuid)
    read(request, row.subject)
    form = MissForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.hold(actor=request.actor, appointment=row)  # type: ignore[attr-defined]
            return done(request, "agenda:appointment", _("Noted as held."), row.uuid)
    return invalid(request, "agenda/appointment.html", context_of(request, row) | {"miss_form": form})
