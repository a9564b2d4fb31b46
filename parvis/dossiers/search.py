"""Dossiers in the search box: by number, by the name of the person, by the national number."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import display_names, living_at, person_cards, search_person_ids, search_persons
from parvis.kernel import asof
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.statements import Statement, one_of

from .access import can_read_dossiers
from .enums import DossierStatus
from .models import Dossier, DossierMember, DossierProfile
from .models.custom import external_key
from .past import standing

_MEMBERS = Statement("dossiers.found_members")


class Told(NamedTuple):
    """What a hit says of a dossier: of many found, the whole rows are not read."""

    uuid: UUID
    number: str
    lead_id: int
    status: str
    archived_on: date | None
    destroyed_on: date | None


def search_dossiers(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Only dossiers that the actor may open; one more than these is not hinted at."""
    text = query.strip()
    if (view := asof.view()) is not None:
        return dossiers_then(actor, text, view, limit)
    match = re.fullmatch(r"(\d{4})[-/ ](\d{1,6})", text)
    if match:
        exact, prefix = f"{match[1]}-{int(match[2]):05}", f"{match[1]}-{match[2]}"
        rows = list(Dossier.objects.visible_to(actor).filter(number__in=[exact, prefix]).order_by("number", "pk")[:limit])
        if not rows:
            rows = list(
                Dossier.objects.visible_to(actor).filter(number__gte=prefix, number__lt=prefix + ":").order_by("number", "pk")[:limit]
            )
        names = display_names(row.lead_id for row in rows)
        return [_hit(row, names.get(row.lead_id, ""), _("dossier number")) for row in rows]
    numbered = _by_number_elsewhere(actor, text, limit)
    if numbered:
        return numbered
    found = search_persons(actor=actor, query=text, limit=limit * 3)
    why = {row.pk: reason for row, reason in found}
    order = {row.pk: at for at, (row, _why) in enumerate(found)}
    members = _MEMBERS.rows(
        actor,
        lambda at: (
            DossierMember.objects.visible_to(actor)
            .filter(one_of("person", at["people"]), live=1)
            .order_by("pk")
            .values_list("person", "dossier", *(f"dossier__{name}" for name in Told._fields))
        ),
        people=list(why),
    )
    hits: dict[int, tuple[int, int, int, Told]] = {}
    for person, dossier, *told in members:
        best = hits.get(dossier)
        if best is None or order[person] < best[0]:
            hits[dossier] = order[person], dossier, person, Told(*told)
    ranked = [(person, told) for _at, _dossier, person, told in sorted(hits.values(), key=lambda one: one[:2])[:limit]]
    names = display_names([told.lead_id for _person, told in ranked] + [person for person, _told in ranked])
    return [
        _hit(told, names.get(told.lead_id, ""), why[person] + (f" · {names.get(person)}" if person != told.lead_id else ""))
        for person, told in ranked
    ]


def dossiers_then(actor: Actor, text: str, view: PastView, limit: int) -> list[Hit]:
    """On a past day: by number, or by whoever was in them that day, under the state and the names of that day."""
    rows = standing(Dossier.objects.visible_to(actor).filter(destroyed_on__isnull=True), view)
    match = re.fullmatch(r"(\d{4})[-/ ](\d{1,6})", text)
    if match:
        wanted = {f"{match[1]}-{int(match[2]):05}", f"{match[1]}-{match[2]}"}
        rows = rows.filter(number__in=wanted)
        why: dict[int, str] = {}
    else:
        found = search_person_ids(actor=actor, query=text, limit=limit * 3) or living_at(text, view, limit * 3)
        members = DossierMember.objects.visible_to(actor).filter(person__in=found).at(view.day, view.known_on).order_by("pk")
        in_file = dict(members.values_list("dossier_id", "person_id"))
        names = {pk: card.display_name for pk, card in person_cards(actor, in_file.values(), view.day, view.known_on, brief=True).items()}
        why = {pk: names.get(person, "") for pk, person in in_file.items()}
        rows = rows.filter(pk__in=list(in_file))
    shown = list(rows.order_by("-number", "-pk")[:limit])
    leads = person_cards(actor, [row.lead_id for row in shown], view.day, view.known_on, brief=True)
    hits = []
    for row in shown:
        lead = leads[row.lead_id].display_name if row.lead_id in leads else ""
        hits.append(
            Hit(
                title=f"{row.number} · {lead}",
                subtitle=str(DossierStatus(row.status_then).label),
                url=reverse("dossiers:detail", args=[row.uuid]),
                why=str(_("in the dossier that day: %(name)s") % {"name": why[row.pk]}) if row.pk in why else str(_("dossier number")),
                icon="folder",
            )
        )
    return hits


def _by_number_elsewhere(actor: Actor, text: str, limit: int) -> list[Hit]:
    """The number of the paper file or of the former program ("824415 DEM"), whole or its beginning."""
    key = external_key(text)
    if len(key) < 4 or not any(letter.isdecimal() for letter in key):
        return []
    last = key[:-1] + chr(ord(key[-1]) + 1)
    rows = DossierProfile.objects.visible_to(actor).filter(external_key__gte=key, external_key__lt=last)
    found = list(rows.select_related("dossier").order_by("external_key", "pk")[:limit])
    names = display_names(row.dossier.lead_id for row in found)
    return [_hit(row.dossier, names.get(row.dossier.lead_id, ""), f"{_('number elsewhere')} {row.external_number}") for row in found]


def _hit(dossier: Dossier | Told, name: str, why: str) -> Hit:
    return Hit(
        title=f"{dossier.number} · {name}",
        subtitle=_subtitle(dossier),
        url=reverse("dossiers:detail", args=[dossier.uuid]),
        why=why,
        icon="archive" if dossier.archived_on else "folder",
    )


def _subtitle(dossier: Dossier | Told) -> str:
    if dossier.destroyed_on is not None:
        return _("destroyed, only its number is left")
    return _("in the archive") if dossier.archived_on else str(DossierStatus(dossier.status).label)


search_sources.register(
    "dossiers",
    SearchSource(key="dossiers", title=gettext_lazy("Dossiers"), order=10, search=search_dossiers, access=can_read_dossiers, past=True),
)
