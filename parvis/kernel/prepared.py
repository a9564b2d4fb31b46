"""Kept statements stay prepared in PostgreSQL: it plans each of them some times, and then knows how.

Planning a query with the condition of who may see what takes PostgreSQL a few milliseconds, more than running it: half of the database's part of
a page. A statement that is compiled once has one text, so it is sent as a prepared one, with its values apart. The server itself judges after
five runs whether one plan for all values costs more than a plan for these; then it goes on planning. All agents whose rights have the same shape
share the plan, never the values.

Where a pooler cannot keep prepared statements (PgBouncer before 1.21), the address of the database ends with ``?prepare=no``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

#: Kept for each connection, the least used go first: the pages that are opened all day ask some 80.
KEEP = 120


@contextmanager
def preparing(connection: Any) -> Iterator[None]:
    """What is asked inside is sent as a prepared statement, where the database is PostgreSQL."""
    if connection.vendor != "postgresql" or connection.queries_logged:  # what is written down shows its values
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        yield
        return
    if raw.prepared_max != KEEP:
        raw.prepared_max = KEEP
    usual, raw.cursor_factory = raw.cursor_factory, _cursor()
    try:
        yield
    finally:
        raw.cursor_factory = usual


@cache
def _cursor() -> Any:
    from django.db.backends.postgresql.base import ServerBindingCursor

    return ServerBindingCursor
