"""What every page does the same way: who may open it, which part is asked for, what a POST answers.

A view is a function marked ``@screen(...)``. It answers with ``page``, ``done``, ``invalid`` or ``conflict``. The marks stay
readable on the view (``view.screen``): the access matrix and the query counts are generated from them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, URLPattern, get_resolver, resolve, reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from parvis.kernel import gestures, idempotency, mutations
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.errors import Conflict, DomainError, StepFirst
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats, past, typed
from parvis.ui.said import said
from parvis.ui.templatetags.parvis import IDEMPOTENCY_FIELD
from parvis.ui.together import Both

Access = Callable[[Actor], bool]
View = Callable[..., HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Request(HttpRequest):
    """A request that passed ``@screen``: what views may rely on."""

    actor: Actor
    screen: Screen
    readings: list[tuple[Callable[[], None], str]]


@dataclass(frozen=True)
class Screen:
    """The marks of a view. ``parts``: ids of elements that the page may be asked for alone, with the template of each, or ""
    for ``_<part>.html`` beside the page's template.
    """

    name: str
    access: Access | None
    methods: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    creates: bool = False
    writes: bool = False
    public: bool = False

    def opens(self, actor: Actor) -> bool:
        """Nothing said means nobody, unless the page is public."""
        if self.access is None:
            return self.public
        return bool(self.access(actor))


def screen(
    access: Access | None = None,
    methods: tuple[str, ...] | list[str] = ("GET",),
    parts: tuple[str, ...] | list[str] | Mapping[str, str] = (),
    creates: bool = False,
    writes: bool = False,
    public: bool = False,
    name: str = "",
) -> Callable[[View], View]:
    """Mark a view.

    Args:
        access: who may open it; others get 404 (a person whom a tracking code let in too), somebody not signed in is sent to sign in.
        methods: allowed methods; GET brings HEAD.
        parts: ids of the elements that may be asked for alone (HX-Target).
        creates: its POST makes something new: the form carries ``{% idempotency %}`` and a repeated POST leads where the first led.
        writes: its POST changes something (implied by a method that writes).
        public: open without signing in. ``access`` may still refuse.
        name: name in journal and matrix; else ``context.function``.
    """
    allowed = tuple(m.upper() for m in methods)
    named = dict(parts) if isinstance(parts, Mapping) else dict.fromkeys(parts, "")

    def mark(view: View) -> View:
        context = view.__module__.split(".")[1] if view.__module__.startswith("parvis.") else view.__module__
        marks = Screen(
            name=name or f"{context}.{view.__name__}",
            access=access,
            methods=allowed,
            parts=named,
            creates=creates,
            writes=writes or creates or not SAFE.issuperset(allowed),
            public=public,
        )

        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return _finish(request, marks, _answer(request, marks, view, args, kwargs))

        wrapper.screen = marks  # type: ignore[attr-defined]
        return wrapper

    return mark


@functools.cache
def _view_named(name: str) -> Any:
    """The view behind ``context:name``, whatever its arguments."""
    namespace, _sep, own = name.partition(":")
    for entry in get_resolver().url_patterns:
        found = (
            [entry]
            if isinstance(entry, URLPattern)
            else entry.url_patterns
            if getattr(entry, "namespace", None) in (namespace, None)
            else []
        )
        for pattern in found:
            if (
                isinstance(pattern, URLPattern)
                and pattern.name == own
                and (entry is pattern or getattr(entry, "namespace", None) == namespace)
            ):
                return pattern.callback
    return None


def may_open(actor: Actor, target: str) -> bool:
    """True when the page lets this person in: a link that leads to a refusal is printed as plain text.

    Args:
        target: a path, or the name of a page as ``context:name``. An object outside the person's scope is not looked at.
    """
    if target.startswith("/"):
        try:
            view = resolve(target.split("?")[0]).func
        except Resolver404:
            return False
    else:
        view = _view_named(target)
    marks = getattr(view, "screen", None)
    return marks is None or marks.opens(actor)


def changes_something(name: str) -> bool:
    """Is the page ``context:name`` there to change something? It is not offered while a past day is read."""
    marks: Screen | None = getattr(_view_named(name), "screen", None)
    return marks is not None and marks.writes and name not in past.STAYS and not past.reads_day(name)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_part(request: HttpRequest) -> bool:
    """False when htmx replaces the whole page: a boosted link, or a page taken back from the history."""
    return is_htmx(request) and request.headers.get("HX-Boosted") != "true" and request.headers.get("HX-History-Restore-Request") != "true"


def part_asked(request: HttpRequest) -> str:
    """The id of the element to replace, when it is one of the page's parts; else empty."""
    marks: Screen | None = getattr(request, "screen", None)
    target = request.headers.get("HX-Target", "") if wants_part(request) else ""
    return target if marks is not None and target in marks.parts else ""


# Answers ---------------------------------------------------------------------------------------------------------------
def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *parts: str,
    status: int = 200,
) -> HttpResponse:
    """The full page, or only the part named by HX-Target. A part is the template ``_<part>.html`` in the page's folder (``-`` in
    an id is ``_`` in a file name), which the page includes: so both are the same.
    """
    asked = part_asked(request)
    if not asked and parts and wants_part(request) and request.headers.get("HX-Target", "") in parts:
        asked = request.headers["HX-Target"]
    if not asked:
        return render(request, template, dict(context or {}), status=status)
    marks: Screen | None = getattr(request, "screen", None)
    own = marks.parts.get(asked, "") if marks is not None else ""
    folder = template.rsplit("/", 1)[0]
    response = render(request, own or f"{folder}/_{asked.replace('-', '_')}.html", dict(context or {}), status=status)
    return _with_toasts(request, response)


def done(request: HttpRequest, url: str, message: Any = None, *args: Any, level: int = messages.SUCCESS, **kwargs: Any) -> HttpResponse:
    """The gesture happened: go there (a URL name or an address), by 303, or HX-Location under htmx, and say so in a toast."""
    where = url
    if "/" not in url and not url.startswith("?"):
        try:
            where = reverse(url, args=args, kwargs=kwargs)
        except NoReverseMatch:
            where = url
    if message:
        messages.add_message(request, level, str(message))
    if is_htmx(request):
        response = HttpResponse(status=204)
        response.headers["HX-Location"] = iri_to_uri(where) or "/"
        return response
    response = HttpResponseRedirect(where)
    response.status_code = 303
    return response


def invalid(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *parts: str) -> HttpResponse:
    """What was sent cannot be accepted: the page (or its part) again, with the errors, status 422. Nothing was changed."""
    return page(request, template, context, *parts, status=422)


def conflict(
    request: HttpRequest,
    error: Conflict | None = None,
    *,
    labels: Mapping[str, Any] | None = None,
    refresh: Mapping[str, Any] | None = None,
    action: str = "",
    who: str = "",
    when: Any = None,
    yours: Mapping[str, Any] | None = None,
    theirs: Mapping[str, Any] | None = None,
    message: Any = "",
    template: str = "ui/conflict.html",
    sent: QueryDict | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
    form: forms.BaseForm | None = None,
) -> HttpResponse:
    """Somebody else changed it first: who, when, and both values of each field that differs, to choose from; status 409.

    Args:
        labels: field name to its label.
        refresh: hidden fields that must take a new value for the choice to be accepted, usually the version.
        action: where the choice is sent; this address when empty.
        sent: what is sent again beside the choice; what came when empty.
        words: of a field, how each value is called.
        form: gives labels and words of its fields, where ``labels`` and ``words`` do not.
    """
    mine = dict(yours if yours is not None else error.yours if error else {})
    other = dict(theirs if theirs is not None else error.theirs if error else {})
    fields = form.fields if form is not None else {}
    labels = {name: one.label for name, one in fields.items()} | dict(labels or {})
    rows = [
        {"name": key, "label": formats.label(labels.get(key, key)), "yours": _plain(mine.get(key)), "theirs": _plain(value)}
        for key, value in other.items()
        if _plain(mine.get(key)) != _plain(value)
    ]
    for row in rows:
        name = row["name"]
        sides = (mine.get(name), other[name])
        called = {_plain(value): text for value in sides if (text := said(fields.get(name), value))} | dict((words or {}).get(name, {}))
        row |= {f"{side}_words": called.get(row[side], row[side]) for side in ("yours", "theirs")}
    differing = {row["name"] for row in rows}
    fresh = {key: _plain(value) for key, value in (refresh or {}).items()}
    skipped = {"csrfmiddlewaretoken", IDEMPOTENCY_FIELD, *differing, *fresh}
    again = request.POST if sent is None else sent
    kept = [(key, value) for key in again for value in again.getlist(key) if key not in skipped]
    context = {
        "who": who or (error.who if error else ""),
        "when": when or (error.when if error else None),
        "rows": rows,
        "kept": [*kept, *fresh.items()],
        "action": action or request.get_full_path(),
        "message": message or (error.message if error else ""),
    }
    response = render(request, template, context, status=409)
    if is_htmx(request):
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def refuse(form: forms.BaseForm, error: DomainError) -> None:
    """Put a refusal beside the field it concerns, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


@contextmanager
def errors_on(form: forms.BaseForm) -> Iterator[None]:
    """``with errors_on(form): service(...); return done(...)``; after the block, ``return invalid(...)``. A conflict passes on."""
    try:
        yield
    except Conflict:
        raise
    except DomainError as error:
        refuse(form, error)


def local_url(request: HttpRequest, candidate: str | None, default: str = "/") -> str:
    """An address of this site to go back to, or the default."""
    if candidate and url_has_allowed_host_and_scheme(candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return candidate
    return default


# Readings --------------------------------------------------------------------------------------------------------------
def reading(request: HttpRequest, subject: SubjectRef, *, within: SubjectRef | None = None, screen: str = "", back: str = "") -> None:
    """This page shows something of a file: the log says so, and what is out of the ordinary asks for a reason first.

    A page is read at once. Where something is sent the answer decides: a refused form, a conflict or a preview comes with all that its
    page holds and is read like it; a gesture that leads on shows nothing, and neither asks nor is a reading.

    Args:
        within: the file in which the thing lies: its rules are asked.
        back: where to come back to after the reason, when something was sent; else the page of this address, or the one it was sent from.

    Raises:
        StepFirst: a reason is asked first.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    note = functools.partial(mutations.record_read, actor=actor, subject=subject, screen=screen or actor.screen, within=within)
    if request.method in SAFE:
        note()
    else:
        cast(Request, request).readings.append((note, back))


def _shows(response: HttpResponse) -> bool:
    """A redirect, by 303 or as htmx is told, shows nothing."""
    return not (300 <= response.status_code < 400 or response.status_code == 204)


# The inside ------------------------------------------------------------------------------------------------------------
def _answer(request: HttpRequest, marks: Screen, view: View, args: Any, kwargs: Any) -> HttpResponse:
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if not actor.screen:
        actor = replace(actor, screen=marks.name)
    asked = cast(Request, request)
    asked.actor, asked.screen, asked.readings = actor, marks, []
    method = request.method or "GET"
    if method not in marks.methods and not (method == "HEAD" and "GET" in marks.methods):
        return HttpResponseNotAllowed(marks.methods)
    if not marks.opens(actor):
        if actor.is_anonymous and not marks.public:
            return _sign_in(request)
        raise Http404(marks.name)
    if method not in SAFE and (closed := past.refusal(request)):
        return _refused(request, DomainError(closed), status=409)
    if wants_part(request) and method in SAFE and (elsewhen := past.other_day(request)) is not None:
        return elsewhen
    before = gestures.finished()
    try:
        response = _seen(request, marks, lambda: view(request, *args, **kwargs))
    except StepFirst as step:
        return _step_first(request, step)
    if _shows(response):
        for note, back in asked.readings:
            try:
                note()
            except StepFirst as step:
                taken = response.status_code < 400 and gestures.finished() > before  # it was done: it must not be sent again
                return _step_first(request, StepFirst(step.url, back=step.back or back, keeps=step.keeps and not taken))
    typed.settle(request)
    return response


def _seen(request: HttpRequest, marks: Screen, run: Callable[[], HttpResponse]) -> HttpResponse:
    """What the view answers, or why it does not."""
    try:
        if marks.creates and request.method == "POST":
            return _once(request, marks, run)
        with past.around(request):
            return run()
    except Conflict as error:
        return conflict(request, error, **(error.told if isinstance(error, Both) else {}))
    except DomainError as error:
        return _refused(request, error)


def _step_first(request: HttpRequest, step: StepFirst) -> HttpResponse:
    """Lead to the page that asks, with the way back: to what was typed, when a form was being sent."""
    here = request.get_full_path() if request.method in SAFE and not wants_part(request) else request.path
    if request.method not in SAFE and "GET" not in _methods(request):  # the address of a gesture shows nothing by itself
        here = local_url(request, request.headers.get("Referer"), "")
    back = step.back or here
    if step.keeps:
        back = typed.keep(request, back) or back
    target = f"{step.url}{'&' if '?' in step.url else '?'}{urlencode({'next': back})}"
    if is_htmx(request):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = iri_to_uri(target) or "/"
        return response
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response


def _once(request: HttpRequest, marks: Screen, run: Callable[[], HttpResponse]) -> HttpResponse:
    """A repeated POST leads where the first one led. An answer that is not a success gives the key back, and so does one that only shows
    something (a letter looked at before it is published): the same page sends the gesture itself with that key."""
    key = request.POST.get(IDEMPOTENCY_FIELD, "") or request.headers.get("Idempotency-Key", "")
    if not key:
        return run()
    session = getattr(request, "session", None)
    holder = idempotency.holder(request.actor, (session.session_key if session is not None else "") or "")  # type: ignore[attr-defined]
    first, location = idempotency.claim(key, actor=holder, screen=marks.name)
    if not first:
        if location:
            return done(request, location)
        return _refused(
            request, DomainError(_("This is already being done. Wait a moment, then look at the list before sending it again.")), status=409
        )
    settled, before = False, gestures.finished()
    try:
        response = run()
        where = response.headers.get("HX-Location") or response.headers.get("Location") or ""
        if response.status_code < 400 and (where or gestures.finished() > before):
            idempotency.settle(key, actor=holder, screen=marks.name, location=where or request.get_full_path())
            settled = True
        return response
    finally:
        if not settled:
            idempotency.release(key, actor=holder, screen=marks.name)


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in, or the session ended. A form that was being sent comes back by itself: its page keeps the draft in the
    browser's tab and takes it up again where the address ends in ``#draft``.
    """
    back = request.get_full_path()
    if request.method not in SAFE or is_htmx(request):
        current = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
        current = local_url(request, current, back)
        path = "/" + current.split("/", 3)[3] if current.startswith(("http://", "https://")) and current.count("/") >= 3 else current
        back = path.split("#")[0] + "#draft"
    target = redirect_to_login(back).url
    if is_htmx(request):
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = target
        return response
    response = HttpResponseRedirect(target)
    response.status_code = 303 if request.method not in SAFE else 302
    return response


def _refused(request: HttpRequest, error: DomainError, status: int | None = None) -> HttpResponse:
    """A refusal that the view did not place beside its form: a toast under htmx, else a page of its own. Nothing was changed."""
    code = status or error.status
    if is_htmx(request):
        response = HttpResponse(status=code)
        response.headers["HX-Reswap"] = "none"
        response.headers["HX-Trigger"] = _header({"parvis:toast": [{"text": str(error.message), "level": "error"}]})
        return response
    back = local_url(request, request.headers.get("Referer"), request.path if "GET" in _methods(request) else "/")
    return render(request, "ui/refused.html", {"message": str(error.message), "back": back}, status=code)


def _methods(request: HttpRequest) -> tuple[str, ...]:
    marks: Screen | None = getattr(request, "screen", None)
    return marks.methods if marks is not None else ()


def _with_toasts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Messages of a part travel in a header: the place where pages show them is not in it."""
    pending = [{"text": str(m), "level": m.level_tag} for m in messages.get_messages(request)]
    if pending:
        response.headers["HX-Trigger"] = _header({"parvis:toast": pending})
    return response


def _finish(request: HttpRequest, marks: Screen, response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    if not marks.public or not request.actor.is_anonymous or marks.writes:  # type: ignore[attr-defined]
        response.headers.setdefault("Cache-Control", "no-store, private")
    return response


def _header(value: Any) -> str:
    """ASCII only: a header cannot carry accents."""
    return json.dumps(value, ensure_ascii=True)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
