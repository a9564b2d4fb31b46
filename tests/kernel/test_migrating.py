"""After all the migrations the database is what the models say, though far relations are not drawn anew between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.fields.related import ForeignKey

from parvis.kernel.migrating import near_relations_only


def described(raw: Any, table: str) -> dict[str, Any]:
    """Columns (type, must be given, part of the key), indexes with their columns and uniqueness, keys to others, and checks, without order."""
    columns = {row[1]: (row[2].lower(), bool(row[3]), bool(row[5])) for row in raw.execute(f'PRAGMA table_info("{table}")')}
    indexes = sorted(
        (sorted(str(column[2]) for column in raw.execute(f'PRAGMA index_info("{row[1]}")')), bool(row[2]), bool(row[4]))
        for row in raw.execute(f'PRAGMA index_list("{table}")')
    )
    keys = sorted((row[2], row[3]) for row in raw.execute(f'PRAGMA foreign_key_list("{table}")'))
    (text,) = raw.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone()
    names = sorted(part.split('"')[1] for part in text.split("CONSTRAINT ")[1:])
    return {"columns": columns, "indexes": indexes, "keys": keys, "named": names, "checks": text.count("CHECK")}


@contextmanager
def made_from_models() -> Iterator[Any]:
    """An empty database with the tables of all models, made without any migration."""
    kept = connection.connection
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as raw:
        connection.connection = raw
        try:
            with connection.schema_editor(atomic=False) as editor:
                for model in apps.get_models(include_auto_created=False):
                    if model._meta.managed and not model._meta.proxy:
                        editor.create_model(model)
            yield raw
        finally:
            connection.connection = kept


@pytest.mark.django_db(transaction=True)
def test_the_tables_after_all_migrations_are_those_of_the_models() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads the description of tables that SQLite keeps")
    connection.ensure_connection()
    migrated = connection.connection
    with made_from_models() as raw:
        tables = sorted(row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"))
        wrong = {
            table: (described(migrated, table), described(raw, table))
            for table in tables
            if described(migrated, table) != described(raw, table)
        }
    assert len(tables) > 150
    assert not wrong


def test_a_new_table_and_a_new_column_are_drawn_and_code_of_a_migration_sees_all_relations() -> None:
    state = ProjectState()
    state.add_model(ModelState("kernel", "House", [("id", models.BigAutoField(primary_key=True))]))
    before = state.apps.get_model("kernel", "House")
    with near_relations_only():
        room = ModelState("kernel", "Room", [("id", models.BigAutoField(primary_key=True))])
        state.add_model(room)
        state.add_field("kernel", "room", "house", ForeignKey("kernel.House", models.CASCADE, related_name="rooms"), preserve_default=True)
        assert state.apps.get_model("kernel", "House") is before
        assert state.apps.get_model("kernel", "Room")._meta.get_field("house").related_model is before
        state.clear_delayed_apps_cache()  # what Django does before code of a migration runs
        assert [relation.name for relation in state.apps.get_model("kernel", "House")._meta.related_objects] == ["rooms"]
    assert ProjectState.add_model.__module__ == "django.db.migrations.state"
