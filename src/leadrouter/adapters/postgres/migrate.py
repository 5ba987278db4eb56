"""The tables of a PostgreSQL ledger, brought up to what this library knows."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any, TypeAlias

import psycopg
from attrs import frozen

from leadrouter.adapters.postgres.session import refusing
from leadrouter.errors import LedgerError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_OLDEST = re.compile(r"-- oldest: (\d+)\n")


@frozen(kw_only=True)
class Migration:
    """A step of the tables.

    A library that knows the migrations up to number `oldest` can go on working on tables that have had this one.
    """

    number: int
    name: str
    oldest: int
    sql: str


def _read() -> tuple[Migration, ...]:
    found = []
    for file in files(__package__).joinpath("migrations").iterdir():
        sql = file.read_text("utf-8")
        name, oldest = _FILE.fullmatch(file.name), _OLDEST.match(sql)
        assert name is not None, f"INVARIANT: {file.name} is a number and a name"
        assert oldest is not None, f"INVARIANT: {file.name} says which library can go on working"
        found.append(Migration(number=int(name[1]), name=name[2], oldest=int(oldest[1]), sql=sql))
    return tuple(sorted(found, key=lambda each: each.number))


MIGRATIONS = _read()


def migrate(address: str, migrations: tuple[Migration, ...] = MIGRATIONS, *, create: bool = True) -> None:
    """Make the tables, or what is missing of them, in one transaction; writers wait meanwhile.

    Raises:
        LedgerError: a newer library has changed them so that this one cannot read them, or the user may
            not make them, or no database is there, or no tables where they are not to be made.
    """
    with refusing(), psycopg.connect(address) as connection:
        missing = missing_in(connection, migrations)
        if missing == migrations and not create:
            raise LedgerError("there is no ledger in the database")
        if missing:
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
    known = migrations[-1].number
    if max(done.values()) > known:
        raise LedgerError(
            f"the ledger has the tables of a newer leadrouter (migration {max(done)}): it can be used by one that "
            f"knows migration {max(done.values())}, and this one knows {known}; install a newer one"
        )
    return tuple(each for each in migrations if each.number not in done)
