"""Dossiers and what lies in them: members, situation, journal, documents."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import CharField, Prefetch, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from ninja import Query, Router

from parvis.contacts.api import Person, display_names
from parvis.documents.api import Document, asked_of, documents_in_dossier, may_open_documents, taken_copy
from parvis.dossiers.api import (
    Dossier,
    Referent,
    ReferentRole,
    can_read_dossiers,
    members_at,
    referents_at,
    situation_at,
)
from parvis.journal.api import Entry, count_entries, line_of
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.models import MutationLine
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef

from .. import schemas
from ..endpoint import USUAL, After, Limit, Since, instant, note_reading, page_of, reads
from ..enums import Scope
from ..problems import Problem
from ._common import amount, last_day, named, opened

router = Router()
On = Annotated[dt.date | None, Query(description="The day on which it is read; today without.")]
#: Of rows whose dossier the reader's own scope has shown already.
_READER = system_actor("api.files")


def _line(actor: Actor, row: Dossier) -> dict[str, Any]:
    index = getattr(row.lead, "index", None)
    mains: list[Referent] = getattr(row, "main_referents", [])
    return {
        "id": row.uuid,
        "number": row.number,
        "lead": {"id": row.lead.uuid, "name": named(actor, index.display_name if index else "?")},
        "unit": row.unit.code,
        "status": "archived" if row.archived_on else row.status,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "archived_on": row.archived_on,
        "referent": mains[0].account.display_name if mains else None,
    }


def _touched_since(rows: QuerySet[Dossier], since: dt.datetime) -> QuerySet[Dossier]:
    """Dossiers in whose chain anything was written since: the file, its requests, decisions, payments, journal."""
    lines = MutationLine.objects.filter(recorded_at__gte=instant(since), stream__startswith="dossier:")
    rows = rows.annotate(stream=Concat(Value("dossier:"), Cast("pk", CharField()), output_field=CharField()))
    return rows.filter(stream__in=lines.order_by().values("stream"))


@reads(
    router,
    "dossiers",
    "dossiers",
    scope=Scope.DOSSIERS,
    access=can_read_dossiers,
    response=schemas.Dossiers,
    summary="Dossiers",
    tag="dossiers",
)
def dossiers(
    request: Any,
    after: After = "",
    limit: Limit = USUAL,
    since: Since = None,
    status: Annotated[Literal["open", "closed", "archived"] | None, Query(description="Without: open and closed, not the archive.")] = None,
) -> Any:
    """Those that the list of dossiers shows; `since`: those in which anything at all was written."""
    mains = Referent.objects.visible_to(_READER).filter(role=ReferentRole.MAIN).at(clock.today()).select_related("account")
    rows = Dossier.objects.visible_to(request.actor).filter(destroyed_on__isnull=True).select_related("unit", "lead__index")
    rows = rows.prefetch_related(Prefetch("referents", queryset=mains.order_by("pk"), to_attr="main_referents"))
    rows = rows.filter(archived_on__isnull=status != "archived")
    if status in ("open", "closed"):
        rows = rows.filter(status=status)
    if since is not None:
        rows = _touched_since(rows, since)
    return page_of(rows, lambda found: [_line(request.actor, row) for row in found], after=after, limit=limit)


@reads(
    router,
    "dossiers/{number}",
    "dossier",
    scope=Scope.DOSSIERS,
    access=can_read_dossiers,
    response=schemas.DossierOut,
    summary="One dossier",
    tag="dossiers",
    gone=True,
)
def dossier(request: Any, number: str, on: On = None) -> Any:
    """As it stands on a day: referents and situation of that day, of the classes of data that are open. Written into the log of reading."""
    row = opened(request, number)
    actor: Actor = request.actor  # as this file is read: of a service of before, with what was left open to it
    day = on or clock.today()
    lines = situation_at(row.pk, day, actor=actor)
    people = dict(Person.objects.visible_to(_READER).filter(pk__in={line.person_id for line in lines}).values_list("pk", "uuid"))
    referents = referents_at(row.pk, day)
    row.main_referents = [one for one in referents if one.role == ReferentRole.MAIN]  # type: ignore[attr-defined]
    scopes = request.token.scopes
    return {
        **_line(actor, row),
        "on": day,
        "referents": [{"role": one.role, "name": one.account.display_name} for one in referents],
        "situation": [
            {
                "kind": line.kind,
                "label": line.label,
                "person": people.get(line.person_id) if may_see(actor, "identity") else None,
                "amount": amount(line.amount) if line.amount is not None else None,
                "currency": line.currency,
                "periodicity": line.periodicity,
                "first_day": line.valid_from,
                "last_day": last_day(line.valid_to),
            }
            for line in lines
        ],
        "counts": {
            "journal": count_entries(actor, row.pk) if Scope.JOURNAL.value in scopes else None,
            "documents": documents_in_dossier(actor, row.pk).count() if Scope.DOCUMENTS.value in scopes else None,
        },
    }


@reads(
    router,
    "dossiers/{number}/members",
    "members",
    scope=Scope.DOSSIERS,
    access=can_read_dossiers,
    response=schemas.Members,
    summary="Members of a dossier",
    tag="dossiers",
    gone=True,
)
def members(request: Any, number: str, on: On = None) -> Any:
    """Its persons on a day, with their roles."""
    row = opened(request, number)
    day = on or clock.today()
    found = members_at(row.pk, day)
    ids = [one.person_id for one in found]
    names = display_names(ids)
    keys = dict(Person.objects.visible_to(_READER).filter(pk__in=ids).values_list("pk", "uuid"))
    return {
        "on": day,
        "items": [
            {
                "person": {"id": keys[one.person_id], "name": named(request.actor, names.get(one.person_id, "?"))},
                "role": one.role,
                "in_household": one.in_household,
                "first_day": one.valid_from,
                "last_day": last_day(one.valid_to),
            }
            for one in found
        ],
    }


def _entry(row: Entry) -> dict[str, Any]:
    return {
        "id": row.uuid,
        "kind": row.kind,
        "title": line_of(row),
        "text": row.text,
        "happened_at": row.happened_at,
        "recorded_at": row.recorded_at,
        "author": row.author_label,
        "corrects": row.corrects.uuid if row.corrects else None,
    }


@reads(
    router,
    "dossiers/{number}/journal",
    "journal",
    scope=Scope.JOURNAL,
    access=can_read_dossiers,
    response=schemas.Entries,
    summary="Journal of a dossier",
    tag="dossiers",
    gone=True,
)
def journal(request: Any, number: str, after: After = "", limit: Limit = USUAL, since: Since = None) -> Any:
    """Entries that the holder may read, in the order in which they were written; other people's restricted notes are not among them."""
    row = opened(request, number)
    rows = Entry.objects.visible_to(request.actor).filter(dossier=row).select_related("corrects")
    if since is not None:
        rows = rows.filter(recorded_at__gte=instant(since))
    return page_of(rows, lambda found: [_entry(one) for one in found], after=after, limit=limit)


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": row.uuid,
        "title": row.title,
        "kind": row.kind,
        "on": row.on,
        "origin": row.origin,
        "data_class": row.data_class,
        "file_name": row.file_name,
        "media_type": row.file.mime,
        "size": row.file.size,
        "recorded_at": row.recorded_at,
        "file": reverse("api:file", args=[row.uuid]),
    }


def _reads_documents(actor: Actor) -> bool:
    return can_read_dossiers(actor) and may_open_documents(actor)


@reads(
    router,
    "dossiers/{number}/documents",
    "documents",
    scope=Scope.DOCUMENTS,
    access=_reads_documents,
    response=schemas.Documents,
    summary="Documents of a dossier",
    tag="dossiers",
    gone=True,
)
def documents(request: Any, number: str, after: After = "", limit: Limit = USUAL, since: Since = None) -> Any:
    """Its own and those of what hangs on it, of the classes of data that are open."""
    row = opened(request, number)
    rows = documents_in_dossier(request.actor, row.pk)
    if since is not None:
        rows = rows.filter(recorded_at__gte=instant(since))
    return page_of(rows, lambda found: [_document(one) for one in found], after=after, limit=limit)


@reads(
    router,
    "documents/{uuid:key}/file",
    "file",
    scope=Scope.DOCUMENTS,
    access=may_open_documents,
    response=bytes,
    summary="The file of a document",
    tag="dossiers",
)
def file(request: Any, key: UUID) -> Any:
    """The bytes, marked like every copy that leaves the house: who took it and when. Written into the log of reading."""
    actor: Actor = request.actor
    row = Document.objects.visible_to(actor).select_related("file").filter(uuid=key).first()
    if row is None:
        raise Problem("not-found")
    note_reading(request, SubjectRef("document", row.pk), within=asked_of(actor, row))
    data, _mime, name = taken_copy(actor, row, saved=True)
    response = HttpResponse(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
