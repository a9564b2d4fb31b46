"""On PostgreSQL kept statements stay prepared; what is asked otherwise is not, and an address may say that nothing is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.config.settings import database
from parvis.identity.models import Account
from parvis.kernel import clock, statements
from parvis.kernel.statements import Statement

BY_NAME = Statement("tests.prepared")
NAMES = ("Karim Benali", "Alice Peeters", "", "Karim Benali", "Nobody", "O'Neill % {}")


@pytest.mark.db
@pytest.mark.django_db
def test_a_kept_statement_is_prepared_and_answers_each_value() -> None:
    statements.forget()
    made = clock.now()
    accounts = [Account.objects.create(username=name, display_name=name, created_at=made) for name in NAMES[:2]]

    def named(name: str) -> list[Account]:
        return BY_NAME.rows((), lambda at: Account.objects.filter(display_name=at["name"]), name=name)

    assert [named(name) for name in NAMES] == [[accounts[0]], [accounts[1]], [], [accounts[0]], [], []]
    assert list(Account.objects.filter(display_name="Karim Benali")) == accounts[:1]
    with CaptureQueriesContext(connection) as written_down:
        named("Karim Benali")
    assert "Karim Benali" in written_down.captured_queries[0]["sql"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%display_name%%'")
            assert [sql.count("$1") for (sql,) in cursor.fetchall()] == [1]


def test_the_address_of_the_database_may_say_that_nothing_stays_prepared() -> None:
    usual, pooled = database("postgresql://parvis@db/parvis"), database("postgresql://parvis@db/parvis?prepare=no")
    assert usual["OPTIONS"]["prepare_threshold"] == 2
    assert "prepare_threshold" not in pooled["OPTIONS"]
    assert "prepare_threshold" not in database("mysql://parvis@db/parvis")["OPTIONS"]
