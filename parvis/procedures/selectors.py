from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.identity.api import Unit

from .errors import UnknownProcedure
from .models import Procedure, ProcedureVersion


def latest(key: str, *, only_open: bool = False) -> ProcedureVersion:
    """The version that new requests get.

    Raises:
        UnknownProcedure: nothing was published under the key, or it is closed.
    """
    rows = ProcedureVersion.objects.select_related("procedure", "form").filter(procedure__key=key)
    if only_open:
        rows = rows.filter(procedure__is_open=True)
    found = rows.order_by("-number").first()
    if found is None:
        raise UnknownProcedure(_("This procedure does not exist, or is closed."))
    return found


def version(pk: int) -> ProcedureVersion:
    """Raises UnknownProcedure."""
    found = ProcedureVersion.objects.select_related("procedure", "form").filter(pk=pk).first()
    if found is None:
        raise UnknownProcedure(_("This procedure does not exist, or is closed."))
    return found


def open_procedures() -> list[ProcedureVersion]:
    """Latest version of each procedure that people may start, in order."""
    out: dict[int, ProcedureVersion] = {}
    for row in ProcedureVersion.objects.select_related("procedure", "form").filter(procedure__is_open=True).order_by("number", "pk"):
        out[row.procedure_id] = row
    return sorted(out.values(), key=lambda row: (row.procedure.order, row.procedure.key))


def receiving_unit(definition: Mapping[str, Any]) -> Unit:
    """The unit that gets a request: the one that the procedure names, else the first of the centre.

    Raises:
        UnknownProcedure: the centre has no unit at all.
    """
    unit = Unit.objects.filter(code=definition["unit"]).first() or Unit.objects.filter(is_active=True).order_by("path").first()
    if unit is None:
        raise UnknownProcedure(_("No service can receive this request: create a unit first."))
    return unit


def all_procedures() -> list[Procedure]:
    return list(Procedure.objects.prefetch_related("versions"))
