"""Set up before Django: an instance folder of the test run's own, the database asked for, the harness' traps."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ("tests.support.browser",)  # browser_page, phone_page, chromium for every journey

if not os.environ.get("PARVIS_TEST_INSTANCE"):
    os.environ["PARVIS_TEST_INSTANCE"] = tempfile.mkdtemp(prefix="parvis-test-")
    # Workers inherit the folder: the process that made it takes it away.
    atexit.register(shutil.rmtree, os.environ["PARVIS_TEST_INSTANCE"], ignore_errors=True)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_folder = Path(os.environ["PARVIS_TEST_INSTANCE"]) / _worker
for _name in ("media", "seals", "log"):
    (_folder / _name).mkdir(parents=True, exist_ok=True)
os.environ["PARVIS_INSTANCE"] = str(_folder)
for _key in [key for key in os.environ if key in {"PARVIS_KIND", "PARVIS_NAME", "PARVIS_HOSTS", "PARVIS_HTTPS", "PARVIS_LANGUAGE"}]:
    del os.environ[_key]
os.environ["PARVIS_KIND"] = "test"
os.environ["PARVIS_REQUIRE_MFA"] = "true"
os.environ["PARVIS_DATABASE_URL"] = os.environ.get("PARVIS_TEST_DATABASE_URL", "")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files in the browser begin first, so that no process ends the run alone with them."""
    items.sort(key=lambda item: "test_every_page" not in item.nodeid and item.get_closest_marker("browser") is None)


@pytest.fixture
def samples() -> Path:
    """Folder of real files from other hands (PARVIS_SAMPLES); the test is skipped, with this line, where it is not set."""
    folder = os.environ.get("PARVIS_SAMPLES")
    if not folder:
        pytest.skip("PARVIS_SAMPLES is not set: real sample files are not at hand")
    return Path(folder).resolve()


@pytest.fixture(autouse=True)
def _clean_context() -> Iterator[None]:
    """No test inherits another one's language or clock."""
    from django.utils import translation

    from parvis.kernel import clock

    clock._high_water.set(None)
    with translation.override("fr"):
        yield


def _append_only_triggers(cursor, vendor: str) -> list[tuple[str, str]]:
    """Names and statements of the triggers that forbid what emptying the database between tests must do."""
    if vendor == "sqlite":
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%%append-only%%'")
        return [(name, sql) for name, sql in cursor.fetchall()]
    cursor.execute(
        "SELECT trigger_name, event_manipulation, event_object_table, action_statement FROM information_schema.triggers "
        "WHERE trigger_schema = DATABASE() AND action_statement LIKE '%%append-only%%'"
    )
    return [(name, f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {body}") for name, verb, table, body in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only() -> Iterator[None]:
    """Transactional tests end by emptying every table: lift the append-only triggers for that moment, and put them back."""
    from django.db import connections
    from django.db.backends.base.operations import BaseDatabaseOperations

    original = BaseDatabaseOperations.execute_sql_flush

    def flush(self, sql_list):
        vendor = self.connection.vendor
        if vendor == "postgresql":
            return original(self, sql_list)
        with connections[self.connection.alias].cursor() as cursor:
            triggers = _append_only_triggers(cursor, vendor)
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        try:
            return original(self, sql_list)
        finally:
            with connections[self.connection.alias].cursor() as cursor:
                for _, statement in triggers:
                    cursor.execute(statement)

    BaseDatabaseOperations.execute_sql_flush = flush
    yield
    BaseDatabaseOperations.execute_sql_flush = original
