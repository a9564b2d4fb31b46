"""Reads of parameters and calculations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import Term
from parvis.rules.enums import ParameterStatus
from parvis.rules.errors import UnknownParameter
from parvis.rules.models import Calculation, Parameter
from parvis.rules.values import ParameterValue


def known(known_on: datetime | None) -> Q:
    """Rows held to be true now, or at an instant."""
    if known_on is None:
        return Q(live=1)
    return Q(recorded_at__lte=known_on) & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_on))


def answer(row: Parameter, day: date) -> ParameterValue:
    """A row as it answers for a day: confirmed becomes last known after the day for which the source vouches."""
    status = row.status
    if status == ParameterStatus.CONFIRMED and row.known_until is not None and day > row.known_until:
        status = ParameterStatus.LAST_KNOWN
    return ParameterValue(
        key=row.key,
        value=row.value,
        unit=row.unit,
        valid_from=row.valid_from,
        valid_to=None if row.valid_to == OPEN_END else row.valid_to,
        status=str(status),
        source=row.source,
        article=row.article,
        url=row.source_url,
        known_until=row.known_until,
        row_id=row.pk,
        note=row.note,
    )


def parameters(keys: tuple[str, ...] | list[str], day: date, *, known_on: datetime | None = None) -> dict[str, ParameterValue]:
    """Several parameters in one query.

    Raises:
        UnknownParameter: one of them has no value on this day.
    """
    rows = Parameter.objects.filter(known(known_on), key__in=list(keys), valid_from__lte=day, valid_to__gt=day)
    found = {row.key: answer(row, day) for row in rows}
    for key in keys:
        if key not in found:
            raise UnknownParameter(
                _("No value of “%(key)s” holds on %(day)s. Add a dated row on the page of rates and terms.")
                % {"key": key, "day": day.strftime("%d/%m/%Y")},
                code="unknown_parameter",
            )
    return found


def parameter(key: str, day: date, *, known_on: datetime | None = None) -> ParameterValue:
    """The value that holds on a day, as known now or at an instant.

    Raises:
        UnknownParameter: none holds.
    """
    return parameters((key,), day, known_on=known_on)[key]


def first_parameter(keys: Sequence[str], day: date) -> ParameterValue | None:
    """The value of the first of these keys that has one on the day: a unit's own rule before the centre's. One query."""
    rows = Parameter.objects.filter(known(None), key__in=list(keys), valid_from__lte=day, valid_to__gt=day)
    found = {row.key: row for row in rows}
    return next((answer(found[key], day) for key in keys if key in found), None)


def amount(key: str, day: date) -> Decimal:
    return parameter(key, day).decimal


def term(key: str, day: date) -> Term:
    """A term of law as it holds on a day (the day of the event that starts it)."""
    found = parameter(key, day)
    if not isinstance(found.value, dict):
        raise UnknownParameter(_("“%(key)s” is not a term.") % {"key": key}, code="not_a_term")
    return Term.from_json(found.value)


def history(key: str) -> QuerySet[Parameter]:
    """Every row of a key, superseded ones too, newest first."""
    return Parameter.objects.filter(key=key)


def calculation(calculation_id: int) -> Calculation:
    """A calculation by its key, for contexts that already checked the access to what it belongs to."""
    return Calculation.unscoped.get(pk=calculation_id)


def calculations_of(actor: Actor, subject: SubjectRef) -> list[Calculation]:
    """Calculations about a subject that the actor may see, newest first."""
    return list(Calculation.objects.visible_to(actor).filter(subject_type=subject.type, subject_id=subject.id))
