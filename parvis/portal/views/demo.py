"""The citizens of a demonstration: one click, signed in. Its route exists in the URL table of a demonstration only."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from parvis.kernel.actor import ANONYMOUS
from parvis.ui.http import done, screen

from .. import visitors
from ..demo import MAILBOXES
from ..models import CitizenAccount


@screen(public=True, methods=("POST",), writes=True)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become a citizen with an account."""
    # The route is not in any other instance's table; this is the second lock.
    if not settings.PARVIS_IS_DEMO:
        raise Http404
    found = CitizenAccount.objects.filter(live=1, email__in=MAILBOXES).order_by("pk")
    chosen = found.filter(email=request.POST.get("citizen", "")).first() or found.first()
    if chosen is None:
        return done(request, "portal:sign_in")
    visitors.sign_out(request)
    request.session.flush()  # an agent's session, too
    request.actor = ANONYMOUS  # type: ignore[attr-defined]
    request.account = None  # type: ignore[attr-defined]
    visitors.sign_in(request, chosen)
    return done(request, "portal:my")


def role_button(request: HttpRequest) -> SafeString:
    """In the role bar, without a query."""
    current = getattr(request, "account", None) is None and visitors.ACCOUNT in request.session
    return render_to_string("portal/_role.html", {"current": current, "mailbox": MAILBOXES[0]}, request)
