"""Any list of the product as PDF: what the screen shows, with the centre's head, page numbers and a repeated header."""

from __future__ import annotations

from parvis.documents.letters.envelope import Envelope, sender
from parvis.documents.sheets import Section, Table, render_sheet_pdf
from parvis.ui.sheets import Sheet

UPRIGHT = 5


def list_pdf(sheet: Sheet) -> bytes:
    """Above the rows what was asked for, by whom and when; more than five columns lie across the page."""
    first, *more = sheet.notes or [""]
    table = Table([(title, "numeric" if numeric else "") for title, numeric in sheet.heads], list(sheet.rows), sheet.totals)
    return render_sheet_pdf(
        "list",
        Envelope(subject=sheet.title, on=sheet.day, language=sheet.language, sender=sender()),
        [Section(notes=(first, *more)), Section(table=table)],
        date=sheet.day,
        landscape=len(sheet.heads) > UPRIGHT,
    )
