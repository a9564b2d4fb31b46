"""A task: led on to its screen, or done here; taken, put back, handed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.errors import StepFirst
from parvis.kernel.links import link
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, local_url, page, reading, screen
from parvis.ui.shell import address

from .. import access, selectors
from ..forms import HandForm, OutcomeForm
from ..models import WorkItem
from ..past import task_then
from ..selectors_away import proxy_for
from ..services import items, running

TEMPLATE = "workflows/task.html"
LATEST = 6
"""Of what happened to a task, so much stands beside the list; its sheet has the rest."""


def _item(request: HttpRequest, uuid: UUID) -> WorkItem:
    item = selectors.visible_item(request.actor, uuid)  # type: ignore[attr-defined]
    if item is None:
        raise Http404
    if request.method == "POST":
        _read(request, item)
    return item


def _read(request: HttpRequest, item: WorkItem) -> None:
    """The sheet of a task says what a file is about, and what colleagues noted: it asks why where the file does."""
    if item.dossier_key is not None:
        reading(request, item.ref, within=SubjectRef("dossier_part", item.dossier_key))


def _context(request: HttpRequest, item: WorkItem, **forms: Any) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    step = selectors.step_def(item)
    own_page = bool(step.completes_on) if step else bool(item.screen)
    may_assign = item.is_open and access.may_assign(actor, item)
    may_do = item.is_open and access.may_do(actor, item) and not access.only_by_proxy(actor, item)
    return {
        "item": item,
        "step": step,
        "card": selectors.cards(actor, [item.subject]).get(item.subject),
        "holder": selectors.holder_of(item),
        "events": selectors.events_of(item),
        "ribbon": selectors.case_steps(item.subject) if item.case_id and item.left_at is None else [],
        "screen_url": selectors.screen_url(item) if may_do else "",
        "proxy": proxy_for(actor, item) if item.is_open else None,
        "may_take": item.is_open and access.may_take(actor, item),
        "may_give_back": item.is_open and access.may_give_back(actor, item),
        "may_assign": may_assign,
        "form": forms.get("form") or (OutcomeForm(step) if may_do and not own_page else None),
        "hand_form": forms.get("hand_form") or (HandForm(item) if may_assign else None),
    }


@screen(access=access.is_agent, methods=("GET", "POST"))
def task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leads who may do the step on to its page (``?sheet=1`` stays: who has it, hand it over); else it is done, or looked at, here."""
    item = _item(request, uuid)
    if request.method != "POST":
        if (view := asof.view()) is not None:
            _read(request, item)
            return page(request, "workflows/task_then.html", _then(request, item, view))
        actor: Actor = request.actor  # type: ignore[attr-defined]
        goes = item.is_open and "sheet" not in request.GET and access.may_do(actor, item) and not access.only_by_proxy(actor, item)
        onward = selectors.screen_url(item) if goes else ""
        if onward:
            return HttpResponseRedirect(onward)
        _read(request, item)
        return page(request, TEMPLATE, _context(request, item))
    form = OutcomeForm(selectors.step_def(item), request.POST)
    if form.is_valid():
        with errors_on(form):
            running.complete_step(
                actor=request.actor,  # type: ignore[attr-defined]
                item=item,
                outcome=form.cleaned_data["outcome"],
                note=form.cleaned_data["note"],
            )
            return done(request, _home(), _("Done: %(what)s.") % {"what": _title(item)})
    return invalid(request, TEMPLATE, _context(request, item, form=form))


def _file_then(actor: Actor, item: WorkItem) -> selectors.Card | None:
    """The file by its number and the name that it had: what else today's card says is of today."""
    if item.dossier_key is None:
        return None
    names = {pk: words for find in registries.file_names.all() for pk, words in find(actor, {item.dossier_key}).items()}
    if item.dossier_key not in names:
        return None
    return selectors.Card(title=names[item.dossier_key], url=link(actor, SubjectRef("dossier", item.dossier_key))[1])


def _then(request: HttpRequest, item: WorkItem, view: PastView, *, beside: bool = False) -> dict[str, Any]:
    """The task as it stood on a past day: whose it was, until when, through whose hands by then. Nothing is done here."""
    then = task_then(item, view)
    context: dict[str, Any] = {"item": item, "view": view, "today": view.day, "then": then}
    if then is None:
        return context
    events = then.events[-LATEST:][::-1] if beside else then.events
    return context | {
        "item": then.item,
        "step": selectors.step_def(then.item),
        "card": _file_then(request.actor, item),  # type: ignore[attr-defined]
        "told_why": then.item.told,
        "holder": then.holder,
        "events": events,
        "ribbon": then.ribbon,
    }


@screen(access=access.is_agent, parts=("beside",))
def beside(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The task beside the list that it was chosen from (A1): what it is about, until when, through whose hands. One of a file that asks for a
    reason is not read by passing over its line: it shows nothing and leads to the page that asks."""
    item = _item(request, uuid)
    whole = reverse("workflows:task", args=[uuid])
    context: dict[str, Any] = {"whole": whole, "uuid": uuid, "list_url": address("desk:tasks")}
    context |= {"view": None, "then": None, "today": None}
    try:
        _read(request, item)
    except StepFirst:
        return page(request, "workflows/beside.html", {**context, "asks": True})
    if (view := asof.view()) is not None:
        return page(request, "workflows/beside.html", context | _then(request, item, view, beside=True))
    actor: Actor = request.actor  # type: ignore[attr-defined]
    goes = bool(item.is_open and item.screen and access.may_do(actor, item))
    card = selectors.cards(actor, [item.subject]).get(item.subject)
    context |= {
        "item": item,
        "step": selectors.step_def(item),
        "card": card,
        "told_why": "" if card is not None and item.told in f"{card.title} {card.detail}" else item.told,
        "holder": selectors.holder_of(item),
        "events": selectors.events_of(item)[-LATEST:][::-1],
        "ribbon": selectors.case_steps(item.subject) if item.case_id and item.left_at is None else [],
        "may_take": item.is_open and access.may_take(actor, item),
        "hands_url": f"{whole}?sheet=1" if goes and access.may_assign(actor, item) else "",
    }
    return page(request, "workflows/beside.html", context)


def _title(item: WorkItem) -> str:
    return formats.label(item.title)


def _back_to(request: HttpRequest, item: WorkItem) -> str:
    return local_url(request, request.POST.get("next"), reverse("workflows:task", args=[item.uuid]) + "?sheet=1")


@screen(access=access.is_agent, methods=("POST",))
def take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a task out of one's queue, and go to it."""
    item = _item(request, uuid)
    items.take(actor=request.actor, item=item)  # type: ignore[attr-defined]
    onward = local_url(request, request.POST.get("next"), selectors.item_url(item))
    return done(request, onward, _("The task is yours: %(what)s.") % {"what": _title(item)})


@screen(access=access.is_agent, methods=("POST",))
def back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put a task back into its queue."""
    item = _item(request, uuid)
    items.give_back(actor=request.actor, item=item, note=request.POST.get("note", ""))  # type: ignore[attr-defined]
    return done(request, _seen(request, item), _("Back in the queue: %(what)s.") % {"what": selectors.queue_label(item.queue, item.unit)})


@screen(access=access.is_agent, methods=("POST",))
def hand(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand a task to a named colleague."""
    item = _item(request, uuid)
    if not access.may_assign(request.actor, item):  # type: ignore[attr-defined]
        raise Http404
    form = HandForm(item, request.POST)
    if form.is_valid():
        with errors_on(form):
            items.assign(
                actor=request.actor,  # type: ignore[attr-defined]
                item=item,
                owner=int(form.cleaned_data["owner"]),
                note=form.cleaned_data["note"],
            )
            item.refresh_from_db()
            if item.away_last is not None:
                text = _("%(who)s is absent until %(day)s: now with %(holder)s.")
                told = {"who": item.away_name, "day": formats.day(item.away_last), "holder": selectors.holder_of(item)}
                return done(request, _seen(request, item), text % told)
            who = item.owner.display_name if item.owner else ""
            return done(request, _seen(request, item), _("Handed over to %(who)s.") % {"who": who})
    return invalid(request, TEMPLATE, _context(request, item, hand_form=form))


def _seen(request: HttpRequest, item: WorkItem) -> str:
    """Back to the task, or to the list when it is out of sight now."""
    visible = selectors.visible_item(request.actor, item.uuid) is not None  # type: ignore[attr-defined]
    return _back_to(request, item) if visible else _home()


def _home() -> str:
    return address("desk:home") or "/"
