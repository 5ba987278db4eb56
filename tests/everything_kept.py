"""Everything that a ledger keeps, as texts: what erasing must not leave anything in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from attrs import fields, has

from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.ledger import Ledger


def everything(ledger: Ledger) -> str:
    """Return every value of every table, whatever a value is there for."""
    match ledger:
        case SqliteLedger():
            with ledger.reading() as work:
                tables = [
                    row[0] for row in work.connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
                ]
                rows = [row for table in tables for row in work.connection.execute(f"SELECT * FROM {table}")]  # noqa: S608  # ours
        case PostgresLedger():
            with psycopg.connect(ledger.address) as connection:
                tables = [
                    row[0]
                    for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'leadrouter'")
                ]
                rows = [row for table in tables for row in connection.execute(f"SELECT * FROM leadrouter.{table}")]  # noqa: S608  # ours
        case _:
            rows = [tuple(_texts(ledger._books))]  # there is no other way to all of it
    return "\n".join(str(value) for row in rows for value in row)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in (*value.keys(), *value.values()):
                yield from _texts(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from _texts(each)
        case _ if has(type(value)):
            for each in fields(type(value)):
                yield from _texts(getattr(value, each.name))
