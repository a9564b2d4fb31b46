"""Where a paper that nobody looks after can be brought: the files of a person, or one by its number."""

from __future__ import annotations

from typing import Any

from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.registries import PaperHome
from parvis.kernel.subject import SubjectRef

from .models import Dossier, DossierMember

_READER = system_actor("dossiers.papers")


def _home(row: Dossier) -> PaperHome:
    index = getattr(row.lead, "index", None)
    return PaperHome(SubjectRef("dossier", row.pk), f"{row.number} · {index.display_name if index else '?'}", row.pk)


def _rows(actor: Actor) -> Any:
    return Dossier.objects.visible_to(actor).filter(archived_on=None, destroyed_on=None).select_related("lead__index")


def home_by_number(actor: Actor, number: str) -> PaperHome | None:
    """The file with this number, as far as the actor sees it."""
    found = _rows(actor).filter(number=number.strip()).first()
    return _home(found) if found else None


def homes_of_persons(actor: Actor, person_ids: set[int]) -> dict[int, list[PaperHome]]:
    """Files of these persons that the actor sees, open and newest first; two queries for any number."""
    if not person_ids:
        return {}
    pairs = DossierMember.objects.visible_to(_READER).filter(person_id__in=person_ids, live=1).order_by()
    by_file: dict[int, set[int]] = {}
    for person_id, dossier_id in pairs.values_list("person_id", "dossier_id").distinct():
        by_file.setdefault(dossier_id, set()).add(person_id)
    homes: dict[int, list[PaperHome]] = {}
    for row in _rows(actor).filter(pk__in=by_file).order_by("-status", "-number", "-pk"):
        for person_id in by_file[row.pk]:
            homes.setdefault(person_id, []).append(_home(row))
    return homes
