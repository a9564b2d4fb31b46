"""Tables that the database itself refuses to change: one migration step for the three engines.

A migration that uses it depends on ``("kernel", "0002_append_only")``, which made the function of PostgreSQL. On SQLite, altering a field of
such a table makes the table anew without its triggers: lock it again in the same migration (tests/architecture/test_append_only.py looks).
"""

from __future__ import annotations

from typing import Any

from django.db import router
from django.db.migrations import RunPython


class Guarding(RunPython):
    """A step of triggers alone: the models as they were at that point, whose making costs more than the step, are not made."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(None, schema_editor)  # type: ignore[arg-type]


def statements(vendor: str, table: str) -> list[str]:
    """What makes a table append-only on this engine."""
    if vendor == "postgresql":
        return [f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION parvis_append_only()"]
    refusal = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        if vendor == "sqlite"
        else f"FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is append-only'"
    )
    return [f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}" for verb in ("UPDATE", "DELETE")]


def removal(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]


def but_erasure(vendor: str, table: str, *, same: tuple[str, ...] = ()) -> list[str]:
    """The same, save for the row that a pass of a lawful destruction names (``kernel.erasure``): it may go; and with ``same``, it may be
    emptied too, these columns staying as they are."""
    there = f"EXISTS (SELECT 1 FROM kernel_erasurepass WHERE table_name = '{table}' AND row_id = OLD.id)"
    if vendor == "postgresql":
        kept = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in same) or "FALSE"
        return [
            f"CREATE OR REPLACE FUNCTION {table}_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {there} THEN IF TG_OP = 'DELETE' THEN RETURN OLD; ELSIF {kept} THEN RETURN NEW; END IF; END IF; "
            f"RAISE EXCEPTION '{table} is append-only'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_but_erasure()",
        ]
    alike = "IS" if vendor == "sqlite" else "<=>"
    allowed = {"UPDATE": " AND ".join([there, *[f"NEW.{column} {alike} OLD.{column}" for column in same]]) if same else "", "DELETE": there}
    out = []
    for verb, condition in allowed.items():
        if vendor == "sqlite":
            when = f" WHEN NOT ({condition})" if condition else ""
            out.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        else:
            refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is append-only'"
            body = f"BEGIN IF NOT ({condition}) THEN {refuse}; END IF; END" if condition else refuse
            out.append(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {body}")
    return out


def pin_search_path(cursor: Any) -> list[str]:
    """PostgreSQL: functions that ask for a pass look in the product's schema alone, and in temporary tables last: one that somebody names
    like the table of passes is never asked. Returns the functions."""
    cursor.execute(
        "SELECT current_schema(), p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = current_schema() AND p.prosrc LIKE '%kernel_erasurepass%' ORDER BY p.proname"
    )
    found = list(cursor.fetchall())
    for schema, name in found:
        where = schema.replace('"', '""')
        cursor.execute(f'ALTER FUNCTION "{where}"."{name}"() SET search_path = "{where}", pg_temp')
    return [name for _schema, name in found]


def lock_but_erasure(*tables: str, same: tuple[str, ...] = (), locked: bool = True) -> RunPython:
    """The migration step: these tables stay append-only, save for a lawful destruction. ``locked``: they were locked by ``lock`` before.
    ``same``: what an emptied row keeps; without it rows go or stay, and are never changed. Depends on ``("kernel", "0006_erasure")``.
    """

    def run(cursor: Any, found: list[str]) -> None:
        for statement in found:
            cursor.execute(statement)

    def forwards(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        with schema_editor.connection.cursor() as cursor:
            for table in tables:
                run(cursor, [*removal(vendor, table), *but_erasure(vendor, table, same=same)])
            if vendor == "postgresql":
                pin_search_path(cursor)

    def backwards(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        with schema_editor.connection.cursor() as cursor:
            for table in tables:
                run(cursor, [*removal(vendor, table), *(statements(vendor, table) if locked else [])])
                if vendor == "postgresql":
                    cursor.execute(f"DROP FUNCTION IF EXISTS {table}_but_erasure()")

    return Guarding(forwards, backwards)


def lock(*tables: str) -> RunPython:
    """The migration step: rows of these tables are neither changed nor deleted."""

    def run(schema_editor: Any, write: Any) -> None:
        # Not schema_editor.execute: MariaDB's would refuse it inside the migration's transaction, although triggers are fine there.
        with schema_editor.connection.cursor() as cursor:
            for table in tables:
                for statement in write(schema_editor.connection.vendor, table):
                    cursor.execute(statement)

    def forwards(apps: Any, schema_editor: Any) -> None:
        run(schema_editor, statements)

    def backwards(apps: Any, schema_editor: Any) -> None:
        run(schema_editor, removal)

    return Guarding(forwards, backwards)
