"""The one way to offer an address to programs: closed unless the token opens the part, and the person behind it may read it.

Annotations of addresses are read by the framework when they are declared: these modules do not postpone them.
"""

import base64
import binascii
import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Router
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from parvis.identity.api import actor_for
from parvis.kernel import clock, memo
from parvis.kernel.actor import Actor
from parvis.kernel.errors import StepFirst
from parvis.kernel.models import MutationLine
from parvis.kernel.mutations import record_read
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Screen

from . import services
from .access import narrowed
from .enums import Scope
from .problems import Problem, document
from .schemas import ProblemOut
from .selectors import state_of, token_behind

MOST = 200
USUAL = 50
#: Writes that began before a list was read and end after it are found by the next one.
OVERLAP = dt.timedelta(minutes=1)

After = Annotated[str, Query(description="Where the page before ended: its `next`.", max_length=64)]
Limit = Annotated[int, Query(description="Rows on a page.", ge=1, le=MOST)]
Since = Annotated[
    dt.datetime | None, Query(description="Only what was written or changed since this instant: the `as_of` of the last pull.")
]
Number = Annotated[str, Query(description="Only of the dossier with this number.", max_length=20)]


class TokenAuth(HttpBearer):
    """Sets ``request.token`` and ``request.actor``: the person behind the token as of now, narrowed. A session's cookie opens nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = token_behind(token.strip())
        if found is None:
            raise Problem("token-unknown")
        state = state_of(found)
        if state == "closed":
            raise Problem("account-closed")
        if state != "works":
            raise Problem("token-over")
        if not services.count_call(found):
            raise Problem("too-many")
        actor = actor_for(found.account)
        if not actor.grants:
            raise Problem("no-function")
        request.token = found  # type: ignore[attr-defined]
        request.actor = narrowed(actor, found)  # type: ignore[attr-defined]
        return found


api = NinjaAPI(
    title="Parvis",
    version="1",
    description="Reads with the rights of the person or application behind a token, narrowed by the token.",
    auth=TokenAuth(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
FAILURES = frozenset({401, 403, 404, 422, 429})
#: Name of an address to the part that a token must name, and the schema of its answer; "" = any token.
ENDPOINTS: dict[str, str] = {}


def reads(
    router: Router,
    route: str,
    name: str,
    *,
    scope: Scope | None,
    access: Callable[[Actor], bool],
    response: Any,
    summary: str,
    tag: str,
    gone: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Offer an address that reads.

    Args:
        scope: the part that the token must name; None for what every token may read.
        access: what the page asks of the reader; who is refused there finds nothing here.
        gone: answers 410 for what was destroyed lawfully.
    """

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def checked(request: Any, **given: Any) -> Any:
            if scope is not None and scope.value not in request.token.scopes:
                raise Problem("scope-missing", _("It would need “%(part)s”.") % {"part": scope.label})
            request.actor = replace(request.actor, screen=f"api.{name}")
            if not access(request.actor):
                raise Problem("not-found")
            # Nobody takes a list out unseen: which part a token read stands in the log, once in ten minutes.
            record_read(actor=request.actor, subject=services.token_ref(request.token), screen=request.actor.screen)
            with memo.sharing():
                return view(request, **given)

        codes = FAILURES | ({410} if gone else set())
        router.get(
            route,
            response={200: response, codes: ProblemOut},
            url_name=name,
            operation_id=name,
            summary=summary,
            description=(view.__doc__ or "").strip(),
            tags=[tag],
            auth=TokenAuth(),
        )(checked)
        ENDPOINTS[name] = scope.value if scope is not None else ""
        return checked

    return mark


# Failures ----------------------------------------------------------------------------------------------------------------
@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = document(request, problem)
    if problem.code == "too-many":
        response.headers["Retry-After"] = str(60 - int(clock.now().timestamp()) % 60)
    return response


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return document(request, Problem("no-token"))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return document(request, Problem("not-found"))


@api.exception_handler(StepFirst)
def _reason(request: HttpRequest, step: StepFirst) -> HttpResponse:
    return document(request, Problem("reason-needed", page=request.build_absolute_uri(step.url)))


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    named = [{"name": str(one["loc"][-1]), "problem": str(one["msg"])} for one in error.errors]
    return document(request, Problem("not-understood", ", ".join(one["name"] for one in named), errors=named))


# Pages -------------------------------------------------------------------------------------------------------------------
def mark_of(pk: int) -> str:
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def place_of(after: str) -> int:
    """The row after which a page begins.

    Raises:
        Problem: a mark that no page gave.
    """
    try:
        return int(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, binascii.Error):
        raise Problem("not-understood", "after", errors=[{"name": "after", "problem": _("No page gave this mark.")}]) from None


def page_of(rows: QuerySet[Any], tell: Callable[[list[Any]], list[Any]], *, after: str, limit: int) -> dict[str, Any]:
    """A page in the order in which rows were written, told all at once; nothing is counted."""
    as_of = clock.now() - OVERLAP
    if after:
        rows = rows.filter(pk__gt=place_of(after))
    found = list(rows.order_by("pk")[: limit + 1])
    following = mark_of(found[limit - 1].pk) if len(found) > limit else None
    return {"items": tell(found[:limit]), "next": following, "as_of": as_of}


def instant(since: dt.datetime) -> dt.datetime:
    """An instant without zone is one of the instance's."""
    return since if since.tzinfo is not None else since.replace(tzinfo=clock.zone())


def changed_since(rows: QuerySet[Any], kind: str, since: dt.datetime) -> QuerySet[Any]:
    """Rows about which the journal of changes has a line since then."""
    lines = MutationLine.objects.filter(subject_type=kind, subject_id=OuterRef("pk"), recorded_at__gte=instant(since))
    return rows.filter(Exists(lines.order_by()))


def note_reading(request: Any, subject: SubjectRef, *, within: SubjectRef | None = None) -> None:
    """The same line in the log as the page writes, with the name of the token.

    Raises:
        StepFirst: the look-up is unusual, and nobody gave a reason on the page.
    """
    record_read(actor=request.actor, subject=subject, screen=request.actor.screen, within=within)


# Addresses ---------------------------------------------------------------------------------------------------------------
def urlpatterns() -> list[URLPattern]:
    """The declared addresses, each with the marks by which the access matrix knows it."""
    return [path(f"api/v1/{p.pattern}", _answering(p.name, p.callback), name=p.name) for p in api.urls[0] if p.name in ENDPOINTS]


def _answering(name: str, callback: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET":
            response = document(request, Problem("method"))
        else:
            response = callback(request, *args, **kwargs)
        patch_vary_headers(response, ("Authorization", "Accept-Language"))
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    view.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens anything here
    view.screen = Screen(name=f"api.{name}", access=None, methods=("GET",))  # type: ignore[attr-defined]
    return view


def measure() -> int:
    return int(settings.PARVIS["api_calls_a_minute"])
