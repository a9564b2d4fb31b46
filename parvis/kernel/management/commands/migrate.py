"""``parvis migrate``: Django's own, without drawing every model anew for each table."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from parvis.kernel.migrating import near_relations_only


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with near_relations_only():
            super().handle(*args, **options)
