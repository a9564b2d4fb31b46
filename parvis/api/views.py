"""Pages for people: tokens of one's own, applications, and how the interface is read."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui import stepup
from parvis.ui.http import done, errors_on, invalid, page, screen

from . import selectors, services
from .access import is_agent, may_have_tokens, may_keep_applications
from .enums import CLASSES, Scope
from .forms import ApplicationForm, TokenForm
from .models import Application, Token
from .openapi import addresses, description
from .problems import KINDS


def _words(lines: list[selectors.TokenLine]) -> list[dict[str, Any]]:
    scopes, classes = dict(Scope.choices), {one.value: one.label for one in CLASSES}
    return [
        {
            "token": line.token,
            "works": line.works,
            "state": line.state,
            "scopes": [scopes.get(one, one) for one in line.token.scopes],
            "classes": [classes.get(one, one) for one in line.token.classes],
        }
        for line in lines
    ]


def _make(request: HttpRequest, form: TokenForm, application: Application | None, back: str) -> HttpResponse | None:
    """The new token, shown this once; None when the form has an error."""
    given = form.cleaned_data
    with errors_on(form):
        token, secret = services.create_token(
            actor=request.actor,  # type: ignore[attr-defined]
            name=given["name"],
            purpose=given["purpose"],
            valid_to=given["last_day"] + dt.timedelta(days=1),
            scopes=given["scopes"],
            classes=given["classes"],
            application=application,
        )
        whole = request.build_absolute_uri("/api/v1/me")
        return page(request, "api/shown.html", {"token": token, "secret": secret, "back": back, "me": whole}, status=201)
    return None


@screen(access=may_have_tokens, methods=("GET", "POST"), creates=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """Mine, and a new one: the second factor is asked again before it is made."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stepup.require(request, back=reverse("api:tokens"))
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _make(request, form, None, reverse("api:tokens"))
        if answer is not None:
            return answer
    context = {"form": form, "rows": _words(selectors.tokens_of(actor))}
    return invalid(request, "api/tokens.html", context) if request.method == "POST" else page(request, "api/tokens.html", context)


@screen(access=is_agent, methods=("POST",))
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It stops at once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    token = Token.objects.visible_to(actor).filter(uuid=uuid).first()
    if token is None:
        raise Http404("token")
    services.revoke_token(actor=actor, token=token)
    back = "api:tokens" if token.account_id == actor.account_id and may_have_tokens(actor) else "api:applications"
    return done(request, back, _("The token is ended. It opens nothing any more."))


@screen(access=may_keep_applications, methods=("GET", "POST"), creates=True)
def applications(request: HttpRequest) -> HttpResponse:
    """Accounts of programs, and every token of the centre."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = ApplicationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = services.create_application(actor=actor, **form.cleaned_data)
            return done(
                request,
                "identity:admin_account",
                _("The application has an account. Give it the functions that its work needs."),
                made.account.uuid,
            )
    context = {"form": form, "applications": selectors.applications(actor), "rows": _words(selectors.all_tokens(actor))}
    return (
        invalid(request, "api/applications.html", context) if request.method == "POST" else page(request, "api/applications.html", context)
    )


@screen(access=may_keep_applications, methods=("GET", "POST"), creates=True)
def application_token(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A token for an application, never for a colleague."""
    found = Application.objects.visible_to(request.actor).select_related("account").filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404("application")
    stepup.require(request, back=request.path)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _make(request, form, found, reverse("api:applications"))
        if answer is not None:
            return answer
    context = {"form": form, "application": found}
    return (
        invalid(request, "api/application_token.html", context)
        if request.method == "POST"
        else page(request, "api/application_token.html", context)
    )


@screen(access=is_agent)
def reference(request: HttpRequest) -> HttpResponse:
    """How the interface is read."""
    problems = [{"code": code, "status": status, "title": title, "todo": todo} for code, (status, title, todo) in KINDS.items()]
    scopes = dict(Scope.choices)
    rows = [{"address": one, "scope": scopes.get(one.scope, "")} for one in addresses()]
    base = request.build_absolute_uri("/api/v1/")
    return page(request, "api/reference.html", {"rows": rows, "problems": problems, "base": base})


@screen(public=True)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. It says nothing of anybody."""
    return JsonResponse(description())


# Places in pages of others -----------------------------------------------------------------------------------------------
def account_card(request: HttpRequest) -> str | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return render_to_string("api/_account_card.html", {}, request) if may_have_tokens(actor) else None


def admin_tab(request: HttpRequest) -> str | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may_keep_applications(actor):
        return None
    return render_to_string("api/_admin_tab.html", {"current": request.path.startswith(reverse("api:applications"))}, request)
