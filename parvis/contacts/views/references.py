"""Streets of the official lists while somebody types one."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse

from parvis.ui.http import screen

from .. import access
from ..references.suggesting import suggest_addresses


@screen(access=access.can_edit_person)
def suggest(request: HttpRequest) -> HttpResponse:
    """Public data only: nobody's address is looked at."""
    found = suggest_addresses(request.GET.get("q", ""), request.GET.get("municipality") or None)
    return JsonResponse({"suggestions": [asdict(one) for one in found]})
