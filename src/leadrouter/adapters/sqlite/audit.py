"""What a SQLite ledger keeps twice so as to find it sooner, held against what it was taken from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import Standing
from leadrouter.audit.pages import UNREADABLE
from leadrouter.event import Event
from leadrouter.ledger.chain import subject_of
from leadrouter.lifecycle.breaker import Breaker
from leadrouter.lifecycle.company import Company
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
    for table, columns, key, read in _TABLES:
        query = f"SELECT {columns} FROM {table} ORDER BY 1"  # noqa: S608  # names of ours
        for row in connection.execute(query):
            try:
                belongs = read(row[-1])
            except UNREADABLE:
                yield f"{table} {row[key]}", "cannot be read"
                continue
            if belongs != row[1:]:
                yield f"{table} {row[key]}", "is not found where it belongs, or not written as it was"
    for query, where, told in _LEFT_ALONE:
        for (value,) in connection.execute(query):
            yield where.format(value), told


def _lead(text: str) -> tuple[Any, ...]:
    state = LeadState.from_json(text)
    return (state.lead_id, state.number, state.version, *lead_columns(state), state.to_json())


def _event(text: str) -> tuple[Any, ...]:
    event = Event.from_json(text)
    return event.lead_id, event.version, subject_of(event), event.to_json()


def _standing(text: str) -> tuple[Any, ...]:
    standing = Standing.from_json(text)
    return standing.pool, standing.to_json()


def _load(text: str) -> tuple[Any, ...]:
    load = Load.from_json(text)
    return load.person, load.to_json()


def _breaker(text: str) -> tuple[Any, ...]:
    breaker = Breaker.from_json(text)
    return breaker.pool, breaker.to_json()


def _company(text: str) -> tuple[Any, ...]:
    company = Company.from_json(text)
    return company.id, company.root, company.link, company.held_by, company.to_json()


_TABLES: tuple[tuple[str, str, int, Callable[[str], tuple[Any, ...]]], ...] = (
    ("lead", "number, lead_id, number, version, is_open, queue, rank, arrived, due, company, state", 1, _lead),
    ("event", "number, lead_id, version, subject, event", 0, _event),
    ("standing", "pool, pool, standing", 0, _standing),
    ("person", "person, person, load", 0, _load),
    ("breaker", "pool, pool, breaker", 0, _breaker),
    ("company", "id, id, root, link, held_by, company", 0, _company),
)
"""Each table with what orders it, its columns, and the place of the row's name; the last is what the others are of."""
