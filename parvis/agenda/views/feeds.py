"""The addresses under which one's other calendars read."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui import stepup
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..forms import FeedForm
from ..models import CalendarFeed
from ..selectors import feeds_of


@screen(access=access.may_have_feeds, methods=("GET", "POST"), creates=True)
def index(request: HttpRequest) -> HttpResponse:
    """Mine, and a new one, which is shown this once: the second factor is asked again, since the address opens what it opens to anybody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stepup.require(request, back=reverse("agenda:feeds"))
    form = FeedForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "rows": feeds_of(actor)}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                feed, secret = services.make_feed(actor=actor, **form.cleaned_data)
                address = request.build_absolute_uri(reverse("desk:feed", args=[secret]))
                return page(request, "agenda/feed_shown.html", {"feed": feed, "address": address}, status=201)
        return invalid(request, "agenda/feeds.html", context)
    return page(request, "agenda/feeds.html", context)


@screen(access=access.may_have_feeds, methods=("POST",))
def end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It stops at once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    feed = CalendarFeed.objects.visible_to(actor).filter(uuid=uuid).first()
    if feed is None:
        raise Http404("feed")
    services.end_feed(actor=actor, feed=feed)
    return done(request, "agenda:feeds", _("The address is ended. It opens nothing any more."))
