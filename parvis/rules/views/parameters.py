"""Rates and terms: read by chief, accountant, auditor and administrator; added by the administrator."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import asof, clock
from parvis.kernel.periods import OPEN_END
from parvis.rules.access import may_change_parameters, may_read_parameters
from parvis.rules.enums import ParameterStatus
from parvis.rules.forms import ParameterForm
from parvis.rules.models import Parameter
from parvis.rules.names import RELATIONS, group_of, name_of
from parvis.rules.selectors import answer, history, known
from parvis.rules.services.parameters import add_parameter
from parvis.rules.sources import in_words
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

KINDS = {ParameterStatus.CONFIRMED: "ok", ParameterStatus.LAST_KNOWN: "warn", ParameterStatus.TO_CONFIRM: "info"}


def value_text(value: Any, unit: str) -> str:
    """A value as people read it."""
    if unit == "term":
        count = int(value["count"])
        words = {
            "calendar": ngettext("%(n)s calendar day", "%(n)s calendar days", count),
            "working": ngettext("%(n)s working day", "%(n)s working days", count),
            "month": ngettext("%(n)s month", "%(n)s months", count),
        }
        return words[value["unit"]] % {"n": count}
    if unit == "list":
        return ", ".join(str(RELATIONS.get(code, code)) for code in value)
    if unit == "EUR/year":
        return _("%(amount)s per year") % {"amount": formats.amount(value)}
    if unit == "EUR/month":
        return _("%(amount)s per month") % {"amount": formats.amount(value)}
    if unit == "EUR/hour":
        return _("%(amount)s an hour") % {"amount": formats.amount(value)}
    if unit == "EUR/act":
        return _("%(amount)s each time") % {"amount": formats.amount(value)}
    return str(value)


@dataclass(frozen=True)
class Line:
    """A row as shown: value and status in words."""

    row: Parameter
    name: str
    value: str
    status: str
    kind: str

    @property
    def source(self) -> str:
        return in_words(self.row.source)

    @property
    def note(self) -> str:
        return in_words(self.row.note)

    @property
    def last_day(self) -> Any:
        return None if self.row.valid_to == OPEN_END else formats.last_day(self.row.valid_to)


def _line(row: Parameter, day: Any) -> Line:
    found = answer(row, min(day, formats.last_day(row.valid_to) or day))
    status = ParameterStatus(found.status)
    return Line(row, name_of(row.key), value_text(row.value, row.unit), str(status.label), KINDS[status])


@screen(access=may_read_parameters)
def index(request: HttpRequest) -> HttpResponse:
    """What holds today, or held on the day of view, by group."""
    day = asof.day()
    rows = Parameter.objects.filter(known(asof.known_on()), valid_from__lte=day, valid_to__gt=day).order_by("key", "pk")
    lines = sorted((_line(row, day) for row in rows), key=lambda line: (group_of(line.row.key)[0], line.row.key))
    groups = [
        (str(group_of(items[0].row.key)[1]), items)
        for items in (list(g) for _k, g in groupby(lines, key=lambda line: group_of(line.row.key)[0]))
    ]
    doubtful = sum(1 for line in lines if line.kind != "ok")
    return page(request, "rules/parameters.html", {"groups": groups, "day": day, "doubtful": doubtful, "past": asof.view() is not None})


@screen(access=may_read_parameters)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Every row of a parameter, corrected ones too; as known on a past day, those that had been written by then."""
    rows = list(history(key))
    if not rows:
        raise Http404(key)
    day, until = asof.day(), asof.known_on()
    if until is not None:
        rows = [row for row in rows if row.recorded_at < until]
        for row in rows:
            if row.superseded_at is not None and row.superseded_at >= until:
                row.superseded_at, row.live = None, 1
    lines = [_line(row, day) for row in rows]
    current = next((line for line in lines if line.row.live and line.row.valid_from <= day < line.row.valid_to), None)
    may_change = asof.view() is None and may_change_parameters(request.actor)  # type: ignore[attr-defined]
    context = {"key": key, "name": name_of(key), "lines": lines, "current": current, "may_change": may_change}
    return page(request, "rules/parameter.html", context)


@screen(access=may_change_parameters, methods=("GET", "POST"), creates=True)
def add(request: HttpRequest, key: str) -> HttpResponse:
    """A new dated row."""
    known = history(key).filter(live=1).first()
    if known is None:
        raise Http404(key)
    form = ParameterForm(
        request.POST or None, unit=known.unit, initial={"article": known.article, "valid_from": clock.today().replace(day=1)}
    )
    context = {"form": form, "key": key, "name": name_of(key), "current": _line(known, clock.today())}
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            with errors_on(form):
                add_parameter(
                    actor=request.actor,  # type: ignore[attr-defined]
                    key=key,
                    valid_from=given["valid_from"],
                    value=form.parameter_value(),
                    unit=known.unit,
                    source=given["source"],
                    known_until=given["known_until"],
                    status=given["status"],
                    article=given["article"],
                    source_url=given["source_url"],
                    note=given["note"],
                )
                return done(
                    request, "rules:parameter", _("The new value holds from %(day)s.") % {"day": formats.day(given["valid_from"])}, key=key
                )
        return invalid(request, "rules/add_parameter.html", context)
    return page(request, "rules/add_parameter.html", context)
