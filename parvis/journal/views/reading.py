"""Reading the chronicle for others: acts with their time, and the numbered chronology for a court."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from parvis.documents import api as documents
from parvis.dossiers.api import Dossier
from parvis.kernel import asof, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats, stepup
from parvis.ui.http import page, screen
from parvis.ui.sheets import harmless

from .. import access, services
from ..costs import Tariffs, tariffs_for
from ..enums import EntryKind, KeyEvent
from ..forms import PeriodForm
from ..models import Entry
from ..selectors import authors_of, in_period, line_of, sums_of
from ._common import name_of, visible

MOST = 2000
SHOWN = 300


def _asked(form: PeriodForm) -> dict[str, Any]:
    data = form.cleaned_data if form.is_valid() else {}
    return {
        "since": data.get("since"),
        "until": data.get("until"),
        "kinds": data.get("kind") or None,
        "keys": data.get("key") or None,
        "author": int(data["author"]) if data.get("author") else None,
    }


def _logged(actor: Actor, dossier: Dossier, verb: str, values: dict[str, Any]) -> None:
    """What leaves the product leaves a line in the chain of the dossier."""
    with gesture_scope():
        mutations.record(f"dossier:{dossier.pk}", actor=actor, verb=verb, subject=SubjectRef("dossier", dossier.pk), values=values)


@screen(access=access.can_read_journal)
def acts(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What agents did for this dossier: a list with the time spent, summed by kind and month, and as CSV (B24)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    form = PeriodForm(request.GET or None, authors=authors_of(actor, dossier))
    rows = in_period(actor, dossier, **_asked(form)).exclude(kind=EntryKind.STEP)
    tariffs = tariffs_for(actor)
    if request.GET.get("export") == "csv":
        stepup.require(request, back=stepup.without(request, "export"))
        entries = list(rows)
        services.note_opened(actor=actor, entries=entries)
        _logged(actor, dossier, "journal.acts_exported", {"rows": len(entries)})
        return _csv(dossier, entries, tariffs)
    spent = list(rows.values_list("happened_at", "kind", "minutes"))
    entries = list(rows.reverse()[:SHOWN])
    services.note_opened(actor=actor, entries=entries)
    params = request.GET.copy()
    params["export"] = "csv"
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "form": form,
        "lines": [{"entry": entry, "title": line_of(entry), "cost": tariffs.cost(entry)} for entry in entries],
        "cost": tariffs.total(spent) if tariffs else None,
        "sums": sums_of(spent),
        "minutes": sum(minutes or 0 for _at, _kind, minutes in spent),
        "total": len(spent),
        "shown": len(entries),
        "csv": "?" + params.urlencode(),
    }
    return page(request, "journal/acts.html", context)


def _csv(dossier: Dossier, entries: list[Entry], tariffs: Tariffs) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    costs = [_("Cost")] if tariffs else []
    writer.writerow([_("Day"), _("Kind"), _("Author"), pgettext("time spent", "Minutes"), *costs, _("Text")])
    for entry in entries:
        row = [clock.date_of(entry.happened_at).isoformat(), line_of(entry), entry.author_label, entry.minutes or ""]
        if tariffs:
            cost = tariffs.cost(entry)
            row.append(cost.amount if cost else "")
        row.append(entry.text)
        writer.writerow([harmless(str(cell)) for cell in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dossier.number}-journal.csv"'
    return response


@screen(access=access.can_read_journal)
def chronology(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Numbered entries of a period, who, when and from which source, to be read by a court; on screen, on paper and as PDF (B4)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    dossier = visible(request, uuid)
    form = PeriodForm(request.GET or None)
    asked = _asked(form)
    rows = in_period(actor, dossier, **asked).filter(restricted=False)
    total = rows.count()
    parts = max(1, -(-total // MOST))
    if request.GET.get("as") == "pdf":
        stepup.require(request, back=stepup.without(request, "as"))
        asked_part = request.GET.get("part", "1")
        part = min(max(int(asked_part) if asked_part.isdecimal() else 1, 1), parts)
        return _pdf(actor, dossier, list(rows[(part - 1) * MOST : part * MOST]), asked, part, parts)
    entries = list(rows[:SHOWN])
    params = request.GET.copy()
    params["as"] = "pdf"
    params.pop("part", None)
    context = {
        "dossier": dossier,
        "lead_name": name_of(dossier),
        "form": form,
        "lines": [_line(number, entry) for number, entry in enumerate(entries, start=1)],
        "total": total,
        "more": total > SHOWN,
        "parts": [
            {
                "number": number,
                "first": (number - 1) * MOST + 1,
                "last": min(number * MOST, total),
                "url": f"?{params.urlencode()}&part={number}",
            }
            for number in range(1, parts + 1)
        ],
        "pdf": "?" + params.urlencode(),
        "asked": asked,
    }
    return page(request, "journal/chronology.html", context)


def _line(number: int, entry: Entry) -> dict[str, Any]:
    return {
        "number": number,
        "entry": entry,
        "title": line_of(entry),
        "key": str(KeyEvent(entry.key_event).label) if entry.key_event else "",
        "source": _source(entry),
    }


def _source(entry: Entry) -> str:
    if entry.kind == EntryKind.STEP:
        return _("step of the procedure, written by the program")
    same = clock.date_of(entry.recorded_at) == clock.date_of(entry.happened_at)
    return _("written on the day itself") if same else _("written on %(day)s") % {"day": formats.day(clock.date_of(entry.recorded_at))}


def _pdf(actor: Actor, dossier: Dossier, entries: list[Entry], asked: dict[str, Any], part: int, parts: int) -> HttpResponse:
    today = clock.today()
    notes = [_excluded()]
    if (view := asof.view()) is not None:
        known = formats.day(view.known or today)
        notes.append(
            _("Read as of %(day)s: entries up to that day, as they were known at the end of %(known)s.")
            % {"day": formats.day(view.day), "known": known}
        )
    first = (part - 1) * MOST + 1
    if parts > 1:
        notes.append(_("Part %(part)s of %(parts)s: each holds 2,000 entries at most.") % {"part": part, "parts": parts})
    rows = [
        [
            str(line["number"]),
            formats.moment(line["entry"].happened_at),
            "\n".join(part for part in (f"{line['title']}{' · ' + line['key'] if line['key'] else ''}", line["entry"].text) if part),
            _who(line["entry"].author_label),
            line["source"],
        ]
        for line in (_line(number, entry) for number, entry in enumerate(entries, start=first))
    ]
    columns = [(_("No."), "numeric"), (_("When"), ""), (_("What happened"), "wide"), (_("Who"), ""), (_("Source"), "")]
    period = _period(asked)
    sections = [
        documents.Section(
            pairs=[(_("Dossier"), dossier.number), (_("Person"), name_of(dossier)), (_("Period"), period), (_("Printed by"), actor.label)]
        ),
        documents.Section(table=documents.Table(columns, rows), notes=notes),
    ]
    envelope = documents.Envelope(
        language=(get_language() or "fr")[:2], subject=_("Chronology of dossier %(number)s") % {"number": dossier.number}, on=today
    )
    pdf = documents.render_sheet_pdf("list", envelope, sections, date=today, landscape=True)
    _logged(actor, dossier, "journal.chronology_printed", {"entries": len(rows), "period": period, "part": part})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{dossier.number}-chronologie{f"-{part}" if parts > 1 else ""}.pdf"'
    return response


def _who(label: str) -> str:
    return "Parvis" if label.startswith("system:") else label


def _excluded() -> str:
    return _("Notes written for their author and the head of service alone are not in this chronology.")


def _period(asked: dict[str, Any]) -> str:
    since: dt.date | None = asked["since"]
    until: dt.date | None = asked["until"]
    if since and until:
        return _("from %(since)s to %(until)s") % {"since": formats.day(since), "until": formats.day(until)}
    if since:
        return _("since %(since)s") % {"since": formats.day(since)}
    if until:
        return _("until %(until)s") % {"until": formats.day(until)}
    return _("since the beginning")
