"""Dated parameters: added and corrected, never changed in place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.rules.access import may_change_parameters
from parvis.rules.enums import ParameterStatus
from parvis.rules.errors import RulesError
from parvis.rules.models import Parameter

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "parameters.toml"

STREAM = "context:rules"


def _checked_value(value: Any, unit: str) -> Any:
    if unit == "term":
        try:
            return Term.from_json(value).to_json()
        except (KeyError, TypeError, ValueError) as fault:
            raise RulesError(_("A term needs a number of days or months and a unit."), field="value", code="value") from fault
    if unit == "list":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RulesError(_("Give a list of codes, one per line."), field="value", code="value")
        return list(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation as fault:
        raise RulesError(_("This is not a number. Write for example 1314.20."), field="value", code="value") from fault
    if not number.is_finite() or number < 0:
        raise RulesError(_("A rate is a number that is not negative."), field="value", code="value")
    return format(number, "f")


def _write(values: dict[str, Any]) -> Parameter:
    row = Parameter(**values)
    row.save(force_insert=True)
    return row


@gesture
def add_parameter(
    *,
    actor: Actor,
    key: str,
    valid_from: date,
    value: Any,
    unit: str,
    source: str,
    valid_to: date | None = None,
    known_until: date | None = None,
    status: str = ParameterStatus.CONFIRMED,
    article: str = "",
    source_url: str = "",
    note: str = "",
) -> Parameter:
    """Add a dated row. The row that held until then ends where this one starts; a row with the same start is superseded.

    ``valid_to`` is the first day on which it no longer holds (default: until the next row).

    Raises:
        NotAllowed: the actor is not an administrator.
        RulesError: the value, the period or the source is wrong or missing.
    """
    if not may_change_parameters(actor):
        raise NotAllowed(_("Only an administrator adds a rate or a term."))
    if not key.strip():
        raise RulesError(_("Choose the parameter."), field="key", code="key")
    if not source.strip():
        raise RulesError(_("Say where the value comes from: law, circular or page, with its date."), field="source", code="source")
    if status not in ParameterStatus.values:
        raise RulesError(_("Choose the status."), field="status", code="status")
    clean = _checked_value(value, unit)
    live = Parameter.objects.filter(key=key, live=1)
    units = set(live.values_list("unit", flat=True))
    if units and unit not in units:
        raise RulesError(_("This parameter is in “%(unit)s”.") % {"unit": sorted(units)[0]}, field="unit", code="unit")
    following = live.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    end = valid_to or (following.valid_from if following else OPEN_END)
    if end <= valid_from:
        raise RulesError(_("The end lies before the start."), field="valid_to", code="period")
    if following and end > following.valid_from:
        raise RulesError(
            _("Another value starts on %(day)s: end this one before, or correct that one.")
            % {"day": following.valid_from.strftime("%d/%m/%Y")},
            field="valid_to",
            code="overlap",
        )
    at = clock.now()
    before = live.filter(valid_from__lte=valid_from, valid_to__gt=valid_from).first()
    if before is not None:
        if not Parameter.objects.filter(pk=before.pk, live=1).update(live=None, superseded_at=at):
            raise RulesError(_("Somebody else changed this parameter in the meantime. Open the page again."), code="stale")
        if before.valid_from < valid_from:
            kept = {f.attname: getattr(before, f.attname) for f in Parameter._meta.concrete_fields if not f.primary_key}
            kept.update(valid_to=valid_from, recorded_at=at, superseded_at=None, live=1)
            if before.known_until is not None:
                kept["known_until"] = min(before.known_until, valid_from)
            _write(kept)
    row = _write(
        {
            "key": key.strip(),
            "valid_from": valid_from,
            "valid_to": end,
            "known_until": known_until,
            "value": clean,
            "unit": unit,
            "status": status,
            "article": article,
            "source": source.strip(),
            "source_url": source_url,
            "note": note,
            "recorded_at": at,
            "author_id": actor.account_id,
            "author_label": actor.label[:191],
        }
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="parameter.added",
        subject=SubjectRef("parameter", row.pk),
        values={
            "key": row.key,
            "value": [before.value if before else None, clean],
            "valid_from": valid_from,
            "source": row.source,
            "status": str(status),
        },
    )
    return row


@dataclass(frozen=True)
class Seed:
    key: str
    unit: str
    article: str
    rows: list[dict[str, Any]]


def reference() -> list[Seed]:
    """The seeded parameters, from ``reference/parameters.toml``."""
    data = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    return [Seed(p["key"], p["unit"], p.get("article", ""), p["row"]) for p in data["parameter"]]


@gesture
def load_reference(*, actor: Actor) -> int:
    """Add the seeded rows that are absent. Rows that the centre added or corrected are left alone. Returns how many were added."""
    existing = set(Parameter.objects.values_list("key", "valid_from"))
    added = 0
    for seed in reference():
        for row in sorted(seed.rows, key=lambda r: r["from"], reverse=True):  # newest first: each ends where the next one starts
            if (seed.key, row["from"]) in existing:
                continue
            add_parameter(
                actor=actor,
                key=seed.key,
                valid_from=row["from"],
                value=row["value"],
                unit=seed.unit,
                source=row["source"],
                known_until=row.get("known_until"),
                status=row.get("status", ParameterStatus.CONFIRMED),
                article=row.get("article", seed.article),
                source_url=row.get("url", ""),
                note=row.get("note", ""),
            )
            added += 1
    return added
