"""What keeps a ledger in a PostgreSQL database in order."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from leadrouter.adapters.postgres.migrate import MIGRATIONS, missing_in
from leadrouter.adapters.postgres.session import refusing
from leadrouter.errors import LedgerError

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'leadrouter' ORDER BY tablename"
_SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(format('leadrouter.%I', tablename))), 0)::bigint
    FROM pg_tables WHERE schemaname = 'leadrouter'
"""
_STATUSES = "SELECT state::json->>'status' AS status, count(*) FROM leadrouter.lead GROUP BY status"
_FIGURES = """
    SELECT
      (SELECT count(*) FROM leadrouter.refused),
      (SELECT coalesce(max(number), 0) FROM leadrouter.event),
      (SELECT coalesce(max(upto), 0) FROM leadrouter.seal),
      (SELECT hash FROM leadrouter.seal ORDER BY upto DESC LIMIT 1),
      (SELECT event::json->>'at' FROM leadrouter.event ORDER BY number DESC LIMIT 1),
      (SELECT to_char(min(due) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') FROM leadrouter.lead)
"""


def tables(address: str) -> tuple[int, tuple[str, ...]]:
    """Return the number of the last migration, 0 where there is none, and the names of those that are missing.

    Raises:
        LedgerError: a newer library has changed the tables so that this one cannot read them.
    """
    with refusing(), psycopg.connect(address) as connection:
        missing = missing_in(connection, MIGRATIONS)
        number = 0
        if missing != MIGRATIONS:
            ((number,),) = connection.execute("SELECT max(number) FROM leadrouter.migration").fetchall()
    return number, tuple(each.name for each in missing)


def size(address: str) -> int:
    """Return the bytes of the tables with their indexes."""
    with refusing(), psycopg.connect(address) as connection:
        _require(connection)
        ((found,),) = connection.execute(_SIZE).fetchall()
    return int(found)


def figures(address: str) -> tuple[dict[str, int], dict[str, int], tuple[Any, ...]]:
    """Return how many leads have each status, the position of each consumer, and the figures of the ledger."""
    with refusing(), psycopg.connect(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _require(connection)
        statuses: dict[str, int] = dict(connection.execute(_STATUSES).fetchall())
        positions: dict[str, int] = dict(
            connection.execute("SELECT consumer, number FROM leadrouter.position").fetchall()
        )
        (found,) = connection.execute(_FIGURES).fetchall()
    return statuses, positions, found


def vacuum(address: str) -> None:
    """Give back the room of what is not there any more, table by table, and gather what plans are made by."""
    with refusing(), psycopg.connect(address, autocommit=True) as connection:
        _require(connection)
        for (table,) in connection.execute(_TABLES).fetchall():
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) leadrouter.{}").format(sql.Identifier(table)))


def _require(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    if missing_in(connection, MIGRATIONS) == MIGRATIONS:
        raise LedgerError("there is no ledger in the database")
