"""How often a thing is referred to by any table: the only question that taking back asks of contexts it does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Count

from parvis.contacts.api import Household, Person
from parvis.dossiers.api import Dossier

ANCHORS: dict[str, type[Any]] = {"person": Person, "household": Household, "dossier": Dossier}
# The journal and its jobs speak of everything; search keys follow the facts.
SILENT_APPS = {"kernel", "takeover", "sessions", "contenttypes", "auth", "messages"}
SILENT_MODELS = {"contacts.personindex", "contacts.persontoken"}
CHUNK = 400


def usage_of(kind: str, ids: Sequence[int]) -> dict[int, int]:
    """Number of rows that point at each thing, by foreign key, by number or as their subject."""
    counts: Counter[int] = Counter()
    for model, field, also in _pointers(kind):
        for start in range(0, len(ids), CHUNK):
            rows = model._base_manager.filter(**{f"{field}__in": list(ids[start : start + CHUNK])}, **also).order_by()
            for target, n in rows.values_list(field).annotate(n=Count("pk")):
                counts[target] += n
    return dict(counts)


def _pointers(kind: str) -> Iterator[tuple[type[Any], str, dict[str, str]]]:
    anchor = ANCHORS[kind]
    for model in apps.get_models():
        meta = model._meta
        if meta.app_label in SILENT_APPS or meta.label_lower in SILENT_MODELS or not model.__module__.startswith("parvis."):
            continue
        names = {field.name for field in meta.concrete_fields}
        for field in meta.concrete_fields:
            if field.related_model is anchor or (field.related_model is None and field.name == f"{kind}_id"):
                yield model, field.attname, {}
        if {"subject_type", "subject_id"} <= names:
            yield model, "subject_id", {"subject_type": kind}
