"""What keeps a ledger in a PostgreSQL database in order."""

from __future__ import annotations

import psycopg
from psycopg import sql

from leadrouter.adapters.postgres.session import refusing

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'leadrouter' ORDER BY tablename"
_ROOM = """
    SELECT
      (SELECT max(number) FROM leadrouter.migration),
      (SELECT sum(pg_total_relation_size(format('leadrouter.%I', tablename)))::bigint
       FROM pg_tables WHERE schemaname = 'leadrouter')
"""


def room(address: str) -> tuple[int, int]:
    """Return the number of the last migration, and the bytes of the tables with their indexes."""
    with refusing(), psycopg.connect(address) as connection:
        ((tables, size),) = connection.execute(_ROOM).fetchall()
    return tables, size


def vacuum(address: str) -> None:
    """Give back the room of what is not there any more, table by table, and gather what plans are made by."""
    with refusing(), psycopg.connect(address, autocommit=True) as connection:
        for (table,) in connection.execute(_TABLES).fetchall():
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) leadrouter.{}").format(sql.Identifier(table)))
