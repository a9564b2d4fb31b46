"""After an upgrade the database knows its rows, and an operator need not think of it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from parvis.kernel import gestures, numbers

pytestmark = pytest.mark.db


def known() -> bool:
    """Whether the engine has counted the sequences of this test, by its own word."""
    asked = {
        "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'",
        "postgresql": "SELECT 1 FROM pg_stats WHERE tablename = 'kernel_sequence' AND histogram_bounds::text LIKE '%planned 40%'",
        "mysql": "SELECT 1 FROM mysql.innodb_table_stats WHERE database_name = DATABASE() AND table_name = 'kernel_sequence' AND n_rows = 41",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return cursor.fetchone() is not None


# MariaDB ends the transaction of a test when it counts.
@pytest.mark.django_db(transaction=connection.vendor == "mysql")
def test_the_rows_are_counted_anew_after_migrations_and_only_then() -> None:
    with gestures.gesture_scope():
        for number in range(41):
            numbers.allot(f"planned {number}", 2026)
    out = StringIO()
    call_command("migrate", stdout=out)
    assert "No migrations to apply" in out.getvalue() and "counted" not in out.getvalue()
    assert connection.vendor == "mysql" or not known()  # which counts by itself, a moment after many rows
    graph = MigrationLoader(connection).graph
    app, last = next(key for key in graph.leaf_nodes() if not graph.node_map[key].children)
    MigrationRecorder(connection).record_unapplied(app, last)
    out = StringIO()
    call_command("migrate", app, fake=True, stdout=out)
    assert last in out.getvalue() and "The database counted its rows anew (" in out.getvalue() and known()
