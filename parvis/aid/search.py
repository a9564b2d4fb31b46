"""Attestations in the search box: the person's name leads to the paper, ready to be printed."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import search_person_ids
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources, unguarded
from parvis.kernel.statements import Statement, one_of
from parvis.ui import formats

from .access import may_attest
from .attestations import attested_kinds
from .enums import EntitlementState
from .models import Entitlement

#: More than these are found from the dossier.
MOST = 3
_RIGHTS = Statement("aid.attestable")


class Told(NamedTuple):
    """What a hit says of a right: of several found, the whole rows are not read."""

    pk: int
    beneficiary_id: int
    beneficiary_name: str
    kind: str
    title: dict[str, str]
    number: str
    dossier_uuid: UUID


def search_attestable(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Persons found by name or number who have a right that runs, in files that ask no reason first."""
    found = search_person_ids(actor=actor, query=query, limit=limit * 3)
    if not found:
        return []

    def read(at: dict[str, Any]) -> Any:
        # The state is hidden from the index of running rights: it holds those of the whole centre, and these persons have a few.
        rows = (
            Entitlement.objects.visible_to(actor)
            .alias(now=Concat("state", Value("")))
            .filter(
                one_of("beneficiary", at["people"]),
                decision__isnull=False,
                periodicity="month",
                now=EntitlementState.RUNNING,
            )
        )
        for asking_nothing in unguarded.all():
            rows = rows.filter(asking_nothing(actor, "dossier_id"))
        return rows.order_by("pk").values_list(*Told._fields[:-2], "dossier__number", "dossier__uuid")[: limit * 9]

    order = {pk: at for at, pk in enumerate(found)}
    rights = [Told(*row) for row in _RIGHTS.rows((actor, limit), read, people=found)]
    # What can be attested at all is asked only when there is something.
    kinds = set(attested_kinds()) if rights else set()
    hits: dict[int, Hit] = {}
    for right in sorted(rights, key=lambda row: (order[row.beneficiary_id], -row.pk)):
        if right.kind not in kinds:
            continue
        hits.setdefault(
            right.beneficiary_id,
            Hit(
                title=right.beneficiary_name,
                subtitle=f"{right.number} · {formats.label(right.title)}",
                url=reverse("aid:attest", args=[right.dossier_uuid]),
                icon="certificate",
            ),
        )
    return list(hits.values())[: min(limit, MOST)]


search_sources.register(
    "attestations", SearchSource(key="attestations", title=_("Print an attestation"), order=45, search=search_attestable, access=may_attest)
)
