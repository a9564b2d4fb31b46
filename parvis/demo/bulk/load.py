"""Writes rows at the speed of each engine: COPY on PostgreSQL, prepared statements elsewhere. Constraints, indexes and triggers stay on."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection

from parvis.kernel import canonical

from .rows import KEYED, TABLES, Rows, model


def first_keys() -> dict[str, int]:
    """The first free key of each table whose keys are given here."""
    found = {}
    for key in KEYED:
        last = model(key)._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        found[key] = (last or 0) + 1
    return found


def keep_keys(until: dict[str, int]) -> None:
    """Tell PostgreSQL's sequences which keys are taken; the other engines see it by themselves."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for key, last in until.items():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model(key)._meta.db_table, last])


def write(rows: Rows) -> int:
    """Insert everything, in the order of the foreign keys. Returns the number of rows."""
    count = 0
    with connection.cursor() as cursor:
        for key, (_label, columns) in TABLES.items():
            if rows[key]:
                names, values = _others(model(key), columns.split())
                every = [(*row, *values) for row in rows[key]] if values else rows[key]
                _insert(cursor, model(key)._meta.db_table, [*columns.split(), *names], every)
                count += len(rows[key])
        vouchers = [row[0] for row in rows["voucher"]]
        table = model("voucher")._meta.db_table
        if vouchers:  # the database posts only what balances
            cursor.execute(f"UPDATE {table} SET posted = %s WHERE id BETWEEN %s AND %s AND NOT posted", [True, vouchers[0], vouchers[-1]])
    return count


def _others(of: Any, columns: list[str]) -> tuple[list[str], list[Any]]:
    """Columns that a context added and bulk data do not fill: they get the default of their model."""
    names, values = [], []
    for field in of._meta.concrete_fields:
        if field.column in columns or field.primary_key or field.null:
            continue
        default = field.get_default()
        names.append(field.column)
        values.append(
            canonical.dumps(default) if isinstance(default, dict | list) else int(default) if isinstance(default, bool) else default
        )
    return names, values


def _insert(cursor: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in columns)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN WITH (NULL E'\\x01')") as copy:
            for start in range(0, len(rows), 5_000):
                copy.write(_text(rows[start : start + 5_000]))
        return
    if connection.vendor == "sqlite":
        cursor.connection.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    statement = f"INSERT INTO {table} ({quoted}) VALUES ({', '.join(['%s'] * len(columns))})"
    for start in range(0, len(rows), 2_000):
        cursor.executemany(statement, rows[start : start + 2_000])


def _text(rows: list[tuple[Any, ...]]) -> str:
    lines = "\n".join(["\t".join(["\x01" if value is None else str(value) for value in row]) for row in rows])
    return lines.replace("\\", "\\\\") + "\n"


def digest(rows: Rows) -> str:
    """SHA-256 over the identity of every row that others point at."""
    total = hashlib.sha256()
    for key in KEYED:
        total.update(f"{key}:{len(rows[key])}\n".encode())
        total.update("\n".join([f"{row[0]} {row[1]}" for row in rows[key]]).encode())
    for key in ("identifier", "token", "entry", "ledger"):
        total.update(f"{key}:{len(rows[key])}\n".encode())
    return total.hexdigest()
