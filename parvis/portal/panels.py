"""What the portal adds to the pages of others."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import asof, registries
from parvis.kernel.registries import PersonHolder
from parvis.ui import slots

from .access import can_open_accounts
from .visitors import ACCOUNT


def _person(request: HttpRequest) -> str | None:
    """In the head of a person's page, without a query: the page behind says how the person stands with the portal."""
    match = request.resolver_match
    if match is None or match.view_name != "contacts:person" or asof.view() is not None or not can_open_accounts(request.actor):  # type: ignore[attr-defined]
        return None
    return render_to_string("portal/_person.html", {"url": reverse("portal:person", args=[match.kwargs["uuid"]])}, request)


def _head(request: HttpRequest) -> str | None:
    """In the head of the citizens' pages, without a query."""
    if getattr(request, "account", None) is not None:
        return None
    return render_to_string("portal/_head.html", {"signed_in": ACCOUNT in request.session}, request)


slots.register("person", "portal.person", _person, order=20)
slots.register("portal", "portal.space", _head)

# An account follows a merge of persons, and its undo; it goes with the person, and keeps nobody.
for _model, _title in (("portal.CitizenAccount", _("Accounts at the portal")), ("portal.OpeningCode", _("Codes to open an account"))):
    registries.person_holders.register(f"{_model}.person", PersonHolder(_model, "person", _title, holds=False))

if settings.PARVIS_IS_DEMO:
    from .views.demo import role_button

    slots.register("rolebar", "portal.citizen", role_button)
