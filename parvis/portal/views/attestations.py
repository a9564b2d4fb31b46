"""Whoever was handed an attestation learns whether it is genuine and still stands: nothing of the person, nothing of what it says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.aid.api import check_attestation
from parvis.ui.http import page, screen

from .. import visitors
from ..errors import TooManyAttempts
from ..forms import PaperForm
from ..services import allow_attempt, wrong_code


@screen(public=True, methods=("GET", "POST"), writes=True)
def check(request: HttpRequest) -> HttpResponse:
    """Number and code of the paper; a wrong pair is counted, and not told apart."""
    if request.method != "POST":
        given = {name: request.GET.get(name, "")[:40] for name in ("number", "code")}
        return page(request, "portal/attestation.html", {"form": PaperForm(initial=given)})
    form = PaperForm(request.POST)
    if not form.is_valid():
        return page(request, "portal/attestation.html", {"form": form}, status=422)
    try:
        allow_attempt(visitors.address(request))
    except TooManyAttempts as error:
        form.add_error(None, str(error.message))
        return page(request, "portal/attestation.html", {"form": form}, status=error.status)
    found = check_attestation(form.cleaned_data["number"], form.cleaned_data["code"])
    if found is None:
        wrong_code(actor=visitors.citizen(request), address=visitors.address(request))
        form.add_error(None, _("We handed over no attestation with this number and this code together. Check each character, or call us."))
        return page(request, "portal/attestation.html", {"form": form}, status=422)
    return page(request, "portal/attestation.html", {"form": form, "found": found})
