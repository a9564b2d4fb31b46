"""Pages on which the steps of a process are done, and links to what belongs here."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import memo, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.links import row_links
from parvis.kernel.registries import PaperHome, PaperKeeper, Screen, SubjectCard
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.workflows.api import ItemState, WorkItem

from .access import can_read
from .models import Request, RequestLine
from .selectors import lines_of_dossier

_READER = system_actor("requests.reader")


def _request_of(subject: SubjectRef) -> Request:
    if subject.type == "request_line":
        request: Request = RequestLine.objects.visible_to(_READER).select_related("request").get(pk=subject.id).request
        return request
    found: Request = Request.objects.visible_to(_READER).get(pk=subject.id)
    return found


def identify_url(subject: SubjectRef) -> str:
    return reverse("requests:identify", args=[_request_of(subject).uuid])


def detail_url(subject: SubjectRef) -> str:
    return reverse("requests:detail", args=[_request_of(subject).uuid])


def _name(request: Request) -> str:
    return f"{request.applicant_name} · {request.number}"


def _line_name(line: RequestLine) -> str:
    return f"{line.request.applicant_name} · {formats.label(line.label)} · {line.request.number}"


def _lines(actor: Actor) -> Any:
    return RequestLine.objects.visible_to(actor).select_related("request")


_CARDS = Statement("requests.cards")


def _line_cards(actor: Actor, refs: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    """Lines of requests in lists of tasks, one query for any number. Who has the task but not the request sees its number alone."""
    ids = {ref.id for ref in refs}
    # On the page of a dossier its lines are read once for all panels.
    dossier = memo.kept("dossier")
    lines = {line.pk: line for line in lines_of_dossier(actor, dossier)} if dossier else {}
    open_to = set(lines)
    if not ids <= open_to:

        def read(at: dict[str, Any]) -> Any:
            mine = RequestLine.objects.visible_to(actor).filter(pk=OuterRef("pk"))
            rows = RequestLine.objects.visible_to(_READER).filter(one_of("pk", at["ids"])).select_related("request")
            return rows.annotate(is_mine=Exists(mine)).order_by("pk")

        lines = {line.pk: line for line in _CARDS.rows(actor, read, ids=sorted(ids))}
        open_to = {pk for pk, line in lines.items() if line.is_mine}
    cards = {}
    for line in (lines[pk] for pk in sorted(ids & lines.keys())):
        number = line.request.number
        label = formats.label(line.label)
        cards[SubjectRef("request_line", line.pk)] = (
            SubjectCard(line.request.applicant_name, f"{label} · {number}", reverse("requests:detail", args=[line.request.uuid]))
            if line.pk in open_to
            else SubjectCard(number, label)
        )
    return cards


def _visible_requests(actor: Actor) -> Any:
    """Without those of a service of before: their papers lie in the file, and are asked of it by class of data."""
    return Request.objects.visible_to(actor.without_kept).order_by().values("pk")


def _visible_lines(actor: Actor) -> Any:
    return RequestLine.objects.visible_to(actor).order_by().values("pk")


registries.screens.register("requests.identify", Screen("requests.identify", _("Identify the person"), identify_url))
registries.screens.register("requests.detail", Screen("requests.detail", _("Request"), detail_url))
registries.subject_scopes.register("request", _visible_requests)
registries.subject_scopes.register("request_line", _visible_lines)
_TELLER = system_actor("requests.readings")
registries.read_parts.register(
    "request", lambda dossier_id: Request.objects.visible_to(_TELLER).filter(dossier=dossier_id).order_by().values("pk")
)
registries.dossier_parts.register(
    "requests", lambda actor, dossier_id: Request.objects.visible_to(actor).filter(dossier=dossier_id).exists()
)
registries.subject_links.register(
    "request",
    row_links(
        Request.objects.visible_to,
        name=_name,
        url=lambda row: reverse("requests:detail", args=[row.uuid]),
        opens=can_read,
        number=lambda row: row.number,
    ),
)
registries.subject_links.register(
    "request_line",
    row_links(
        _lines,
        name=_line_name,
        url=lambda row: reverse("requests:detail", args=[row.request.uuid]),
        opens=can_read,
        number=lambda row: row.request.number,
    ),
)
registries.subject_cards.register("request_line", _line_cards)


def _all_requests() -> Any:
    return Request.objects.visible_to(_READER).order_by().values("pk")


def _awaited_requests() -> Any:
    """Requests that wait to join a file while somebody has the task: their papers are looked after. After the joining the file has them."""
    open_ones = WorkItem.objects.visible_to(_READER).filter(state=ItemState.OPEN)
    lines = RequestLine.objects.visible_to(_READER).filter(request=OuterRef("pk"))
    of_lines = open_ones.filter(subject_type="request_line", subject_id=OuterRef("pk"))
    of_request = open_ones.filter(subject_type="request", subject_id=OuterRef("pk"))
    rows = Request.objects.visible_to(_READER).filter(Exists(lines.filter(Exists(of_lines))) | Exists(of_request), joined_at=None)
    return rows.order_by().values("pk")


def _paper_home(actor: Actor, number: str) -> PaperHome | None:
    found = Request.objects.visible_to(actor).filter(number=number).first()
    return PaperHome(SubjectRef("request", found.pk), _name(found), found.dossier_id) if found else None


registries.paper_keepers.register("request", PaperKeeper(_all_requests, _awaited_requests))


def _joined_homes(actor: Actor, ids: set[int]) -> dict[int, list[PaperHome]]:
    """The file that a request joined, where its papers should lie."""
    joined = Request.objects.visible_to(actor).filter(pk__in=ids, dossier__isnull=False).select_related("dossier")
    return {
        row.pk: [PaperHome(SubjectRef("request", row.pk), f"{row.dossier.number} · {row.applicant_name}", row.dossier_id)]
        for row in joined
        if row.dossier is not None
    }


registries.paper_homes.register("request", _paper_home)
registries.subject_homes.register("request", _joined_homes)
