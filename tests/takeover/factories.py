"""Files as old systems write them, and imports played through the services and the jobs."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from parvis.identity.api import Unit
from parvis.kernel import jobs
from parvis.takeover import services
from parvis.takeover.models import Import, Line
from tests.support import actor

ADMIN = actor("administrator", account_id=90, label="David Kaiser")
HEAD = "Id;Nom;Prénom;Date de naissance;Sexe;NISS;Langue;Rue;Numéro;Code postal;Commune;Ménage;Lien ménage;No dossier;Rôle dossier"


def unit(code: str = "SSG") -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": {"fr": "Service social"}, "path": f"/{code}/"})[0]


def csv_file(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join([head, *lines]) + "\r\n").encode(encoding)


def xlsx_file(rows: list[list[Any]], *, sheet: str = "Personnes", dates: bool = True) -> bytes:
    import datetime as dt

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet(sheet)
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date) and dates:
                    page.write_datetime(at, column, dt.datetime(value.year, value.month, value.day), form)
                else:
                    page.write(at, column, value)
    return out.getvalue()


def upload(data: bytes, *, source: str = "Ancien", name: str = "personnes.csv", **more: Any) -> Import:
    return services.upload(actor=ADMIN, source=source, name=name, data=data, **more)


def check(imported: Import, **options: Any) -> Import:
    mapping = options.pop("mapping", imported.mapping)
    services.confirm_columns(actor=ADMIN, imported=imported, mapping=mapping, options={"unit": unit().code, **options})
    jobs.run_pending(raise_errors=True)
    return Import.unscoped.get(pk=imported.pk)


def apply(imported: Import) -> Import:
    services.start_apply(actor=ADMIN, imported=imported)
    jobs.run_pending(raise_errors=True)
    return Import.unscoped.get(pk=imported.pk)


def undo(imported: Import, reason: str = "essai") -> Import:
    services.start_undo(actor=ADMIN, imported=imported, reason=reason)
    jobs.run_pending(raise_errors=True)
    return Import.unscoped.get(pk=imported.pk)


def take_over(*lines: str, source: str = "Ancien", **options: Any) -> Import:
    return apply(check(upload(csv_file(*lines), source=source), **options))


def lines(imported: Import) -> Any:
    return Line.unscoped.filter(imported=imported)


def outcomes(imported: Import) -> list[str]:
    return list(lines(imported).order_by("number").values_list("outcome", flat=True))


def results(imported: Import) -> list[str]:
    return list(lines(imported).order_by("number").values_list("result", flat=True))
