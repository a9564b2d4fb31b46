"""Tables that the database itself refuses to change: one migration step for the three engines.

A migration that uses it depends on ``("kernel", "0002_append_only")``, which made the function of PostgreSQL. On SQLite, altering a field of
such a table makes the table anew without its triggers: lock it again in the same migration (tests/architecture/test_append_only.py looks).
"""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython


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

    return RunPython(forwards, backwards)
