"""The register of attestations as a list."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.ui import formats
from parvis.ui.grid import Column, Filter, Grid
from parvis.ui.logged import export_log


def _search(rows: Any, text: str) -> Any:
    """Its number, or a part of the name as it was printed."""
    bare = text.strip().upper()
    if any(char.isdecimal() for char in bare):
        return rows.filter(number__startswith=bare)
    for word in text.split()[:4]:
        rows = rows.filter(person_name__icontains=word)
    return rows


ATTESTATIONS = Grid(
    key="attestations",
    name=_("Attestations handed over"),
    columns=[
        Column("number", _("Number"), sort="number", main=True, detail=lambda row: formats.label(row.title)),
        Column("person_name", _("Person"), detail=lambda row: row.dossier.number),
        Column("period", _("Period"), value=lambda row: formats.period(row.valid_from, row.valid_to)),
        Column("recipient", _("For"), spare=True),
        Column("issued_at", _("Handed over"), kind="moment", sort="issued_at", detail=lambda row: row.issued_by_label),
    ],
    filters=[
        Filter("since", _("Handed over since"), kind="day", apply=lambda rows, v: rows.filter(issued_on__gte=formats.as_date(v))),
    ],
    search=_search,
    default_sort="-issued_at",
    row_url=lambda row: reverse("aid:attestation", args=[row.uuid]),
    empty_title=_("No attestation was handed over yet"),
    empty_text=_("They are printed from the dossier: “Attestation”, then “Print”."),
    on_export=export_log("aid", "aid.attestations_exported", "attestations"),
)
