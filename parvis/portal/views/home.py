from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.procedures import api as procedures
from parvis.ui.http import done, page, screen

from .. import visitors
from ..selectors import drafts_in_words


@screen(public=True)
def home(request: HttpRequest) -> HttpResponse:
    """The calm landing: ask, come back, follow."""
    visitors.forget_tracking_codes(request)
    drafts = drafts_in_words(visitors.open_drafts(request)[:3])
    context = {
        "procedures": procedures.open_procedures(),
        "drafts": drafts,
        "mine": visitors.open_requests(request)[:3],
        "account": visitors.account(request),
    }
    return page(request, "portal/home.html", context)


@screen(public=True, methods=("POST",), writes=True)
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything in this browser, and sign out; drafts and requests stay, behind their codes."""
    visitors.sign_out(request)
    response = done(request, "portal:home", _("This browser has forgotten everything. Your codes still work."))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
