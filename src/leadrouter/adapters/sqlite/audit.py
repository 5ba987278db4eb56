"""What a SQLite ledger keeps twice so as to find it sooner, held against what it was taken from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from leadrouter.adapters.rows import (
    breaker_columns,
    company_columns,
    event_columns,
    load_columns,
    standing_columns,
    wrong_with,
)
from leadrouter.lifecycle.state import LeadState

_LEFT_ALONE = (
    ("SELECT lead_id FROM entry EXCEPT SELECT lead_id FROM lead", "lead {}", "has an entry and stands nowhere"),
    ("SELECT lead_id FROM lead EXCEPT SELECT lead_id FROM entry", "lead {}", "stands somewhere and has no entry"),
    ("SELECT company FROM identifier EXCEPT SELECT id FROM company", "company {}", "has identifiers and is missing"),
    (
        "SELECT DISTINCT c.id FROM identifier AS i JOIN company AS c ON c.id = i.company WHERE i.root <> c.root",
        "company {}",
        "is found by its identifiers under another root",
    ),
)


def lead_columns(state: LeadState) -> tuple[Any, ...]:
    """Return the columns by which a lead is found."""
    due = None if state.due is None else state.due.isoformat()
    return (state.is_open, state.queue, -state.priority, state.arrived.isoformat(), due, state.company)


def astray(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the rows that are not found where they belong, each with what is wrong, in words."""
    for table, names, key, columns in _TABLES:
        query = f"SELECT {names} FROM {table} ORDER BY 1"  # noqa: S608  # names of ours
        for row in connection.execute(query):
            wrong = wrong_with(row[1:], columns)
            if wrong is not None:
                yield f"{table} {row[key]}", wrong
    for query, where, told in _LEFT_ALONE:
        for (value,) in connection.execute(query):
            yield where.format(value), told


def _lead(text: str) -> tuple[Any, ...]:
    state = LeadState.from_json(text)
    return (state.lead_id, state.number, state.version, *lead_columns(state), state.to_json())


_TABLES: tuple[tuple[str, str, int, Callable[[str], tuple[Any, ...]]], ...] = (
    ("lead", "number, lead_id, number, version, is_open, queue, rank, arrived, due, company, state", 1, _lead),
    ("event", "number, lead_id, version, subject, event", 0, event_columns),
    ("standing", "pool, pool, standing", 0, standing_columns),
    ("person", "person, person, load", 0, load_columns),
    ("breaker", "pool, pool, breaker", 0, breaker_columns),
    ("company", "id, id, root, link, held_by, company", 0, company_columns),
)
"""Each table with what orders it, its columns, and the place of the row's name; the last is what the others are of."""
