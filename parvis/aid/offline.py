"""The next run outside the database: if nothing works on the day, somebody can still pay by hand (F1)."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from django.conf import settings

from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.periods import month_start

from .models import Entitlement
from .selectors import Run, run_of

COLUMNS = ("month", "dossier", "beneficiary", "aid", "payee", "iban", "amount", "currency", "state", "checks", "decision")


def pack_csv(run: Run) -> str:
    """Every line of the month with its account, readable by any spreadsheet. Text that a spreadsheet would run is defused."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    for line in run.lines:
        entitlement: Entitlement = line.due.entitlement
        account = line.account
        row = [
            f"{run.month:%Y-%m}",
            entitlement.dossier.number,
            entitlement.beneficiary_name,
            entitlement.title.get(settings.LANGUAGE_CODE) or entitlement.kind,
            account.payee_name if account else "",
            account.iban if account else "",
            str(line.due.amount),
            line.due.currency,
            line.due.state,
            " ".join(check.value for check in line.checks),
            entitlement.decision.number,
        ]
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t" and not cell[1:2].isdigit() else cell for cell in row])
    return "\ufeff" + out.getvalue()


def folder() -> Path:
    return Path(settings.PARVIS_INSTANCE) / "offline"


def write_pack(month: date) -> Path:
    """The pack of a month in the instance's folder, replaced each time it is made."""
    month = month_start(month)
    run = run_of(system_actor("aid.offline"), month)
    target = folder()
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = target / f"payable-{month:%Y-%m}.csv"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(f"{pack_csv(run)}# {clock.now().isoformat()} {len(run.lines)} {run.total}\r\n", encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(path)
    return path
