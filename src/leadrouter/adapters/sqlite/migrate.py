"""The tables of a SQLite ledger, brought up to what this library knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from leadrouter.adapters.migration import Migration, missing, read_migrations
from leadrouter.errors import LedgerError

MIGRATIONS = read_migrations(__package__)

_OURS = 0x4C656164
"""The mark of a ledger among SQLite files (`application_id`): `Lead`."""


def pending(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> tuple[Migration, ...]:
    """Return the migrations that a file has not had; all of them where it is empty. Changes nothing.

    Raises:
        LedgerError: a newer library has changed the tables so that this one cannot read them, or the file is
            another program's database.
    """
    if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
        return migrations
    (mark,) = connection.execute("PRAGMA application_id").fetchone()  # read last: others may be making the tables
    if mark != _OURS:
        raise LedgerError("the file is another program's database; give the ledger a file of its own")
    return missing(dict(connection.execute("SELECT number, oldest FROM migration")), migrations)


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Make the tables, or what is missing of them, in one transaction. Raises as `pending` does."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for each in pending(connection, migrations):
            for statement in _statements(each.sql):
                connection.execute(statement)
            done = (each.number, each.name, each.oldest)
            connection.execute("INSERT INTO migration (number, name, oldest) VALUES (?, ?, ?)", done)
            connection.execute(f"PRAGMA user_version = {each.number}")
        connection.execute(f"PRAGMA application_id = {_OURS}")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(sql: str) -> Iterator[str]:
    """Yield statements one by one: `executescript` would commit first."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), "INVARIANT: a migration ends with its last statement"
