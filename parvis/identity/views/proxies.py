"""Proxies of one's own: give, accept, act, and what was done in one's name."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parvis.kernel import clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.links import links
from parvis.kernel.models import MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import done, errors_on, invalid, page, screen

from ..access import is_agent, may_give_proxy
from ..acts import in_words
from ..forms import ProxyForm
from ..models import Account, Proxy
from ..services import proxies as services

MOST = 60
PAGE = 30


def _rows(actor: Actor) -> dict[str, list[Proxy]]:
    today = clock.today()
    waits = Q(holder=actor.account_id, ended_at__isnull=True, declined_at__isnull=True, valid_to__gt=today)
    rows = list(Proxy.objects.select_related("giver", "holder").filter(Q(giver=actor.account_id) | waits)[: 2 * MOST])
    given = [row for row in rows if row.giver_id == actor.account_id][:MOST]
    held = [row for row in rows if row.holder_id == actor.account_id][:MOST]
    for row in (*given, *held):
        row.runs = row.runs_on(today)  # type: ignore[attr-defined]
        row.over = bool(row.ended_at or row.declined_at or row.valid_to <= today)  # type: ignore[attr-defined]
    return {"given": given, "held": held}


def _form(actor: Actor, data: Any = None) -> ProxyForm:
    from ..enums import Function

    held = services.functions_to_hand_on(actor.account_id or 0, clock.today())
    return ProxyForm(
        data,
        colleagues=Account.objects.filter(is_active=True).exclude(pk=actor.account_id),
        functions=[(name, Function(name).label) for name in held],
        initial={"valid_from": clock.today(), "functions": held},
    )


@screen(access=is_agent, methods=("GET", "POST"), creates=True)
def proxies(request: HttpRequest) -> HttpResponse:
    """Mine: given and held. Posting gives one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = _form(actor, request.POST if request.method == "POST" else None)
    context = {**_rows(actor), "form": form, "may_give": may_give_proxy(actor)}
    if request.method != "POST":
        return page(request, "identity/proxies.html", context)
    if form.is_valid():
        with errors_on(form):
            only, label = _files(actor, form.cleaned_data["only"])
            services.offer_proxy(
                actor=actor,
                holder=form.cleaned_data["holder"],
                valid_from=form.cleaned_data["valid_from"],
                valid_to=form.cleaned_data["last_day"] + dt.timedelta(days=1),
                reason=form.cleaned_data["reason"],
                functions=form.cleaned_data["functions"],
                only=only,
                only_label=label,
            )
            return done(request, "identity:proxies", _("Your colleague is asked. It works once accepted."))
    return invalid(request, "identity/proxies.html", context)


def _files(actor: Actor, text: str) -> tuple[list[SubjectRef], str]:
    """Files named by their numbers, each one that the giver sees.

    Raises:
        ProxyRefused: a number that the giver cannot open.
    """
    from ..errors import ProxyRefused

    found: dict[SubjectRef, str] = {}
    for number in text.replace(",", " ").replace(";", " ").split():
        pk = registries.subject_numbers.get("dossier")(actor, number)
        if pk is None:
            raise ProxyRefused(_("You have no file with the number %(number)s.") % {"number": number[:20]}, field="only", code="file")
        found[SubjectRef("dossier", pk)] = number
    return list(found), ", ".join(found.values())


def _mine(request: HttpRequest, uuid: Any) -> Proxy:
    account_id = request.actor.account_id  # type: ignore[attr-defined]
    from django.db.models import Q

    return get_object_or_404(Proxy.objects.select_related("giver"), Q(giver=account_id) | Q(holder=account_id), uuid=uuid)


@screen(access=is_agent, methods=("POST",))
def answer(request: HttpRequest, uuid: Any) -> HttpResponse:
    accept = request.POST.get("answer") == "accept"
    services.answer_proxy(actor=request.actor, proxy=_mine(request, uuid), accept=accept)  # type: ignore[attr-defined]
    return done(request, "identity:proxies", _("Accepted.") if accept else _("Declined."))


@screen(access=is_agent, methods=("POST",))
def end(request: HttpRequest, uuid: Any) -> HttpResponse:
    services.end_proxy(actor=request.actor, proxy=_mine(request, uuid))  # type: ignore[attr-defined]
    return done(request, "identity:proxies", _("The proxy is ended."))


@screen(access=is_agent, methods=("POST",))
def act(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Act in the colleague's name from the next page on."""
    row = _mine(request, uuid)
    services.act_for(actor=request.actor, request=request, proxy=row)  # type: ignore[attr-defined]
    return done(request, "/desk/", _("You now act for %(name)s.") % {"name": row.giver.display_name})


@screen(access=is_agent, methods=("POST",))
def stop(request: HttpRequest) -> HttpResponse:
    services.stop_acting(actor=request.actor, request=request)  # type: ignore[attr-defined]
    return done(request, "/desk/", _("You act in your own name again."))


@screen(access=is_agent)
def acts(request: HttpRequest) -> HttpResponse:
    """What colleagues did, or read, in my name, latest first. What was written about a file that I may no longer open is not told."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reads = request.GET.get("what") == "read"
    before = int(request.GET["before"]) if request.GET.get("before", "").isdecimal() else None
    mine: Any = (ReadLine if reads else MutationLine).objects.filter(behalf_id=actor.account_id if not actor.by_proxy else 0)
    if before is not None:
        mine = mine.filter(pk__lt=before)
    found = list(mine.order_by("-pk")[: PAGE + 1])
    rows = found[:PAGE]
    places = links(actor, [SubjectRef(row.subject_type, row.subject_id) for row in rows])
    lines = []
    for row in rows:
        label, url = places[SubjectRef(row.subject_type, row.subject_id)]
        lines.append(
            {
                "at": row.read_at if reads else row.recorded_at,
                "who": row.actor_label,
                "what": "" if reads else in_words(row.verb),
                "note": _note(row) if url and not reads else "",
                "label": label,
                "url": url,
            }
        )
    context = {
        "lines": lines,
        "reads": reads,
        "older": rows[-1].pk if len(found) > PAGE else None,
        "unseen": not actor.by_proxy and services.acts_unseen(actor.own_id),
    }
    return page(request, "identity/acts.html", context)


@screen(access=is_agent, methods=("POST",))
def acts_seen(request: HttpRequest) -> HttpResponse:
    """I have read it: the home says nothing until there is something new."""
    services.note_acts_seen(actor=request.actor)  # type: ignore[attr-defined]
    return done(request, "identity:proxy_acts", _("Noted. The home tells you when there is something new."))


def _note(row: MutationLine) -> str:
    return str(json.loads(row.body).get("note", ""))


# What the layouts show -------------------------------------------------------------------------------------------------
def banner(request: HttpRequest) -> str | None:
    """Above every page while acting for a colleague."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.by_proxy:
        return None
    return render_to_string("identity/_acting.html", {"name": actor.on_behalf_of_label, "me": actor.label}, request=request)


def cell(request: HttpRequest) -> str | None:
    """On the home: proxies to answer, and what was done in my name since I last looked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = _rows(actor) if not actor.by_proxy else {"given": [], "held": []}
    to_answer = [row for row in rows["held"] if row.accepted_at is None]
    running = [row for row in rows["held"] if row.runs]  # type: ignore[attr-defined]
    told = services.acts_unseen(actor.own_id) if any(row.accepted_at for row in rows["given"]) else 0
    if not (to_answer or running or told):
        return None
    return render_to_string("identity/_proxy_cell.html", {"to_answer": to_answer, "running": running, "told": told}, request=request)
