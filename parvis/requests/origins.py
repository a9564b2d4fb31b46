"""What facts taken from a request say of their source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.dossiers.api import Dossier
from parvis.kernel import registries
from parvis.kernel.actor import Actor, system_actor
from parvis.ui import formats

from . import access
from .models import Request

_READER = system_actor("requests.reader")


def _parts(reference: str) -> tuple[int, str]:
    number, _sep, key = reference.partition(":")[2].partition("#")
    return int(number), key


def origins_of(actor: Actor, references: list[str]) -> dict[str, tuple[str, str]]:
    """ "request:66#rent" → "request 2026/00412, question “Rent”", with the address of the request for who may open it. One query.

    A person is read by every service; that there was a request in another one is told to nobody who sees neither it nor its file.
    """
    mine = Request.objects.visible_to(actor).filter(pk=OuterRef("pk"))
    in_file = Dossier.objects.visible_to(actor).filter(pk=OuterRef("dossier"))
    rows = (
        Request.objects.visible_to(_READER)
        .filter(pk__in={_parts(reference)[0] for reference in references})
        .select_related("procedure__form")
        .only("uuid", "number", "procedure__definition", "procedure__form__definition")
        .annotate(is_mine=Exists(mine), is_told=Exists(mine) | Exists(in_file))
        .order_by("pk")
    )
    known = {row.pk: row for row in rows}
    found: dict[str, tuple[str, str]] = {}
    for reference in references:
        pk, key = _parts(reference)
        row = known.get(pk)
        if row is None or not row.is_told:
            continue
        question = _question(row.procedure.definition, row.procedure.form.definition, key) if key else ""
        if question:
            text = _("request %(number)s, question “%(question)s”") % {"number": row.number, "question": question}
        else:
            text = _("request %(number)s") % {"number": row.number}
        opens = row.is_mine and access.can_read(actor)
        found[reference] = (text, reverse("requests:detail", args=[row.uuid]) if opens else "")
    return found


def _question(definition: Mapping[str, Any], form: Mapping[str, Any], key: str) -> str:
    """The words of the question from which a fact was taken: it is named by the part of the person, or by what is taken over."""
    field = definition.get("person", {}).get(key) or next(
        (take["field"] for take in definition.get("takes", []) if take["key"] == key), key
    )
    for page in form["pages"]:
        for one in page["fields"]:
            if one["key"] == field:
                return formats.label(one["label"])
    return ""


registries.origins.register("request", origins_of)
