from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.procedures import api as procedures
from parvis.ui.http import done, page, screen

from .. import visitors


@screen(public=True)
def home(request: HttpRequest) -> HttpResponse:
    """The calm landing: ask, come back, follow."""
    visitors.forget_tracking_codes(request)
    drafts = [
        {"draft": draft, "title": procedures.version(int(draft.purpose.rsplit(":", 1)[1])).definition["title"]}
        for draft in visitors.open_drafts(request)
    ]
    context = {"procedures": procedures.open_procedures(), "drafts": drafts, "mine": visitors.open_requests(request)}
    return page(request, "portal/home.html", context)


@screen(public=True, methods=("POST",), writes=True)
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything in this browser; drafts and requests stay, behind their codes."""
    visitors.forget_all(request)
    response = done(request, "portal:home", _("This browser has forgotten everything. Your codes still work."))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
