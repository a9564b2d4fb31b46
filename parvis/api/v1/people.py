"""Persons."""

from typing import Annotated, Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from ninja import Query, Router

from parvis.contacts.api import (
    Person,
    bank_accounts,
    can_edit_bank_account,
    can_read_persons,
    person_card,
    search_person_ids,
    sees_bank_accounts,
)
from parvis.dossiers.api import DossierMember
from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import format_iban, mask_iban
from parvis.kernel.scope import may_see
from parvis.kernel.subject import SubjectRef

from .. import schemas
from ..endpoint import USUAL, After, Limit, Since, changed_since, note_reading, page_of, reads
from ..enums import Scope
from ..problems import Problem

router = Router()


def _may(actor: Actor) -> bool:
    return can_read_persons(actor) and may_see(actor, "identity")


def _line(row: Person) -> dict[str, Any]:
    index = getattr(row, "index", None)
    return {"id": row.uuid, "name": index.display_name if index else "?", "birth_date": index.birth_date if index else None}


@reads(router, "persons", "persons", scope=Scope.PERSONS, access=_may, response=schemas.Persons, summary="Persons", tag="persons")
def persons(
    request: Any,
    q: Annotated[
        str, Query(description="Parts of names in any spelling, a national number: the best fifty, on one page.", max_length=120)
    ] = "",
    after: After = "",
    limit: Limit = USUAL,
    since: Since = None,
) -> Any:
    """With `q`, what the search box finds. Without, the persons who are or were in dossiers that the holder may open, and no other."""
    actor: Actor = request.actor
    rows = Person.objects.visible_to(actor).filter(merged_into=None).select_related("index")
    if q.strip():
        found = search_person_ids(actor=actor, query=q.strip(), limit=min(limit, 50))
        rows = rows.filter(pk__in=found)
    else:
        # Asked of each person in turn: a list of all members of a large centre would be made anew for every page.
        mine = DossierMember.objects.visible_to(actor).filter(person=OuterRef("pk"), live=1, dossier__destroyed_on__isnull=True)
        rows = rows.filter(Exists(mine.order_by()))
    if since is not None:
        rows = changed_since(rows, "person", since)
    return page_of(rows, lambda found: [_line(row) for row in found], after=after, limit=limit)


@reads(
    router,
    "persons/{uuid:key}",
    "person",
    scope=Scope.PERSONS,
    access=_may,
    response=schemas.PersonOut,
    summary="One person",
    tag="persons",
)
def person(request: Any, key: UUID) -> Any:
    """What the page of a person says today. Written into the log of reading."""
    actor: Actor = request.actor
    row = Person.objects.visible_to(actor).filter(uuid=key, merged_into=None).first()
    if row is None:
        raise Problem("not-found")
    note_reading(request, SubjectRef("person", row.pk))
    card = person_card(actor, row.pk)
    whole = can_edit_bank_account(actor) or actor.has("payer", "releaser", "accountant")
    tell = format_iban if whole else mask_iban
    return {
        "id": card.uuid,
        "name": card.display_name,
        "family_name": card.family_name,
        "given_names": card.given_names,
        "birth_date": card.birth_date,
        "birth_place": card.birth_place,
        "sex": card.sex,
        "nationality": card.nationality,
        "number": card.number,
        "language": card.language,
        "address_hidden": card.hidden,
        "address": list(card.address_lines),
        "phone": card.phone,
        "email": card.email,
        "accounts": [{"iban": tell(one.iban), "holder": one.holder} for one in bank_accounts(row.pk)]
        if sees_bank_accounts(actor)
        else None,
    }
