"""The certificate of destruction as PDF, made from its content alone: the same bytes each time."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from parvis.documents.api import Envelope, Section, Table, render_sheet_pdf
from parvis.kernel import clock
from parvis.ui import formats

NAMED = (
    gettext_noop("Persons who are also known otherwise, and those related to or living with a person who is."),
    gettext_noop("The minutes of sittings, and files of the bank, as long as other people's cases stand in them."),
    gettext_noop("Reasons that somebody typed, in the journal of changes: its lines are chained, and cannot be changed."),
    gettext_noop("Backups made before, until they are thrown away."),
)


def certificate_pdf(content: str, sha256: str, language: str) -> bytes:
    """In the centre's language: who proposed, who approved, with which permission, what went and what stayed."""
    told: dict[str, Any] = json.loads(content)
    on = clock.date_of(dt.datetime.fromisoformat(told["at"]))
    with override(language):
        pairs = [
            (_("Destruction list"), told["list"]),
            (_("Permission of the State Archives"), told["permission"]),
            (_("Proposed by"), _who(told["proposed"])),
            (_("Approved by"), _who(told["approved"])),
            (_("Carried out on"), formats.day(on, "long", language)),
        ]
        rows = [(number, formats.day(dt.date.fromisoformat(closed), "", language), why) for number, closed, why, _at in told["dossiers"]]
        counts = [(_(name), str(count)) for name, count in sorted(told["counts"].items())]
        sections = [
            Section(
                text=_(
                    "The dossiers below were destroyed: their documents, notes, facts, answers, letters and computations, on the disk and in the database. Their numbers, the lines of the registers and the accounts stay; what still bears names is said at the end."
                ),
                pairs=pairs,
            ),
            Section(
                heading=_("Dossiers destroyed"),
                table=Table([(_("Number"), ""), (_("Closed on"), ""), (_("Why it could be destroyed"), "wide")], rows, ()),
            ),
            Section(
                heading=_("What went and what was emptied"), table=Table([(_("What"), "wide"), (_("How many"), "numeric")], counts, ())
            ),
        ]
        if told["kept"]:
            sections.append(
                Section(heading=_("Taken off the list, and kept"), table=Table([(_("Number"), ""), (_("Why"), "wide")], told["kept"], ()))
            )
        sections.append(Section(heading=_("What still bears names, and why"), notes=[_(text) for text in NAMED]))
        sections.append(Section(notes=[_("SHA-256 of the content of this certificate: %(hash)s") % {"hash": sha256}]))
        envelope = Envelope(
            subject=_("Certificate of destruction %(number)s") % {"number": told["number"]},
            on=on,
            language=language,
            reference=told["number"],
        )
    return render_sheet_pdf("list", envelope, sections, date=on)


def _who(told: list[str]) -> str:
    name, at = told
    return f"{name}, {formats.day(clock.date_of(dt.datetime.fromisoformat(at)), 'long')}"
