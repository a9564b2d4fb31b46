"""``parvis migrate``: Django's own, without drawing every model anew for each table, and with the database's counts renewed at the end."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from parvis.kernel import planner
from parvis.kernel.migrating import near_relations_only


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        before = _applied(connection)
        with near_relations_only():
            super().handle(*args, **options)
        if not before or _applied(connection) == before:  # nothing was there to count, or nothing is new
            return
        began = time.monotonic()
        if planner.count_rows(connection) and options["verbosity"] >= 1:
            self.stdout.write(f"The database counted its rows anew ({time.monotonic() - began:.1f} s).")


def _applied(connection: Any) -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())
