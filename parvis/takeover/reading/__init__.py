"""From a file to rows of text: no database, no network."""

from .tables import MAX_BYTES, MAX_ROWS, Row, Table, read_table

__all__ = ["MAX_BYTES", "MAX_ROWS", "Row", "Table", "read_table"]
