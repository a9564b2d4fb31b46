"""Set up before Django: an instance folder of the test run's own, the database asked for, the harness' traps."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import local
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from parvis.kernel import deepstack

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


@deepstack.at_base
def _whole_test(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    runtestprotocol(item, nextitem=nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Pytest's own, with room on the interpreter's stack for the whole test: a fourteenth of the time."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _whole_test(item, nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files begin first, so that no process ends the run alone with them: every page, the matrix, then the others in the browser."""
    files = {item.path for item in items if item.get_closest_marker("db")}
    if hidden := [str(file) for file in files if "mark.db" not in file.read_text(encoding="utf-8")]:
        raise pytest.UsageError(f"Marked for the engines without mark.db in the file, by which tools/test.sh finds it: {', '.join(hidden)}")
    long = ("test_every_page", "test_access_matrix")
    items.sort(key=lambda item: (not any(name in item.nodeid for name in long), item.get_closest_marker("browser") is None))


def pytest_collection_finish() -> None:
    """What was imported stays for the whole run: the collector need not look through it again, and looks less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _pages_are_noted_once(django_test_environment: None) -> Iterator[None]:
    """Django's test client notes each template with a copy of all it was given; here the page itself alone, not the hundred parts drawn in it."""
    from django.template import Context, Template
    from django.test.utils import _TestState

    noted, plain, drawing = Template._render, _TestState.saved_data.template_render, local()

    def render(template: Template, context: Context) -> Any:
        if getattr(drawing, "inside", False):
            return plain(template, context)
        drawing.inside = True
        try:
            return noted(template, context)
        finally:
            drawing.inside = False

    Template._render = render
    yield
    Template._render = noted


@pytest.fixture(scope="session", autouse=True)
def _database_made_once() -> None:
    """Before the harness makes the test database."""
    from tests.support.databases import use_copies

    use_copies()


@pytest.fixture(scope="session", autouse=True)
def _beginnings_are_known() -> None:
    """What is made once and written again asks from which state of the database."""
    from django.test import TestCase

    from tests.support import replay

    setup = TestCase._fixture_setup.__func__

    def _fixture_setup(cls: type[TestCase]) -> None:
        setup(cls)
        replay.begins()

    TestCase._fixture_setup = classmethod(_fixture_setup)


@pytest.fixture
def samples() -> Path:
    """Folder of real files from other hands (PARVIS_SAMPLES); the test is skipped, with this line, where it is not set."""
    folder = os.environ.get("PARVIS_SAMPLES")
    if not folder:
        pytest.skip("PARVIS_SAMPLES is not set: real sample files are not at hand")
    return Path(folder).resolve()


_checked_in: dict[str, Path] = {}


@pytest.fixture(autouse=True)
def _clean_context(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test inherits another one's language or clock."""
    from django.utils import translation

    from tests.support import replay

    # pytest-django sets the name of the host that sends mail.
    replay.unless(lambda: bool(monkeypatch._setitem) or any(name != "DNS_NAME" for _, name, _ in monkeypatch._setattr))

    from parvis.kernel import clock, statements

    clock._high_water.set(None)
    # What is kept compiled is built anew and compared: at its first use in each file of tests, or at every one.
    statements.VERIFY = 1_000_000 if os.environ.get("PARVIS_VERIFY") == "all" else 1
    if _checked_in.get("file") != request.path:
        _checked_in["file"] = request.path
        statements.forget_checks()
    with translation.override("fr"):
        yield


def _append_only_triggers(cursor, vendor: str) -> list[tuple[str, str, str]]:
    """Table, name and statement of the triggers that forbid what emptying the database between tests must do."""
    if vendor == "sqlite":
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%%append-only%%'")
        return list(cursor.fetchall())
    cursor.execute(
        "SELECT trigger_name, event_manipulation, event_object_table, action_statement FROM information_schema.triggers "
        "WHERE trigger_schema = DATABASE() AND action_statement LIKE '%%append-only%%'"
    )
    return [
        (table, name, f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {body}")
        for name, verb, table, body in cursor.fetchall()
    ]


# What the set-up of the database wrote and would write again, the same.
_KEPT = {"django_content_type", "auth_permission"}


def _with_rows(connection) -> list[str]:
    """The tables of the models that hold rows, asked in one question."""
    tables = [name for name in connection.introspection.django_table_names(only_existing=True, include_views=False) if name not in _KEPT]
    dual = " FROM DUAL" if connection.vendor == "mysql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT {number}{dual} WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
                for number, table in enumerate(tables)
            )
        )
        return [tables[number] for (number,) in cursor.fetchall()]


def _emptying(style, connection) -> list[str]:
    """Statements that empty the tables that hold rows: of the two hundred tables a test fills a few."""
    tables = _with_rows(connection)
    if connection.vendor != "postgresql":
        return connection.ops.sql_flush(style, tables, reset_sequences=False)
    # There emptying one table alone is refused while others refer to it: rows are deleted, the references checked at the end.
    names = [connection.ops.quote_name(table) for table in tables]
    return [
        *[f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names],
        "SET CONSTRAINTS ALL DEFERRED",
        *[f"DELETE FROM {name}" for name in names],
        "SET CONSTRAINTS ALL IMMEDIATE",
        *[f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names],
    ]


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only() -> Iterator[None]:
    """Transactional tests end by emptying every table: only those that hold rows, their append-only triggers lifted for that moment."""
    from django.core.management.commands import flush as command
    from django.db import connections
    from django.db.backends.base.operations import BaseDatabaseOperations

    original, whole = BaseDatabaseOperations.execute_sql_flush, command.sql_flush

    def flush(self, sql_list):
        vendor = self.connection.vendor
        if vendor == "postgresql" or not sql_list:
            return original(self, sql_list)
        text = "\n".join(sql_list)
        with connections[self.connection.alias].cursor() as cursor:
            triggers = [found for found in _append_only_triggers(cursor, vendor) if self.quote_name(found[0]) in text]
            for _, name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        try:
            return original(self, sql_list)
        finally:
            with connections[self.connection.alias].cursor() as cursor:
                for _, _, statement in triggers:
                    cursor.execute(statement)

    def sql_flush(style, connection, reset_sequences=True, allow_cascade=False):
        # With the sequences, as an operator's command does, everything goes.
        return whole(style, connection, reset_sequences, allow_cascade) if reset_sequences else _emptying(style, connection)

    BaseDatabaseOperations.execute_sql_flush, command.sql_flush = flush, sql_flush
    yield
    BaseDatabaseOperations.execute_sql_flush, command.sql_flush = original, whole
