"""The tables of a PostgreSQL ledger, brought up to what this library knows."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

from leadrouter.adapters.migration import Migration, missing, read_migrations
from leadrouter.adapters.postgres.session import refusing
from leadrouter.errors import LedgerError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

MIGRATIONS = read_migrations(__package__)


def migrate(address: str, migrations: tuple[Migration, ...] = MIGRATIONS, *, create: bool = True) -> None:
    """Make the tables, or what is missing of them, in one transaction; writers wait meanwhile.

    Raises:
        LedgerError: a newer library has changed them so that this one cannot read them, or the user may
            not make them, or no database is there, or no tables where they are not to be made.
    """
    with refusing(), psycopg.connect(address) as connection:
        lacking = missing_in(connection, migrations)
        if lacking == migrations and not create:
            raise LedgerError("there is no ledger in the database")
        if lacking:
            connection.execute("SELECT pg_advisory_xact_lock(7815838224117329764)")
            for each in missing_in(connection, migrations):
                connection.execute(each.sql.encode(), prepare=False)
                connection.execute(
                    "INSERT INTO leadrouter.migration (number, name, oldest) VALUES (%s, %s, %s)",
                    (each.number, each.name, each.oldest),
                )


def missing_in(connection: Connection, migrations: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Return the migrations that a database has not had; all of them where it holds no ledger.

    Raises:
        LedgerError: a newer library has changed the tables so that this one cannot read them.
    """
    found = connection.execute("SELECT to_regclass('leadrouter.migration')").fetchone()
    if found == (None,):
        return migrations
    done: dict[int, int] = dict(connection.execute("SELECT number, oldest FROM leadrouter.migration").fetchall())
    return missing(done, migrations)
