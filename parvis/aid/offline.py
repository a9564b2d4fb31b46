"""The next run outside the database: if nothing works on the day, somebody can still pay by hand (F1).

One table in three forms: CSV for any program, XLSX with amounts as numbers, PDF to read or print. Same rows, same totals.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from parvis.documents import api as documents
from parvis.documents.api import Section, Table
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.identifiers import format_iban
from parvis.kernel.periods import month_start
from parvis.ui import formats, sheets

from .models import Entitlement
from .selectors import Run, run_of

COLUMNS = ("month", "dossier", "beneficiary", "aid", "payee", "iban", "amount", "currency", "state", "checks", "decision")
AMOUNT = COLUMNS.index("amount")
IBAN = COLUMNS.index("iban")


@dataclass(frozen=True)
class Pack:
    """A month's lines as text, with what they sum to."""

    month: date
    rows: tuple[tuple[str, ...], ...]
    total: Decimal

    @property
    def stem(self) -> str:
        return f"payable-{self.month:%Y-%m}"


def pack_of(run: Run) -> Pack:
    """Every line of the month with its account."""
    return Pack(run.month, tuple(_row(run, line) for line in run.lines), run.total)


def _row(run: Run, line: object) -> tuple[str, ...]:
    due, account = line.due, line.account  # type: ignore[attr-defined]
    entitlement: Entitlement = due.entitlement
    return (
        f"{run.month:%Y-%m}",
        entitlement.dossier.number,
        entitlement.beneficiary_name,
        entitlement.title.get(settings.LANGUAGE_CODE) or entitlement.kind,
        account.payee_name if account else "",
        account.iban if account else "",
        str(due.amount),
        due.currency,
        due.state,
        " ".join(check.value for check in line.checks),  # type: ignore[attr-defined]
        entitlement.decision.number if entitlement.decision else entitlement.origin,
    )


def pack_csv(run: Run) -> str:
    """Readable by any spreadsheet; the last line is the total."""
    pack = pack_of(run)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    for row in pack.rows:
        writer.writerow([sheets.harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def pack_xlsx(run: Run) -> bytes:
    """Amounts are numbers, the first row stays in sight, the last one is the total."""
    import xlsxwriter

    pack = pack_of(run)
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        at = clock.now().replace(tzinfo=None)
        book.set_properties({"title": pack.stem, "created": at})
        sheet = book.add_worksheet(pack.stem)
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        total = book.add_format({"num_format": "#,##0.00", "bold": True})
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(COLUMNS):
            sheet.set_column(place, place, 14 if place in (0, AMOUNT) else 24)
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(pack.rows, start=1):
            for place, cell in enumerate(row):
                if place == AMOUNT:
                    sheet.write_number(number, place, float(cell), money)
                else:
                    sheet.write_string(number, place, cell)
        sheet.write_string(len(pack.rows) + 1, 0, str(len(pack.rows)), bold)
        sheet.write_number(len(pack.rows) + 1, AMOUNT, float(pack.total), total)
    return out.getvalue()


def pack_pdf(run: Run, *, language: str = "") -> bytes:
    """The list on paper, with its total and how many lines it has."""
    pack = pack_of(run)
    language = language or settings.LANGUAGE_CODE
    on = clock.today()
    with override(language):
        columns = (
            (_("Beneficiary"), ""), (_("Aid"), ""), (_("Paid to"), ""), (_("Account"), ""), (_("Decision"), ""), (_("To check"), ""),
            (_("Amount"), "numeric"),
        )  # fmt: skip
        rows = []
        for line, row in zip(run.lines, pack.rows, strict=True):
            checks = ", ".join(str(check.label) for check in line.checks)
            amount = formats.amount(line.due.amount, line.due.currency, language)
            iban = format_iban(row[IBAN]) if row[IBAN] else _("No account")
            rows.append((f"{row[2]} ({row[1]})", row[3], row[4], iban, row[10], checks or line.due.get_state_display(), amount))
        count = _("%(count)s lines") % {"count": formats.number(len(rows))}
        totals = (count, "", "", "", "", "", formats.amount(pack.total, "EUR", language))
        title = _("Payable list of %(month)s") % {"month": formats.day(pack.month, "month", language)}
        sections = [
            Section(text=_("Made on %(day)s. To pay by hand if nothing else works.") % {"day": formats.day(on, "long", language)}),
            Section(table=Table(columns, rows, totals)),
        ]
    envelope = documents.Envelope(language=language, recipient=(), subject=title, on=on, reference=pack.stem)
    return documents.render_sheet_pdf("list", envelope, sections, date=on, landscape=True)


def folder() -> Path:
    return Path(settings.PARVIS_INSTANCE) / "offline"


def write_pack(month: date) -> Path:
    """The pack of a month in the instance's folder, in its three forms, replaced each time it is made. Returns the CSV."""
    month = month_start(month)
    run = run_of(system_actor("aid.offline"), month)
    target = folder()
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = pack_of(run).stem
    text = f"{pack_csv(run)}# {clock.now().isoformat()} {len(run.lines)} {run.total}\r\n"
    # The CSV first: should another form fail, what can be paid by hand is there.
    path = _replace(target / f"{stem}.csv", text.encode())
    forms: dict[str, Callable[[Run], bytes]] = {"xlsx": pack_xlsx, "pdf": pack_pdf}
    for suffix, make in forms.items():
        _replace(target / f"{stem}.{suffix}", make(run))
    return path


def _replace(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.chmod(0o600)
    temporary.replace(path)
    return path
