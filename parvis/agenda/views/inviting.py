"""Telling the person of an appointment."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import Reach, reach_of
from parvis.documents.api import render_letter_html
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..enums import Way
from ..forms import InviteForm
from ..invitations import letter, ways_of
from ..services.inviting import kind_of, person_of
from ._common import about, found, read


def _way_words(way: str, reach: Reach) -> str:
    """The way, and where it leads: what is looked at before it goes."""
    where = reach.email if way == Way.EMAIL else ", ".join(reach.lines) if way == Way.POST else ""
    return f"{Way(way).label} · {where}" if where else str(Way(way).label)


@screen(access=access.can_book, methods=("GET", "POST"), parts=("letter",), creates=True)
def invite(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the person gets, by which way, in which language: looked at before it goes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = found(request, uuid)
    read(request, row.subject)
    person, today = person_of(row), clock.today()
    reach = reach_of([("person", person)], today).get(("person", person)) if person else None
    choice = ways_of(reach) if reach else None
    ways = [(way, _way_words(way, reach)) for way in choice.ways] if choice and reach else []
    form = InviteForm(request.POST if request.method == "POST" else None, ways=ways)
    context = {
        **about(actor, row.subject),
        "row": row,
        "form": form,
        "reach": reach,
        "kind": kind_of(row),
        "told": row.told_lock == row.lock,
    }
    if reach is not None and choice is not None:
        asked = request.GET.get("way", "")
        chosen = form.cleaned_data.get("way") if form.is_bound and form.is_valid() else asked if asked in choice.ways else ""
        _subject, blocks, envelope = letter(
            row,
            context["kind"],
            language=reach.language,
            reach=reach,
            way=chosen or choice.preferred,
            reference=context["file"].partition(" · ")[0],
            author=actor.label,
            on=today,
        )
        context["letter"] = render_letter_html(blocks, envelope)
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.invite(actor=actor, appointment=row, way=form.cleaned_data["way"])
                return done(request, "agenda:appointment", _("The person is told. The letter lies in the file in a moment."), row.uuid)
        return invalid(request, "agenda/invite.html", context)
    return page(request, "agenda/invite.html", context)
