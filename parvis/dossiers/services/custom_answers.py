"""Own fields in a file: its kind, and its answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from parvis.form_engine.api import problems
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source, bump, withdraw_fact, write_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import may_see

from .. import access
from ..custom import EVER, Section, Words, form_of, kind_of, plain, sections_of
from ..errors import InvalidDossier
from ..models import CustomFact, Dossier, DossierKind, DossierProfile
from ..models.custom import ONCE, external_key
from ._common import record, writable


@gesture
def set_profile(
    *, actor: Actor, dossier: Dossier, kind: DossierKind, external_number: str = "", description: str = "", expected: int | None = None
) -> DossierProfile:
    """The kind of file, its number elsewhere, and the line under its name."""
    writable(actor, dossier, allowed=access.can_open_dossier(actor))
    bump(dossier, expected)
    row = DossierProfile.unscoped.filter(dossier=dossier).first() or DossierProfile(dossier=dossier)
    before = (row.kind_id, row.external_number, row.description)
    row.kind = kind
    row.external_number = " ".join(external_number.split())[:40]
    row.external_key = external_key(row.external_number)
    row.description = " ".join(description.split())[:191]
    row.save()
    values = {
        "kind": [before[0], row.kind_id],
        "external_number": [before[1], row.external_number],
        "description": [before[2], row.description],
    }
    record(actor, "dossier.profile", dossier, values)
    return row


def _section(actor: Actor, dossier: Dossier, key: str) -> Section:
    found = next((one for one in sections_of(dossier, kind_of(dossier, actor)) if one.key == key), None)
    if found is None or not found.all_fields:
        raise InvalidDossier(_("This section does not exist."), code="section")
    return found


@gesture
def write_custom(
    *,
    actor: Actor,
    dossier: Dossier,
    section: str,
    answers: Mapping[str, Any],
    item: uuid.UUID | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = Source.AGENT,
    source_ref: str = "",
    expected: int | None = None,
) -> list[CustomFact]:
    """Answers of a section, for a period when the section is dated. Only what differs is written; the rest stays as it was known.

    Raises:
        NotAllowed: a field of a class of data that is hidden from the actor.
        InvalidDossier: an unknown field or an answer that the form refuses.
        Conflict: the file changed since ``expected``.
    """
    writable(actor, dossier, allowed=access.can_write_situation(actor))
    own = _section(actor, dossier, section)
    fields = {one["key"]: one for one in own.fields}
    for key in answers:
        if key not in fields:
            raise InvalidDossier(_("This field does not exist."), code="field")
        if not actor.is_system and not may_see(actor, fields[key]["data_class"]):
            raise NotAllowed(_("This kind of information is not open to your function."))
    start = (valid_from or clock.today()) if own.dated else EVER
    end = (valid_to or OPEN_END) if own.dated else OPEN_END
    if end <= start:
        raise InvalidDossier(_("The last day lies before the first."), field="last_day", code="period")
    item = (item or uuid.uuid4()) if own.repeats else ONCE
    held = {fact.field: fact for fact in CustomFact.unscoped.filter(dossier=dossier, item=item, section=section).at(start)}
    whole = {key: fact.value for key, fact in held.items()} | dict(answers)
    state = form_of(actor, dossier, own, whole, max(start, clock.today()) if start == EVER else start)
    found = [problem for problem in problems(state, today=clock.today()) if problem.path in answers]
    if found:
        raise InvalidDossier(f"{found[0].label}: {found[0].text}", field=found[0].path, code="answer")
    _offered(actor, own, answers, held, max(start, clock.today()) if start == EVER else start)
    written, values = [], {}
    bump(dossier, expected)
    for key, value in answers.items():
        before = held.get(key)
        same = before is not None and before.value == value and before.valid_from == start and before.valid_to == end
        if same or (before is None and value in (None, "", [])):
            continue
        written.append(_write(actor, dossier, own, fields[key], item, value, start, end, before, source, source_ref))
        values[key] = [before.value if before else None, value]
    if written:
        record(actor, "dossier.own_data", dossier, {**values, "section": section, "from": None if start == EVER else start})
    return written


def _offered(actor: Actor, own: Section, answers: Mapping[str, Any], held: Mapping[str, CustomFact], day: dt.date) -> None:
    """A code is one that the list offers on the day, or the one that the file holds already."""
    words = Words(actor, own.fields, day=day)
    for one in own.fields:
        value = answers.get(one["key"])
        if one.get("list") and value:
            before = held.get(one["key"])
            offered = {code for code, _name in words.options(one, before.value if before else None)}
            if not set(value if isinstance(value, list) else [value]) <= offered:
                raise InvalidDossier(_("Choose one of the answers."), field=one["key"], code="answer")


def _write(
    actor: Actor,
    dossier: Dossier,
    section: Section,
    one: Mapping[str, Any],
    item: uuid.UUID,
    value: Any,
    start: dt.date,
    end: dt.date,
    before: CustomFact | None,
    source: str,
    source_ref: str,
) -> CustomFact:
    row = write_fact(
        CustomFact,
        anchor_field="dossier",
        anchor=dossier,
        key={"field": one["key"], "item": item},
        values={
            "version": section.version,
            "section": section.key,
            "data_class": one["data_class"],
            "value": value,
            "text": plain(one, value),
        },
        valid_from=start,
        valid_to=end,
        actor=actor,
        source=source,
        source_ref=source_ref,
    )
    if before is not None and before.valid_to > end:  # an earlier end is an end: nothing of before goes on after it
        rest = CustomFact.unscoped.filter(dossier=dossier, field=one["key"], item=item, live=1, valid_from=end).first()
        if rest is not None:
            withdraw_fact(rest, anchor=dossier)
    return row
