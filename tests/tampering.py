"""Changes behind the back of a ledger in a SQLite file or a PostgreSQL database, one byte at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

Cell = tuple[str, str]
"""A table and a column of it."""


def changed(value: Any, place: int) -> Any:
    """Return a value of which one byte, or one digit, is another."""
    match value:
        case int():
            return value + 1
        case None | "":
            return "x"
    at = place % len(value)
    old = value[at]
    new = str((int(old) + 1) % 10) if old in "0123456789" else "q" if old.isalpha() and old != "q" else "w"
    return value[:at] + new + value[at + 1 :]


def cells(path: str) -> dict[Cell, list[dict[str, Any]]]:
    """Return the rows of every table of a file, by table and column."""
    found: dict[Cell, list[dict[str, Any]]] = {}
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        for (table,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
            rows = [dict(row) for row in file.execute(f"SELECT * FROM {table}")]  # noqa: S608  # names of ours
            found |= {(table, column): rows for column in (rows[0] if rows else ())}
    return found


def tampered(path: str, cell: Cell, row: dict[str, Any], value: Any) -> Iterator[None]:
    """Write another value into a cell, and put the old one back; nothing where the table does not take it."""
    table, column = cell
    after = {**row, column: value}
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        try:
            _write(file, table, column, row, value)
        except sqlite3.IntegrityError:
            return
        yield
        _write(file, table, column, after, row[column])


def _write(file: sqlite3.Connection, table: str, column: str, row: dict[str, Any], value: Any) -> None:
    where = " AND ".join(f"{name} IS ?" for name in row)
    query = f"UPDATE {table} SET {column} = ? WHERE {where}"  # noqa: S608  # as above
    done = file.execute(query, (value, *row.values()))
    assert done.rowcount == 1
