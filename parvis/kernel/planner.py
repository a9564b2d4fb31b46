"""What the database knows of its own rows.

Each engine chooses how it reads by counts that it took earlier. Of a column or an index that a migration made it knows nothing yet: PostgreSQL
comes back to that by itself only after many rows have changed, the embedded database never. So ``parvis migrate`` and ``parvis restore`` have them counted.
"""

from __future__ import annotations

from typing import Any


def count_rows(connection: Any) -> bool:
    """Let the engine count anew what it plans by; whether it could. Some seconds for a hundred thousand persons.

    MariaDB ends the transaction for it: inside one nothing is counted there.
    """
    if connection.vendor == "sqlite":
        statement = "ANALYZE"
    elif connection.vendor == "postgresql":
        statement = "ANALYZE {tables}"  # ours: the tables of the system belong to another
    elif not connection.in_atomic_block:
        statement = "ANALYZE NO_WRITE_TO_BINLOG TABLE {tables}"
    else:
        return False
    tables = connection.introspection.table_names()
    if not tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute(statement.format(tables=", ".join(connection.ops.quote_name(table) for table in tables)))
        if connection.vendor == "mysql":
            cursor.fetchall()
    return True
